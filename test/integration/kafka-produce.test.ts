import { afterEach, describe, expect, test } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import type { Outgoing, ProducerOptions } from '../../host/kafka/contract.ts';
import type { ProducerHandle } from '../../host/kafka/handles.ts';
import { numbered, section, type TestRecord } from '../unit/kafka/sections.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, read, subject, values, withAdmin, type Read } from './kafka-client.ts';

const { servers } = sharedBroker();
const kafka = subject(servers);
const open: { close(): Promise<void> }[] = [];
/** Of a record that is refused for itself. */
const REFUSED = 'kafka.record-refused';
const TOO_LARGE = 'MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.';

async function producer(options: Partial<ProducerOptions> = {}): Promise<ProducerHandle> {
  const handle = await kafka.producer(options);
  open.push(handle);
  return handle;
}
async function readBack(topic: string, count: number): Promise<Read[]> {
  const handle = await kafka.consumer({ topics: [topic], group: uniqueName('group') });
  open.push(handle);
  return read(handle, count);
}
const outgoing = (topic: string, records: TestRecord[], partition?: number): Outgoing => ({ topic, partition, records: section(records) });
/** Text that no codec makes small. */
const noise = (length: number): string => Array.from({ length }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('');

afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

describe.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('compression %s', (compression) => {
  test('keys, values, headers, timestamps and order arrive as sent', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic);
    const sent: TestRecord[] = [
      { key: 'key', value: 'value', headers: { one: '1', two: 'zwei', empty: '' } },
      { key: null, value: 'null key' },
      { key: '', value: 'empty key' },
      { key: 'tombstone', value: null },
      { key: 'empty', value: '' },
      ...numbered(200),
    ].map((record, i) => ({ ...record, timestampDelta: i * 3 - 50 }));
    const set = section(sent);
    expect(await (await producer({ compression })).send([{ topic, records: set }])).toEqual([]);
    const back = await readBack(topic, sent.length);
    expect(back.map(({ key, value }) => ({ key, value }))).toEqual(sent.map(({ key = null, value }) => ({ key, value })));
    expect(back[0]!.headers).toEqual([
      ['one', '1'],
      ['two', 'zwei'],
      ['empty', ''],
    ]);
    expect(back.map(({ timestamp }) => timestamp - Number(set.baseTimestamp))).toEqual(sent.map(({ timestampDelta }) => timestampDelta));
  });
});

describe('topics', () => {
  test('a missing one is made if the broker allows it', async () => {
    const topic = uniqueName('topic');
    expect(await (await producer()).send([outgoing(topic, numbered(6))])).toEqual([]);
    expect(values(await readBack(topic, 6))).toEqual(numbered(6).map(({ value }) => value));
  });

  test('a name that Kafka refuses fails its own records only', async () => {
    const topic = uniqueName('topic');
    const failures = await (await producer()).send([outgoing('a b', numbered(2)), outgoing(topic, numbered(2))]);
    expect(failures).toEqual(
      [0, 1].map((index) => ({
        index,
        reason: { kind: 'rejected', text: 'INVALID_TOPIC_EXCEPTION: The request attempted to perform an operation on an invalid topic.' },
      })),
    );
    expect(await readBack(topic, 2)).toHaveLength(2);
  });

  test('a partition that does not exist is named as Kafka does', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic, 2);
    const failures = await (await producer()).send([outgoing(topic, numbered(1), 2), outgoing(topic, numbered(1), 1)]);
    expect(failures).toEqual([
      { index: 0, reason: { kind: 'rejected', text: 'UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.' } },
    ]);
    expect((await readBack(topic, 1))[0]!.partition).toBe(1);
  });

  test('one that was deleted does not spoil the others', async () => {
    const [gone, stays] = [uniqueName('topic'), uniqueName('topic')];
    await createTopic(servers, gone);
    await createTopic(servers, stays);
    const handle = await producer({ deliveryTimeoutMs: 8_000 });
    expect(await handle.send([outgoing(gone, numbered(1)), outgoing(stays, numbered(1))])).toEqual([]);
    await withAdmin(servers, (admin) => admin.deleteTopics({ topics: [gone] }));
    await handle.send([outgoing(gone, numbered(1))]);
    expect(await handle.send([outgoing(stays, numbered(1))])).toEqual([]);
  });
});

describe('partitions', () => {
  test('are chosen by key as by the Java client; null keys of one call stay together', async () => {
    const [topic, reference] = [uniqueName('topic'), uniqueName('topic')];
    await createTopic(servers, topic, 7);
    await createTopic(servers, reference, 7);
    const records = [...numbered(50), ...numbered(50, 50, false)];
    expect(await (await producer()).send([outgoing(topic, records)])).toEqual([]);
    const other = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: 0 }).producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await other.connect();
    await other.send({ topic: reference, messages: numbered(50).map(({ key, value }) => ({ key: key as string, value })) });
    await other.disconnect();
    const where = (list: Read[]): Map<string | null, number> =>
      new Map(list.filter(({ key }) => key !== null).map(({ key, partition }) => [key, partition]));
    const mine = await readBack(topic, 100);
    expect(where(mine)).toEqual(where(await readBack(reference, 50)));
    expect(new Set(mine.filter(({ key }) => key === null).map(({ partition }) => partition)).size).toBe(1);
  });

  test('one given is obeyed', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic, 3);
    await (await producer()).send([outgoing(topic, numbered(10), 2)]);
    expect(new Set((await readBack(topic, 10)).map(({ partition }) => partition))).toEqual(new Set([2]));
  });
});

describe('records that cannot be written', () => {
  test("a record over the broker's limit fails alone, its neighbours arrive in order", async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic, 1, { 'max.message.bytes': '10000' });
    const records = numbered(40).map((record, i) => (i === 17 || i === 30 ? { ...record, value: noise(20_000) } : record));
    const failures = await (await producer()).send([outgoing(topic, records)]);
    expect(failures).toEqual(
      [17, 30].map((index) => ({ index, reason: { kind: 'rejected', code: REFUSED, text: expect.stringContaining(TOO_LARGE) } })),
    );
    expect(values(await readBack(topic, 38))).toEqual(records.filter((_, i) => i !== 17 && i !== 30).map(({ value }) => value));
  });

  test('a batch that is too large only as a whole is split and written', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic, 1, { 'max.message.bytes': '10000' });
    const records = numbered(40).map((record) => ({ ...record, value: noise(1_000) }));
    expect(await (await producer()).send([outgoing(topic, records)])).toEqual([]);
    expect(values(await readBack(topic, 40))).toEqual(records.map(({ value }) => value));
  });

  test('a record over the batch limit of the settings fails before it is sent', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic);
    const records = [{ value: 'a' }, { value: 'x'.repeat(3_000) }, { value: 'b' }];
    expect(await (await producer({ maxBatchBytes: 1_000 })).send([outgoing(topic, records)])).toEqual([
      {
        index: 1,
        reason: {
          kind: 'rejected',
          code: REFUSED,
          text: expect.stringMatching(/^MESSAGE_TOO_LARGE: .* takes 3070 bytes .* batchBytes is 1000: raise batchBytes/),
        },
      },
    ]);
    expect(values(await readBack(topic, 2))).toEqual(['a', 'b']);
  });

  test('a null key in a compacted topic fails alone; indexes count over the whole call', async () => {
    const [topic, other] = [uniqueName('topic'), uniqueName('topic')];
    await createTopic(servers, topic, 1, { 'cleanup.policy': 'compact' });
    await createTopic(servers, other);
    const failures = await (
      await producer()
    ).send([outgoing(other, numbered(3)), outgoing(topic, [...numbered(2), { key: null, value: 'x' }, ...numbered(2, 2)])]);
    expect(failures).toEqual([
      { index: 5, reason: { kind: 'rejected', code: REFUSED, text: expect.stringContaining('INVALID_RECORD: ') } },
    ]);
    expect(values(await readBack(topic, 4))).toEqual(numbered(4).map(({ value }) => value));
  });
});

test.each(['none', 'leader', 'all'] as const)('acks %s: everything arrives', async (acks) => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  expect(await (await producer({ acks })).send([outgoing(topic, numbered(20)), outgoing(topic, numbered(20, 20))])).toEqual([]);
  expect(values(await readBack(topic, 40))).toEqual(numbered(40).map(({ value }) => value));
});

test('nothing to send is sent at once, and a closed producer refuses', async () => {
  const handle = await producer();
  expect(await handle.send([])).toEqual([]);
  expect(await handle.send([{ topic: 'a', records: { ...section(numbered(1)), count: 0, records: new Uint8Array() } }])).toEqual([]);
  await handle.close();
  await handle.close();
  await expect(handle.send([])).rejects.toMatchObject({ code: 'cancelled' });
});
