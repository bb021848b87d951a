import type { IHeaders, Kafka } from 'kafkajs';
import kafkajs from '../support/plain-kafkajs.ts';
import { order, ORDER_HEADER } from './orders.ts';

const BATCH = 5000;
const READ_TIMEOUT_MS = 60_000;

/** What reading the copy found. Everything is right if `equal` is the number of orders and the rest is 0. */
export interface Comparison {
  readonly equal: number;
  readonly different: number;
  readonly repeated: number;
  readonly unknown: number;
}

/** Fills and reads the demo's topics with plain kafkajs, so that the check of the connector does not use the connector. */
export class Topics {
  readonly #kafka: Kafka;
  readonly #group: string;

  constructor(servers: string, group: string) {
    this.#kafka = new kafkajs.Kafka({ clientId: 'demo', brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING });
    this.#group = group;
  }

  async create(topics: readonly string[]): Promise<void> {
    await this.#withAdmin((admin) =>
      admin.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic, numPartitions: 4 })) }),
    );
  }

  async remove(topics: readonly string[], groups: readonly string[]): Promise<void> {
    await this.#withAdmin(async (admin) => {
      await admin.deleteTopics({ topics: [...topics] });
      await admin.deleteGroups([...groups]);
    });
  }

  async fill(topic: string, count: number): Promise<void> {
    const producer = this.#kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      for (let first = 0; first < count; first += BATCH) {
        const messages = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => {
          const { key, value, headers } = order(first + index);
          return { key, value, headers: { ...headers } };
        });
        await producer.send({ topic, messages, compression: kafkajs.CompressionTypes.GZIP });
      }
    } finally {
      await producer.disconnect();
    }
  }

  /** Reads `topic` until every one of `count` orders was there or nothing more comes, and compares each with the original. */
  async compare(topic: string, count: number): Promise<Comparison> {
    const found = { equal: 0, different: 0, repeated: 0, unknown: 0 };
    const seen = new Set<number>();
    const offsets = await this.#withAdmin((admin) => admin.fetchTopicOffsets(topic));
    let missing = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    if (missing === 0) return found;
    const consumer = this.#kafka.consumer({ groupId: this.#group });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        setTimeout(
          () => reject(new Error(`${missing} records of ${topic} did not come within ${READ_TIMEOUT_MS / 1000} s.`)),
          READ_TIMEOUT_MS,
        ).unref();
        consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
        consumer
          .run({
            eachBatch: ({ batch }) => {
              for (const { key, value, headers } of batch.messages) {
                const number = Number(headers?.[ORDER_HEADER]?.toString() ?? -1);
                if (!(number >= 0 && number < count)) found.unknown++;
                else if (seen.has(number)) found.repeated++;
                else if (isOrder(number, key, value, headers ?? {})) found.equal++;
                else found.different++;
                seen.add(number);
              }
              missing -= batch.messages.length;
              if (missing <= 0) resolve();
              return Promise.resolve();
            },
          })
          .catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
    return found;
  }

  async #withAdmin<T>(action: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await action(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

function isOrder(number: number, key: Buffer | null, value: Buffer | null, headers: IHeaders): boolean {
  const expected = order(number);
  const names = Object.keys(expected.headers);
  return (
    key?.toString() === expected.key &&
    (value === null ? null : value.toString()) === expected.value &&
    names.length === Object.keys(headers).length &&
    names.every((name) => headers[name]?.toString() === expected.headers[name])
  );
}
