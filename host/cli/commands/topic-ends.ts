/** Looks up where the topics of a source begin and end, for the end of reading without `--follow` and for the progress line. */
import type { Lookups, PartitionRange } from '../../kafka/client.ts';
import { findTopics } from '../../kafka/consume/topics.ts';
import type { Connection, ConsumerOptions, Isolation } from '../../kafka/contract.ts';
import { connectorError } from '../../kafka/fault.ts';
import { clientOf, type LookParts } from '../../kafka/index.ts';

const LOOKUP_MS = 10_000;
const CLOSE_MS = 500;

/** The offsets of one partition. */
export interface Range {
  /** The offset after the last record that the connector got, or the offset at which the group begins. */
  next: bigint;
  /** The end when reading began. */
  end: bigint;
  /** The end when it was last looked up. */
  high: bigint;
  /** Set if the log does not hold the offset at which the group resumes, until a record of the partition comes. */
  outOfRange?: { expected: bigint; earliest: bigint; end: bigint };
}

/** Looks up the offsets of the partitions of some topics. Keys are `topic/partition`. Every method rejects with ConnectorError only. */
export interface Ends {
  /** Resolves when a broker has answered; rejects with the error that the open of a consumer gives. */
  reach(): Promise<void>;
  /** The topics that do not exist. Later look-ups leave them out. */
  missing(): Promise<string[]>;
  ranges(options: ConsumerOptions): Promise<Map<string, Range>>;
  highs(): Promise<Map<string, bigint>>;
  /** The committed offsets of the group, without partitions that have none. */
  commits(group: string): Promise<Map<string, bigint>>;
  close(): Promise<void>;
}

/** The parts of a look-up besides the connection. */
export interface EndsParts extends LookParts {
  /** When it aborts, the look-up ends at once. */
  signal?: AbortSignal;
  /** That of the consumer: with `read-committed`, the default, an open transaction ends a partition. */
  isolation?: Isolation | undefined;
}

export type EndsFactory = (connection: Connection, parts: EndsParts, topics: string[]) => Ends;

/** Asks the brokers, over a connection of its own. */
export class KafkaEnds implements Ends {
  readonly #lookups: Lookups;
  readonly #reach: () => Promise<void>;
  #topics: string[];
  #connected = false;

  constructor(connection: Connection, { signal, isolation, ...parts }: EndsParts, topics: string[]) {
    this.#topics = topics;
    const client = clientOf(connection, { ...parts, asker: 'look-up of the ends of topics' });
    this.#lookups = client.lookups({ retries: 1, requestTimeoutMs: LOOKUP_MS, signal, isolation });
    this.#reach = () => client.reach(signal);
  }

  reach(): Promise<void> {
    return this.#reach();
  }

  missing(): Promise<string[]> {
    return this.#ask(async (lookups) => {
      const { found, missing } = await findTopics(lookups, this.#topics);
      this.#topics = found;
      return missing;
    });
  }

  ranges(options: ConsumerOptions): Promise<Map<string, Range>> {
    return this.#ask(async (lookups) => {
      const positions = new Map(options.resume.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]));
      const committed = this.#topics.length === 0 ? [] : await lookups.committedOffsets(options.group, this.#topics);
      const commits = new Map(committed.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]));
      const ranges = new Map<string, Range>();
      for (const topic of this.#topics) {
        const found = await lookups.ranges(topic);
        const chosen = await chosenStarts(lookups, options, topic, found);
        for (const { partition, high, low } of found) {
          const key = `${topic}/${partition}`;
          const first = chosen.get(partition) ?? (options.fromBeginning ? low : high);
          ranges.set(key, groupRange(low, high, commits.get(key) ?? NONE, positions.get(key), first));
        }
      }
      return ranges;
    });
  }

  commits(group: string): Promise<Map<string, bigint>> {
    return this.#ask(async (lookups) => {
      const committed = this.#topics.length === 0 ? [] : await lookups.committedOffsets(group, this.#topics);
      return new Map(
        committed.filter(({ offset }) => offset >= 0n).map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]),
      );
    });
  }

  highs(): Promise<Map<string, bigint>> {
    return this.#ask(async (lookups) => {
      const highs = new Map<string, bigint>();
      for (const topic of this.#topics) {
        for (const { partition, high } of await lookups.ranges(topic)) highs.set(`${topic}/${partition}`, high);
      }
      return highs;
    });
  }

  close(): Promise<void> {
    return this.#lookups.close(CLOSE_MS);
  }

  async #ask<T>(look: (lookups: Lookups) => Promise<T>): Promise<T> {
    try {
      if (!this.#connected) await this.#lookups.connect();
      this.#connected = true;
      return await look(this.#lookups);
    } catch (error) {
      throw connectorError(error);
    }
  }
}

/** Kafka's number for "no committed offset". */
const NONE = -1n;
/** The offset that a consumer commits after one was out of range, until it commits a real one. */
const EARLIEST = -2n;

/** Of partitions without a committed offset, the offsets that `options.start` chooses. */
async function chosenStarts(
  lookups: Lookups,
  { start }: ConsumerOptions,
  topic: string,
  ranges: readonly PartitionRange[],
): Promise<Map<number, bigint>> {
  const timed = start?.timestamp === undefined ? [] : await lookups.offsetsAt(topic, Number(start.timestamp));
  const chosen = new Map(timed.map(({ partition, offset }) => [partition, offset]));
  for (const { topic: of, partition, nextOffset } of start?.offsets ?? []) {
    const range = of === topic ? ranges.find((entry) => entry.partition === partition) : undefined;
    if (range !== undefined && nextOffset <= range.high) chosen.set(partition, nextOffset < range.low ? range.low : nextOffset);
  }
  return chosen;
}

/** The offset at which the consumer will begin, by the same rules as in `host/kafka/consume/start-offsets.ts`. `first`: without a committed offset. */
function groupRange(earliest: bigint, end: bigint, committed: bigint, position: bigint | undefined, first: bigint): Range {
  // The consumer ignores a position beyond the end, and logs an error. For any other offset that the log does not hold it begins at the earliest one.
  const expected = position !== undefined && position > committed ? position : committed;
  const used = expected === position && expected > end ? committed : expected;
  const start = used >= 0n ? used : used === EARLIEST ? earliest : first;
  const range: Range = { next: start < earliest || start > end ? earliest : start, end, high: end };
  if (expected >= 0n && (expected < earliest || expected > end)) range.outOfRange = { expected, earliest, end };
  return range;
}

/** The range of a reading without a group, which begins at `start`. */
export function rangeOf(start: bigint, earliest: bigint, end: bigint): Range {
  if (start >= earliest) return { next: start, end, high: end };
  return { next: earliest, end, high: end, outOfRange: { expected: start, earliest, end } };
}
