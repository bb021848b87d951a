/** Keys and values in the forms of keyFormat and valueFormat, through a source and a destination and a real broker. */
import { expect, test } from 'vitest';
import { openDestination, openSource, type OpenCdcRecord, type RecordSource } from '../../host/index.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, plainKafka, read, subject } from './kafka-client.ts';

const { servers } = sharedBroker();
const kafka = subject(servers);

interface Message {
  key: string | Buffer | null;
  value: string | Buffer | null;
}

async function topicWith(messages: Message[]): Promise<string> {
  const topic = uniqueName('formats');
  await createTopic(servers, topic);
  const producer = plainKafka(servers).producer();
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
  return topic;
}

function sourceOf(topic: string, settings: Record<string, string>): Promise<RecordSource> {
  return openSource({ settings: { servers, topics: topic, groupID: uniqueName('group'), readFromBeginning: 'true', ...settings } });
}

async function recordsOf(source: RecordSource, count: number): Promise<OpenCdcRecord[]> {
  const records: OpenCdcRecord[] = [];
  for await (const batch of source) {
    records.push(...batch.records);
    if (records.length >= count) break;
  }
  return records;
}

test('json: objects become structured data and are written as JSON again, other bytes and nulls stay', async () => {
  const messages: Message[] = [
    { key: '{"id":1}', value: '{"name":"x","n":9007199254740993,"list":[1,{"a":null}]}' },
    { key: 'no json', value: '[1,2]' },
    { key: null, value: null },
  ];
  const topic = await topicWith(messages);
  await using source = await sourceOf(topic, { valueFormat: 'json', keyFormat: 'json', onUndecodable: 'raw' });
  const records = await recordsOf(source, 3);
  const plain = (data: unknown): unknown => (data instanceof Uint8Array ? Buffer.from(data).toString() : data);
  expect(records.map(({ key, payload }) => [plain(key), plain(payload.after)])).toEqual([
    [{ id: 1 }, { name: 'x', n: '9007199254740993', list: [1, { a: null }] }],
    ['no json', '[1,2]'],
    [null, null],
  ]);

  const out = uniqueName('formats-out');
  await createTopic(servers, out);
  await using destination = await openDestination({ settings: { servers, topic: out, valueFormat: 'json' } });
  expect(await destination.write(records)).toEqual([null, null, null]);
  const consumer = await kafka.consumer({ topics: [out], group: uniqueName('group') });
  const written = await read(consumer, 3);
  await consumer.close();
  expect(written.map(({ key, value }) => [key, value])).toEqual([
    ['{"id":1}', '{"list":[1,{"a":null}],"n":"9007199254740993","name":"x"}'],
    ['no json', '[1,2]'],
    [null, null],
  ]);
}, 60_000);

test('a record that is not in its form ends the source, after the records before it', async () => {
  const topic = await topicWith([
    { key: null, value: '{"a":1}' },
    { key: null, value: '{"a":' },
  ]);
  await using source = await sourceOf(topic, { valueFormat: 'json' });
  const seen: OpenCdcRecord[] = [];
  const reading = (async () => {
    for await (const batch of source) seen.push(...batch.records);
  })();
  await expect(reading).rejects.toMatchObject({
    code: 'schema.mismatch',
    message: expect.stringMatching(
      new RegExp(`value of the record at offset 1 of topic-partition ${topic}-0 cannot be decoded: expected JSON`),
    ) as string,
  });
  expect(seen.map(({ payload }) => payload.after)).toEqual([{ a: 1 }]);
}, 60_000);
