import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { frame, produce } from '../../../../host/kafka/kafkajs/produce-request.ts';
import { encodeBatch } from '../../../../host/kafka/records/record-batch.ts';
import { numbered, section } from '../sections.ts';

const require = createRequire(import.meta.url);

const stockProduce = require('kafkajs/src/protocol/requests/produce/v7/request.js') as (data: object) => StockRequest;
const stockFrame = require('kafkajs/src/protocol/request.js') as typeof frame;
interface StockRequest {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  expectResponse(): boolean;
  encode(): Promise<{ buffer: Buffer; size(): number }>;
}
const LEADER_EPOCH_BYTES = 4;

test('a produce request is, byte for byte, the one that kafkajs makes of the same records', async () => {
  const baseTimestamp = 1_700_000_000_000n;
  const records = numbered(3).map((record, i) => ({ ...record, timestampDelta: i * 7 }));
  const encoded = encodeBatch(section(records, { baseTimestamp }), baseTimestamp + 14n, null, {
    producerId: 9n,
    producerEpoch: 2,
    baseSequence: 5,
  });
  const partition = { topic: 'topic ü', acks: -1, timeout: 1234 };
  const ours = produce({ ...partition, topicData: [{ topic: partition.topic, partitions: [{ partition: 7, batch: encoded }] }] });
  const messages = records.map(({ timestampDelta, ...record }) => ({
    ...record,
    timestamp: String(baseTimestamp + BigInt(timestampDelta)),
  }));
  const stock = stockProduce({
    acks: -1,
    timeout: 1234,
    producerId: '9',
    producerEpoch: 2,
    topicData: [{ topic: partition.topic, partitions: [{ partition: 7, firstSequence: 5, messages }] }],
  });
  expect(ours).toMatchObject({ apiKey: stock.apiKey, apiName: stock.apiName });
  const options = { correlationId: 77, clientId: 'client ü' };
  const framed = Buffer.from((await frame({ ...options, request: { ...ours, apiVersion: stock.apiVersion } })).buffer);
  const expected = (await stockFrame({ ...options, request: stock })).buffer;
  // Brokers fill in the partition leader epoch; kafkajs writes 0 and Java's client -1.
  const leaderEpoch = framed.indexOf(encoded) + 12;
  framed.fill(0, leaderEpoch, leaderEpoch + LEADER_EPOCH_BYTES);
  expect(framed.equals(expected)).toBe(true);
});

test('the frame of any other request is the one of kafkajs', async () => {
  const metadata = require('kafkajs/src/protocol/requests/metadata/v6/request.js') as (data: object) => StockRequest;
  const options = { correlationId: 2 ** 31 - 1, clientId: '', request: metadata({ topics: ['a', 'b'], allowAutoTopicCreation: true }) };
  expect((await frame(options)).buffer.equals((await stockFrame(options)).buffer)).toBe(true);
});

test('only a request that wants no acks has no answer', () => {
  expect([-1, 1, 0].map((acks) => produce({ acks, timeout: 1, topicData: [] }).expectResponse())).toEqual([true, true, false]);
});
