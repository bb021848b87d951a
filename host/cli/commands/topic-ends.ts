import { ClientFactory } from '../../kafka/kafkajs/client.ts';
import type { Admin } from '../../kafka/kafkajs/kafkajs.ts';
import { findTopics } from '../../kafka/consume/topics.ts';
import { settles } from '../../base/wait.ts';
import type { Log } from '../../base/log.ts';
import type { SecretReader } from '../../base/secrets.ts';
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
}

/** Where the partitions of some topics begin and end. Keys are `topic/partition`. */
export interface Ends {
  /** The topics that do not exist; they are left out from here on. */
  missing(): Promise<string[]>;
  ranges(options: ConsumerOptions): Promise<Map<string, Range>>;
  highs(): Promise<Map<string, bigint>>;
  close(): Promise<void>;
}

export type EndsFactory = (connection: Connection, secrets: SecretReader, log: Log, topics: string[]) => Ends;

/** Asks the brokers, over a connection of its own. */
export class KafkaEnds implements Ends {
  readonly #admin: Admin;
  readonly #destroy: () => void;
  #topics: string[];
  #connected = false;

  constructor(connection: Connection, secrets: SecretReader, log: Log, topics: string[]) {
    this.#topics = topics;
    const { kafka, dialer } = new ClientFactory(connection, secrets, log).create({ retries: 1, requestTimeoutMs: LOOKUP_MS });
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
    const starts = new Map(options.resume.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]));
    if (this.#topics.length > 0) {
      for (const { topic, partitions } of await this.#admin.fetchOffsets({ groupId: options.group, topics: this.#topics })) {
        for (const { partition, offset } of partitions) {
          const key = `${topic}/${partition}`;
          const committed = BigInt(offset);
          if (committed > (starts.get(key) ?? -1n)) starts.set(key, committed);
        }
      }
    }
    const ranges = new Map<string, Range>();
    for (const topic of this.#topics) {
      for (const { partition, high, low } of await this.#admin.fetchTopicOffsets(topic)) {
        const key = `${topic}/${partition}`;
        const end = BigInt(high);
        const first = options.fromBeginning ? BigInt(low) : end;
        const start = starts.get(key) ?? first;
        ranges.set(key, { next: start > BigInt(low) ? start : BigInt(low), end, high: end });
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
