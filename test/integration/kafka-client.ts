/** Helpers of the Kafka tests: the host's client under test, and plain kafkajs as the other side. */
import {
  createKafka,
  type ConsumerHandle,
  type Kafka,
  type ProducerHandle,
  type KafkaOptions,
  type OpenContext,
} from '../../host/kafka/index.ts';
import type { Admin, Kafka as Client } from 'kafkajs';
import kafkajs from '../support/plain-kafkajs.ts';
import { ClientFactory } from '../../host/kafka/kafkajs/client.ts';
import { Net } from '../../host/net/net.ts';
import type { Log, LogLevel } from '../../host/base/log.ts';
import type { Connection, ConsumerOptions, Fetched, ProducerOptions } from '../../host/kafka/contract.ts';
import { decode, type DecodedRecord } from '../unit/kafka/sections.ts';
import { sleep } from '../support/wait.ts';
import { connectionTo } from '../support/connection.ts';

export interface LogLine {
  level: LogLevel;
  message: string;
  fields: Readonly<Record<string, string>>;
}

export interface Subject {
  kafka: Kafka;
  connection: Connection;
  lines: LogLine[];
  consumer(options: Partial<ConsumerOptions> & { topics: string[]; group: string }): Promise<ConsumerHandle>;
  producer(options?: Partial<ProducerOptions>): Promise<ProducerHandle>;
}

/** The context of an instance that does not end during an open. */
export const OPEN: OpenContext = { signal: new AbortController().signal };
export const PRODUCER: ProducerOptions = {
  acks: 'all',
  compression: 'snappy',
  maxBatchBytes: 1_000_012,
  deliveryTimeoutMs: 20_000,
  partitioner: 'murmur2',
};

export function subject(servers: string, options: Partial<KafkaOptions> = {}): Subject {
  const lines: LogLine[] = [];
  const kafka = createKafka({
    log: (level, message, fields = {}) => lines.push({ level, message, fields }),
    secrets: { read: (reference) => reference },
    ...options,
    net: options.net ?? new Net(),
  });
  const connection = connectionTo(servers);
  return {
    kafka,
    connection,
    lines,
    consumer: (consumer) => kafka.openConsumer(connection, { fromBeginning: true, resume: [], ...consumer }, OPEN),
    producer: (producer) => kafka.openProducer(connection, { ...PRODUCER, ...producer }, OPEN),
  };
}

/** The clients that `subject` makes for its connection. */
export function factoryOf({ connection, lines }: Pick<Subject, 'connection' | 'lines'>): ClientFactory {
  const log: Log = (level, message, fields = {}) => lines.push({ level, message, fields });
  return new ClientFactory(connection, { secrets: { read: (reference) => reference }, log, net: new Net(), asker: 'test' });
}

export function plainKafka(servers: string): Client {
  return new kafkajs.Kafka({
    brokers: servers.split(','),
    clientId: 'other-side',
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 8 },
  });
}

export async function withAdmin<T>(servers: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = plainKafka(servers).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

export async function createTopic(servers: string, topic: string, numPartitions = 1, config: Record<string, string> = {}): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await withAdmin(servers, async (admin) => {
    await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: false });
    // kafkajs' own wait takes it for an error that a broker does not know a new topic yet.
    const deadline = Date.now() + 10_000;
    for (;;) {
      const leaders = await admin.fetchTopicMetadata({ topics: [topic] }).then(
        ({ topics }) => topics[0]!.partitions.filter((partition) => partition.leader >= 0).length,
        () => 0,
      );
      if (leaders === numPartitions) return;
      if (Date.now() > deadline) throw new Error(`topic ${topic} has no leaders after 10 s`);
      await sleep(50);
    }
  });
}

export async function committed(servers: string, group: string, topic: string, partition = 0): Promise<number> {
  const [offsets] = await withAdmin(servers, (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }));
  return Number(offsets!.partitions.find((entry) => entry.partition === partition)!.offset);
}

/** Writes `value`s with kafkajs itself. */
export async function write(servers: string, topic: string, values: string[], partition = 0): Promise<void> {
  const producer = plainKafka(servers).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: values.map((value) => ({ value, partition })) });
  await producer.disconnect();
}

export interface Read extends DecodedRecord {
  topic: string;
  partition: number;
  epoch: number;
}

export function flatten(fetched: readonly Fetched[]): Read[] {
  return fetched.flatMap(({ topic, partition, epoch, records }) =>
    decode(records).map((record) => ({ ...record, topic, partition, epoch })),
  );
}

/** Polls until `count` records are there, or the time is over. */
export async function read(consumer: ConsumerHandle, count: number, timeoutMs = 20_000): Promise<Read[]> {
  const records: Read[] = [];
  const deadline = Date.now() + timeoutMs;
  while (records.length < count && Date.now() < deadline) records.push(...flatten(await consumer.poll(1_000, 1 << 20, 500)));
  return records;
}

/** All records that come within `ms`, to check that no more come. */
export function readFor(consumer: ConsumerHandle, ms: number): Promise<Read[]> {
  return read(consumer, Number.POSITIVE_INFINITY, ms);
}

export const values = (records: readonly Read[]): (string | null)[] => records.map(({ value }) => value);

/** Commits everything read, as a guest would. */
export async function commit(consumer: ConsumerHandle, records: readonly Read[]): Promise<void> {
  const next = new Map<string, Read>();
  for (const record of records) next.set(`${record.topic}/${record.partition}`, record);
  await consumer.commit(
    [...next.values()].map(({ topic, partition, epoch, offset }) => ({ topic, partition, epoch, nextOffset: BigInt(offset) + 1n })),
  );
}

/** Resolves when a log line is there. */
export async function logged(lines: readonly LogLine[], wanted: (line: LogLine) => boolean, timeoutMs = 20_000): Promise<LogLine> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const line = lines.find(wanted);
    if (line !== undefined) return line;
    if (Date.now() > deadline) throw new Error(`expected a log line, got ${lines.map((entry) => entry.message).join(' | ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
