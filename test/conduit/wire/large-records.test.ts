/** Records far over Kafka's and Conduit's defaults, where the operator has raised both: `connectors.max-receive-record-size` and the topic's. */
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { DestinationEngine, SourceEngine } from '../../support/engine.ts';
import type { OpencdcRecord } from '../../support/protocol.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, plugin, record } from './support.ts';

afterEach(disposeAll);

const { servers } = sharedBroker();
const topics = new Topics(servers);
const MAX_BYTES = 60_000_000;
const LARGE_BYTES = 30_000_000;
const raised = { env: { CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE: '100000000' } };
// The values are not compressible, so that every message is as large as the record.
const LARGE = randomBytes(LARGE_BYTES);
interface Line {
  payload: { after: string };
}
const valueOf = (one: OpencdcRecord | undefined): Buffer => (one?.payload?.after as { raw_data: Buffer }).raw_data;
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function newTopic(): Promise<string> {
  const topic = uniqueName('large');
  await topics.create(topic, 1, { 'max.message.bytes': String(MAX_BYTES) });
  return topic;
}

test('a source delivers a record of 30 MB between small ones', async () => {
  const topic = await newTopic();
  await topics.fill(topic, 3, (index) => (index === 1 ? LARGE : Buffer.from(`small ${index}`)));
  const source = new SourceEngine(await plugin(raised), 'v1');
  await source.start({ servers, topics: topic, readFromBeginning: 'true' });
  await source.until(3, 60_000);
  expect(source.records.map((one) => valueOf(one).length)).toEqual([7, LARGE_BYTES, 7]);
  expect(digest(valueOf(source.records[1]))).toBe(digest(LARGE));
  await source.stop();
});

test.each([
  ['raw', 'none'],
  ['raw', 'snappy'],
  ['raw', 'lz4'],
  ['opencdc/json', 'zstd'],
  ['opencdc/json', 'gzip'],
])('a destination writes a record of 30 MB between small ones: as %s, compressed with %s', async (format, compression) => {
  const topic = await newTopic();
  const destination = new DestinationEngine(await plugin(raised), 'v1');
  const settings = { 'sdk.record.format': format, compression, batchBytes: String(MAX_BYTES) };
  await destination.start({ servers, topic, ...settings });
  const large = record(1, { payload: { after: { raw_data: LARGE } } });
  await destination.write([record(0), large, record(2)], 60_000);
  expect(destination.acks.map(({ error }) => error)).toEqual(['', '', '']);
  await destination.stop();
  // With the connector itself: kafkajs reads no lz4 and no zstd.
  const source = new SourceEngine(await plugin(raised), 'v1');
  await source.start({ servers, topics: topic, readFromBeginning: 'true' });
  await source.until(3, 60_000);
  const value = valueOf(source.records[1]);
  const written = format === 'raw' ? value : Buffer.from((JSON.parse(value.toString()) as Line).payload.after, 'base64');
  expect(digest(written)).toBe(digest(LARGE));
  await source.stop();
});

test('a record over batchBytes is refused with its size and the setting, and the others are written', async () => {
  const topic = await newTopic();
  const destination = new DestinationEngine(await plugin(raised), 'v1');
  await destination.start({ servers, topic });
  const large = record(1, { payload: { after: { raw_data: LARGE } } });
  await destination.write([record(0), large, record(2)], 60_000);
  expect(destination.acks.map(({ error }) => error)).toEqual([
    '',
    expect.stringMatching(/MESSAGE_TOO_LARGE.*\d{8} bytes.*batchBytes.*1000012/),
    '',
  ]);
  await destination.stop();
});
