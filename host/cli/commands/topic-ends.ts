import { ClientFactory } from '../../kafka/kafkajs/client.ts';
import type { Admin } from '../../kafka/kafkajs/kafkajs.ts';
import { findTopics } from '../../kafka/consume/topics.ts';
import { settles } from '../../base/wait.ts';
import type { Log } from '../../base/log.ts';
import type { SecretReader } from '../../base/secrets.ts';
import type { Net } from '../../net/net.ts';
import type { Connection, ConsumerOptions } from '../../kafka/contract.ts';

const LOOKUP_MS = 10_000;

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

/** Where the partitions of some topics begin and end. Keys are `topic/partition`. */
export interface Ends {
  /** The topics that do not exist; they are left out from here on. */
  missing(): Promise<string[]>;
  ranges(options: ConsumerOptions): Promise<Map<string, Range>>;
  highs(): Promise<Map<string, bigint>>;
  close(): Promise<void>;
}

/** What a look at the ends of topics needs beside the connection. */
export interface EndsParts {
  secrets: SecretReader;
  log: Log;
  net: Net;
  /** Ends the look at once. */
  signal?: AbortSignal;
}

export type EndsFactory = (connection: Connection, parts: EndsParts, topics: string[]) => Ends;

/** Asks the brokers, over a connection of its own. */
export class KafkaEnds implements Ends {
  readonly #admin: Admin;
  readonly #destroy: () => void;
  #topics: string[];
  #connected = false;

  constructor(connection: Connection, parts: EndsParts, topics: string[]) {
    this.#topics = topics;
    const { kafka, dialer } = new ClientFactory(connection, { ...parts, asker: 'look-up of the ends of topics' }).create({
      retries: 1,
      requestTimeoutMs: LOOKUP_MS,
      signal: parts.signal,
    });
    this.#admin = kafka.admin();
    this.#destroy = () => dialer.destroy(new Error('closed'));
  }

  async missing(): Promise<string[]> {
    await this.#connect();
    const { found, missing } = await findTopics(this.#admin, this.#topics);
    this.#topics = found;
    return missing;
  }

  async ranges(options: ConsumerOptions): Promise<Map<string, Range>> {
    const positions = new Map(options.resume.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]));
    const commits = new Map<string, bigint>();
    if (this.#topics.length > 0) {
      for (const { topic, partitions } of await this.#admin.fetchOffsets({ groupId: options.group, topics: this.#topics })) {
        for (const { partition, offset } of partitions) commits.set(`${topic}/${partition}`, BigInt(offset));
      }
    }
    const ranges = new Map<string, Range>();
    for (const topic of this.#topics) {
      for (const { partition, high, low } of await this.#admin.fetchTopicOffsets(topic)) {
        const key = `${topic}/${partition}`;
        ranges.set(key, rangeOf(BigInt(low), BigInt(high), commits.get(key) ?? NONE, positions.get(key), options.fromBeginning));
      }
    }
    return ranges;
  }

  async highs(): Promise<Map<string, bigint>> {
    await this.#connect();
    const highs = new Map<string, bigint>();
    for (const topic of this.#topics) {
      for (const { partition, high } of await this.#admin.fetchTopicOffsets(topic)) highs.set(`${topic}/${partition}`, BigInt(high));
    }
    return highs;
  }

  async #connect(): Promise<void> {
    if (!this.#connected) await this.#admin.connect();
    this.#connected = true;
  }

  async close(): Promise<void> {
    await settles(this.#admin.disconnect(), 500);
    this.#destroy();
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
