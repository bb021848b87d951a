/** Where the topics of a source begin and end, for its end without `--follow` and for its progress line. */
import type { Lookups } from '../../kafka/client.ts';
import { findTopics } from '../../kafka/consume/topics.ts';
import type { Connection, ConsumerOptions } from '../../kafka/contract.ts';
import { connectorError } from '../../kafka/fault.ts';
import { lookupsOf, type LookParts } from '../../kafka/index.ts';

const LOOKUP_MS = 10_000;
const CLOSE_MS = 500;

/** One partition. */
export interface Range {
  /** Offset after the last record that was given to the connector, or where the group begins. */
  next: bigint;
  /** The end when reading began. */
  end: bigint;
  /** The end when it was last asked for. */
  high: bigint;
  /** Set while no record came of it: the offset to go on from, which its log does not hold. */
  outOfRange?: { expected: bigint; earliest: bigint; end: bigint };
}

/** Where the partitions of some topics begin and end. Keys are `topic/partition`. Every method rejects with ConnectorError only. */
export interface Ends {
  /** The topics that do not exist; they are left out from here on. */
  missing(): Promise<string[]>;
  ranges(options: ConsumerOptions): Promise<Map<string, Range>>;
  highs(): Promise<Map<string, bigint>>;
  /** What the group has committed; nothing for a partition without a commit. */
  commits(group: string): Promise<Map<string, bigint>>;
  close(): Promise<void>;
}

/** What a look at the ends of topics needs beside the connection. */
export interface EndsParts extends LookParts {
  /** Ends the look at once. */
  signal?: AbortSignal;
}

export type EndsFactory = (connection: Connection, parts: EndsParts, topics: string[]) => Ends;

/** Asks the brokers, over a connection of its own. */
export class KafkaEnds implements Ends {
  readonly #lookups: Lookups;
  #topics: string[];
  #connected = false;

  constructor(connection: Connection, { signal, ...parts }: EndsParts, topics: string[]) {
    this.#topics = topics;
    this.#lookups = lookupsOf(
      connection,
      { ...parts, asker: 'look-up of the ends of topics' },
      { retries: 1, requestTimeoutMs: LOOKUP_MS, signal },
    );
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
        for (const { partition, high, low } of await lookups.ranges(topic)) {
          const key = `${topic}/${partition}`;
          ranges.set(key, rangeOf(low, high, commits.get(key) ?? NONE, positions.get(key), options.fromBeginning));
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

/** Kafka's "nothing committed". */
const NONE = -1n;
/** What a consumer has committed that found its offset out of range, until it commits a real one. */
const EARLIEST = -2n;

/** Where the consumer will begin: the same rules as its own (`host/kafka/consume/start-offsets.ts`). */
function rangeOf(earliest: bigint, end: bigint, committed: bigint, position: bigint | undefined, fromBeginning: boolean): Range {
  // A position beyond the end is ignored, and told of; anything else that the log does not hold makes the consumer begin at the earliest.
  const expected = position !== undefined && position > committed ? position : committed;
  const used = expected === position && expected > end ? committed : expected;
  const start = used >= 0n ? used : used === EARLIEST || fromBeginning ? earliest : end;
  const range: Range = { next: start < earliest || start > end ? earliest : start, end, high: end };
  if (expected >= 0n && (expected < earliest || expected > end)) range.outOfRange = { expected, earliest, end };
  return range;
}
