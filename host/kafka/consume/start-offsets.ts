/**
 * The offsets at which partitions start: a resume offset that is ahead of the committed one, else the committed one, else what the options say. For a partition without a committed offset the client would choose an offset at every join, and with the rule
 * "latest" it would skip records. So "latest" is looked up once, and committed before any record is handed out.
 */
import type { Log } from '../../base/log.ts';
import type { Lookups, PartitionRange } from '../client.ts';
import type { PartitionOffset, Start as StartOption } from '../contract.ts';

export const partitionKey = (topic: string, partition: number): string => `${topic}/${partition}`;

/** Kafka's number for "no committed offset". After an offset was out of range the client commits -2, "earliest". */
const NONE = -1n;

export interface Start {
  topic: string;
  partition: number;
  /** The committed offset of the group; negative if there is none. */
  committed: bigint;
  /** The offset to commit and to seek before the first record; null if the partition starts at the committed offset. */
  start: bigint | null;
}

type Asked = Pick<Lookups, 'committedOffsets' | 'ranges' | 'offsetsAt'>;

export interface StartOptions {
  group: string;
  resume: readonly PartitionOffset[];
  /** Offsets for partitions without a committed offset; null = they start at the beginning. */
  latest: ReadonlyMap<string, bigint> | null;
  /** For partitions without a committed offset it comes before `latest`. */
  start?: StartOption;
  log: Log;
}

export class StartOffsets {
  readonly #group: string;
  readonly #log: Log;
  readonly #resume: Map<string, bigint>;
  readonly #chosen: Map<string, bigint>;
  readonly #timestampMs: bigint | undefined;
  readonly #latest: ReadonlyMap<string, bigint> | null;

  constructor({ group, resume, latest, start, log }: StartOptions) {
    this.#group = group;
    this.#log = log;
    this.#resume = byPartition(resume);
    this.#chosen = byPartition(start?.offsets ?? []);
    this.#timestampMs = start?.timestamp;
    this.#latest = latest;
  }

  /** The starts of the partitions of an assignment. A resume offset is used once, because later the group's committed offset is newer. */
  async of(lookups: Asked, assignment: Readonly<Record<string, readonly number[]>>): Promise<Start[]> {
    const topics = Object.keys(assignment);
    if (topics.length === 0) return [];
    const starts: Start[] = [];
    const look = new StartLookups(lookups);
    for (const { topic, partition, offset: committed } of await lookups.committedOffsets(this.#group, topics)) {
      if (assignment[topic]?.includes(partition) !== true) continue;
      starts.push({ topic, partition, committed, start: await this.#start(look, topic, partition, committed) });
    }
    return starts;
  }

  async #start(look: StartLookups, topic: string, partition: number, committed: bigint): Promise<bigint | null> {
    const key = partitionKey(topic, partition);
    const resume = this.#resume.get(key);
    if (resume !== undefined && resume > committed) {
      const range = await look.range(topic, partition);
      if (range !== undefined && resume <= range.high) return resume;
      this.#beyondEnd('the position', topic, partition, resume, range);
    }
    if (committed !== NONE) return null;
    const chosen = this.#chosen.get(key);
    if (chosen !== undefined) {
      const range = await look.range(topic, partition);
      if (range !== undefined && chosen < range.low) {
        const [expectedOffset, earliestOffset] = [String(chosen), String(range.low)];
        const facts = { topic, partition: String(partition), expectedOffset, earliestOffset };
        this.#log('warn', 'the start offset is below the earliest one, at which reading starts', facts);
        return range.low;
      }
      if (range !== undefined && chosen <= range.high) return chosen;
      this.#beyondEnd('the start offset', topic, partition, chosen, range);
    }
    if (this.#timestampMs !== undefined) return look.offsetAt(topic, partition, this.#timestampMs);
    if (this.#latest === null) return null;
    // A partition without an entry is new. Its beginning is committed as well: after a restart before the first commit it would seem to be an old one.
    return this.#latest.get(key) ?? (await look.range(topic, partition))?.low ?? null;
  }

  #beyondEnd(what: string, topic: string, partition: number, offset: bigint, range: PartitionRange | undefined): void {
    this.#log('error', `${what} is beyond the end of the partition: it is ignored`, {
      topic,
      partition: String(partition),
      expectedOffset: String(offset),
      endOffset: range === undefined ? 'unknown' : String(range.high),
    });
  }

  /** Must be called when the starts are committed. Their resume offsets are not used again. */
  applied(starts: readonly Start[]): void {
    for (const { topic, partition } of starts) this.#resume.delete(partitionKey(topic, partition));
  }
}

/** Look-ups for the partitions of one assignment: each topic is looked up once. */
class StartLookups {
  readonly #lookups: Asked;
  readonly #ranges = new Map<string, Promise<PartitionRange[]>>();
  readonly #offsets = new Map<string, ReturnType<Asked['offsetsAt']>>();

  constructor(lookups: Asked) {
    this.#lookups = lookups;
  }

  async range(topic: string, partition: number): Promise<PartitionRange | undefined> {
    const ranges = this.#ranges.get(topic) ?? this.#lookups.ranges(topic);
    this.#ranges.set(topic, ranges);
    return (await ranges).find((entry) => entry.partition === partition);
  }

  /** Null for a partition that has just been made, which starts at its beginning. */
  async offsetAt(topic: string, partition: number, timestampMs: bigint): Promise<bigint | null> {
    const offsets = this.#offsets.get(topic) ?? this.#lookups.offsetsAt(topic, Number(timestampMs));
    this.#offsets.set(topic, offsets);
    return (await offsets).find((entry) => entry.partition === partition)?.offset ?? null;
  }
}

function byPartition(offsets: readonly PartitionOffset[]): Map<string, bigint> {
  return new Map(offsets.map(({ topic, partition, nextOffset }) => [partitionKey(topic, partition), nextOffset]));
}
