/** Fills, reads and counts topics with plain kafkajs. */
import type { Kafka as KafkaType } from 'kafkajs';
import kafkajs from './plain-kafkajs.ts';

const { Kafka, Partitioners, CompressionTypes, logLevel } = kafkajs;

/** Brokers take 1 MiB in one batch by default. */
const MAX_SEND_BYTES = 700_000;
const OVERHEAD_BYTES = 30;

export interface TopicRecord {
  partition: number;
  offset: number;
  key: Buffer | null;
  value: Buffer | null;
}

export class Topics {
  readonly #kafka: KafkaType;

  constructor(servers: string) {
    this.#kafka = new Kafka({ clientId: 'topics', brokers: servers.split(','), logLevel: logLevel.NOTHING });
  }

  async create(topic: string, partitions = 1, config: Record<string, string> = {}): Promise<void> {
    await this.#asAdmin((admin) =>
      admin.createTopics({
        waitForLeaders: true,
        topics: [
          {
            topic,
            numPartitions: partitions,
            replicationFactor: 1,
            configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
          },
        ],
      }),
    );
  }

  async delete(...topics: string[]): Promise<void> {
    await this.#asAdmin((admin) => admin.deleteTopics({ topics }));
  }

  /** Writes `count` records, `value(i)` each, keys `<i>`. */
  async fill(topic: string, count: number, value: (i: number) => Buffer, from = 0): Promise<void> {
    const producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      for (let next = from; next < from + count;) {
        const messages: { key: string; value: Buffer }[] = [];
        for (let bytes = 0; next < from + count && bytes < MAX_SEND_BYTES; next++) {
          const message = { key: String(next), value: value(next) };
          bytes += message.value.length + OVERHEAD_BYTES;
          messages.push(message);
        }
        await producer.send({ topic, messages, compression: CompressionTypes.None, acks: 1 });
      }
    } finally {
      await producer.disconnect();
    }
  }

  /** Writes a record to one partition every `everyMs` until the signal aborts. Resolves with how many were written. */
  async trickle(topic: string, partition: number, everyMs: number, signal: AbortSignal): Promise<number> {
    const producer = this.#kafka.producer();
    await producer.connect();
    let sent = 0;
    try {
      for (; !signal.aborted; sent++) {
        await producer.send({ topic, messages: [{ partition, value: String(sent) }] });
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    } finally {
      await producer.disconnect();
    }
    return sent;
  }

  /** Sum of the end offsets: how many records were ever written, as long as nothing was compacted. */
  async count(topic: string): Promise<number> {
    return this.#asAdmin(async (admin) => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0));
  }

  /** Committed offset of each partition: where a group would read on; 0 where nothing is committed. */
  async commits(groupId: string, topic: string): Promise<Map<number, number>> {
    return this.#asAdmin(async (admin) => {
      const [of] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return new Map((of?.partitions ?? []).map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
    });
  }

  /** The same, summed over the topic's partitions. */
  async committed(groupId: string, topic: string): Promise<number> {
    return [...(await this.commits(groupId, topic)).values()].reduce((sum, offset) => sum + offset, 0);
  }

  /** True if the broker knows the group. */
  async hasGroup(groupId: string): Promise<boolean> {
    return this.#asAdmin(async (admin) => (await admin.listGroups()).groups.some((group) => group.groupId === groupId));
  }

  /** Keeps one connection open for many counts. */
  async counter(topic: string): Promise<{ count(): Promise<number>; close(): Promise<void> }> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return {
      count: async () => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0),
      close: () => admin.disconnect(),
    };
  }

  /** Everything that is in the topic now. */
  async read(topic: string, timeoutMs = 30_000): Promise<TopicRecord[]> {
    const expected = await this.count(topic);
    const records: TopicRecord[] = [];
    if (expected === 0) return records;
    const consumer = this.#kafka.consumer({ groupId: `read-${crypto.randomUUID()}` });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await new Promise<void>((done, fail) => {
        const timer = setTimeout(
          () => fail(new Error(`expected ${expected} records in ${topic} within ${timeoutMs} ms, got ${records.length}`)),
          timeoutMs,
        );
        void consumer.run({
          eachBatch: async ({ batch }) => {
            for (const { offset, key, value } of batch.messages)
              records.push({ partition: batch.partition, offset: Number(offset), key, value });
            if (records.length >= expected) {
              clearTimeout(timer);
              done();
            }
          },
        });
      });
    } finally {
      await consumer.disconnect();
    }
    return records;
  }

  async #asAdmin<T>(use: (admin: ReturnType<KafkaType['admin']>) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      return await use(admin);
    } finally {
      await admin.disconnect();
    }
  }
}
