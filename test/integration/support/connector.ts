/** The built connector against a broker, with settings as users write them. */
import {
  openDestination,
  openSource,
  type OpenCdcRecord,
  type RecordDestination,
  type RecordSource,
  type Settings,
} from '../../../host/index.ts';
import type { Log } from '../../../host/base/log.ts';
import { uniqueName } from '../../support/broker.ts';
import { plainKafka } from '../kafka-client.ts';

export interface Message {
  partition: number;
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | null | (Buffer | null)[]>;
}

/** Opens connectors and closes them at the end of a test. */
export class Connectors {
  readonly #servers: string;
  readonly #open: { close(): Promise<void> }[] = [];

  constructor(servers: string) {
    this.#servers = servers;
  }

  async source(settings: Settings, log?: Log): Promise<RecordSource> {
    const given = { servers: this.#servers, groupID: uniqueName('group'), readFromBeginning: 'true', ...settings };
    const source = await openSource({ settings: given, ...(log && { log }) });
    this.#open.push(source);
    return source;
  }

  async destination(settings: Settings): Promise<RecordDestination> {
    const destination = await openDestination({ settings: { servers: this.#servers, ...settings } });
    this.#open.push(destination);
    return destination;
  }

  async close(): Promise<void> {
    for (const one of this.#open.splice(0)) await one.close();
  }
}

/** The next `count` records of a source, acknowledged. */
export async function take(source: RecordSource, count: number): Promise<OpenCdcRecord[]> {
  const records: OpenCdcRecord[] = [];
  for await (const batch of source) {
    records.push(...batch.records);
    batch.ack();
    if (records.length >= count) break;
  }
  return records;
}

/** Reads a source in parts. */
export function reader(source: RecordSource): (count: number) => Promise<OpenCdcRecord[]> {
  const batches = source[Symbol.asyncIterator]();
  return async (count) => {
    const records: OpenCdcRecord[] = [];
    while (records.length < count) {
      const next = await batches.next();
      if (next.done === true) break;
      records.push(...next.value.records);
      next.value.ack();
    }
    return records;
  };
}

export const text = (data: unknown): string | null => (data instanceof Uint8Array ? Buffer.from(data).toString() : null);

/** A record as a program makes it. */
export function record(value: string | null, more: Partial<OpenCdcRecord> = {}): OpenCdcRecord {
  return {
    position: Buffer.from('p'),
    operation: 'create',
    metadata: {},
    key: Buffer.from('k'),
    payload: { before: null, after: value === null ? null : Buffer.from(value) },
    ...more,
  };
}

/** The first `count` messages of a topic, as kafkajs reads them, sorted by partition and offset. */
export async function messages(servers: string, topic: string, count: number): Promise<Message[]> {
  const consumer = plainKafka(servers).consumer({ groupId: uniqueName('reader') });
  const found: Message[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      setTimeout(() => reject(new Error(`expected ${count} messages of ${topic}, got ${found.length}`)), 30_000).unref();
      void consumer.run({
        eachMessage: async ({ partition, message }) => {
          found.push({ ...(message as unknown as Message), partition });
          if (found.length === count) resolve();
        },
      });
    });
  } finally {
    await consumer.disconnect();
  }
  return found.sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset));
}

/** Writes messages with kafkajs itself. */
export async function send(servers: string, topic: string, sent: object[]): Promise<void> {
  const producer = plainKafka(servers).producer();
  await producer.connect();
  await producer.send({ topic, messages: sent as never });
  await producer.disconnect();
}
