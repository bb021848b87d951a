import { beforeAll, describe, expect, test } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { section } from '../unit/kafka/sections.ts';
import { createTopic, plainKafka, subject } from './kafka-client.ts';
import { inProcess } from './support/in-process.ts';

const { servers } = sharedBroker();
const MAX_MB = 250;
const GIB = 1;
const RECORD_BYTES = 64 << 10;
const RECORDS = (GIB * 2 ** 30) / RECORD_BYTES;
const PER_SEND = 16;
const topic = uniqueName('memory');

/** Compressible about as much as the JSON that people send: an eighth of it is random. */
function values(): Buffer[] {
  return Array.from({ length: PER_SEND }, () => {
    const value = Buffer.alloc(RECORD_BYTES, '{"order":1234567,"customer":"someone","items":[1,2,3]},');
    for (let at = 0; at < RECORD_BYTES; at += 64) crypto.getRandomValues(value.subarray(at, at + 8));
    return value;
  });
}

interface Flow {
  records: number;
  bytes: number;
  ahead: number;
  peakMb: number;
  failed: string | null;
}

const flow = (mode: 'bounded' | 'unbounded', pauseMs: number, timeoutMs: number): Promise<Flow> =>
  inProcess('slow-pipe.ts', [servers, topic, `${topic}-${mode}`, String(RECORDS), String(pauseMs), mode, String(MAX_MB)], timeoutMs);

describe(`${GIB} GiB through a source and a slow destination`, () => {
  beforeAll(async () => {
    await createTopic(servers, topic, 2);
    for (const mode of ['bounded', 'unbounded']) await createTopic(servers, `${topic}-${mode}`, 2);
    const producer = plainKafka(servers).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = values().map((value) => ({ value }));
    for (let sent = 0; sent < RECORDS; sent += PER_SEND) {
      await producer.send({
        topic,
        compression: kafkajs.CompressionTypes.Snappy,
        messages: messages.map((message) => ({ ...message, partition: (sent / PER_SEND) % 2 })),
      });
    }
    await producer.disconnect();
  }, 180_000);

  test(`keep their process under ${MAX_MB} MB`, async () => {
    const seen = await flow('bounded', 10, 240_000);
    expect(seen).toMatchObject({ records: RECORDS, failed: null });
    expect(seen.bytes).toBeGreaterThan(GIB * 2 ** 30);
    expect(seen.peakMb).toBeLessThan(MAX_MB);
  }, 250_000);

  test('would take more than that without back-pressure', async () => {
    const seen = await flow('unbounded', 200, 120_000);
    expect(seen.peakMb).toBeGreaterThan(MAX_MB);
  }, 130_000);
});

describe('many partitions whose batches grow a thousandfold', () => {
  const PARTITIONS = 32;
  const BATCH_MB = 24;
  const BATCHES = 2;
  /** The budget of a consumer or of one batch, the memory of the queue, and the memory that decompression takes for a short time. */
  const MAX_EXTERNAL_MB = 200;
  const compressed = uniqueName('compressed');

  interface Held {
    bytes: number;
    /** By the budget's own account. */
    peakUsedMb: number;
    /** Memory outside of the JavaScript heap. */
    peakExternalMb: number;
  }
  const read = (budgetMb: number): Promise<Held> =>
    inProcess('compressed-partitions.ts', [servers, compressed, String(budgetMb), String(PARTITIONS * BATCHES * BATCH_MB)], 110_000);

  beforeAll(async () => {
    await createTopic(servers, compressed, PARTITIONS);
    const kafka = subject(servers);
    const producer = await kafka.producer({
      acks: 'all',
      compression: 'zstd',
      maxBatchBytes: 64 << 20,
      deliveryTimeoutMs: 0,
    });
    const records = section(Array.from({ length: BATCH_MB }, () => ({ value: Buffer.alloc(1 << 20) })));
    for (let partition = 0; partition < PARTITIONS; partition++)
      for (let i = 0; i < BATCHES; i++) expect(await producer.send([{ topic: compressed, partition, records }])).toEqual([]);
    await producer.close();
  }, 120_000);

  test('are read within the budget of a consumer', async () => {
    const held = await read(32);
    expect(held.bytes).toBeGreaterThan(PARTITIONS * BATCHES * BATCH_MB * 2 ** 20);
    expect(held.peakUsedMb).toBeLessThanOrEqual(32);
    expect(held.peakExternalMb).toBeLessThan(MAX_EXTERNAL_MB);
  }, 120_000);

  test('would take more than that without', async () => {
    expect((await read(1_000_000)).peakExternalMb).toBeGreaterThan(MAX_EXTERNAL_MB);
  }, 120_000);
});
