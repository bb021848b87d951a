/**
 * The offsets at which partitions start. For a partition without a committed offset the client would choose an offset at every join, and with the rule
 * "latest" it would skip records. So "latest" is looked up once, and committed before any record is handed out.
 */
import type { Log } from '../../base/log.ts';
import type { Lookups } from '../client.ts';
import type { PartitionOffset } from '../contract.ts';

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

type Asked = Pick<Lookups, 'committedOffsets' | 'ranges'>;

export class StartOffsets {
  readonly #group: string;
  readonly #log: Log;
  readonly #resume: Map<string, PartitionOffset>;
  /** Offsets for partitions without a committed offset; null = they start at the beginning. */
  readonly #latest: ReadonlyMap<string, bigint> | null;

  constructor(group: string, latest: ReadonlyMap<string, bigint> | null, resume: PartitionOffset[], log: Log) {
    this.#group = group;
    this.#log = log;
    this.#resume = new Map(resume.map((offset) => [partitionKey(offset.topic, offset.partition), offset]));
    this.#latest = latest;
  }

  /** The starts of the partitions of an assignment. A resume offset is used once, because later the group's committed offset is newer. */
  async of(lookups: Asked, assignment: Readonly<Record<string, readonly number[]>>): Promise<Start[]> {
    const topics = Object.keys(assignment);
    if (topics.length === 0) return [];
    const starts: Start[] = [];
    for (const { topic, partition, offset: committed } of await lookups.committedOffsets(this.#group, topics)) {
      if (assignment[topic]?.includes(partition) !== true) continue;
      starts.push({ topic, partition, committed, start: await this.#start(lookups, topic, partition, committed) });
    }
    return starts;
  }

  async #start(lookups: Asked, topic: string, partition: number, committed: bigint): Promise<bigint | null> {
    const key = partitionKey(topic, partition);
    const resume = this.#resume.get(key);
    if (resume !== undefined && resume.nextOffset > committed) {
      const range = (await lookups.ranges(topic)).find((entry) => entry.partition === partition);
      if (range !== undefined && resume.nextOffset <= range.high) return resume.nextOffset;
      this.#log('error', 'the position is beyond the end of the partition: it is ignored', {
        topic,
        partition: String(partition),
        expectedOffset: String(resume.nextOffset),
        endOffset: range === undefined ? 'unknown' : String(range.high),
      });
    }
    if (committed !== NONE) return null;
    return this.#latest?.get(key) ?? null;
  }

  /** Must be called when the starts are committed. Their resume offsets are not used again. */
  applied(starts: readonly Start[]): void {
    for (const { topic, partition } of starts) this.#resume.delete(partitionKey(topic, partition));
  }
}
