import { spawn } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, plainKafka } from './kafka-client.ts';

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

/** In a process of its own: that of the test holds a test runner as well. */
function flow(mode: 'bounded' | 'unbounded', pauseMs: number, timeoutMs: number): Promise<Flow> {
  const script = path.join(import.meta.dirname, 'support/slow-pipe.ts');
  const args = [servers, topic, `${topic}-${mode}`, String(RECORDS), String(pauseMs), mode, String(MAX_MB)];
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(out) as Flow);
      else reject(new Error(`the pipe ended with ${code ?? signal}: ${err}`));
    });
  });
}

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
