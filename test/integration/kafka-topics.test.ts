/** Topics that hold more than plain records: transactions, control batches, broker timestamps, other clients' batches. */
import { afterEach, describe, expect, test } from 'vitest';
import type { ConsumerHandle } from '../../host/kafka/handles.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { readRecordSet } from '../support/record-set.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { commit, committed, createTopic, plainKafka, read, readFor, subject, values, write } from './kafka-client.ts';

const { servers } = sharedBroker();
const kafka = subject(servers);
const open: { close(): Promise<void> }[] = [];
const consume = async (topic: string, group = uniqueName('group')): Promise<ConsumerHandle> => {
  const handle = await kafka.consumer({ topics: [topic], group });
  open.push(handle);
  return handle;
};
const list = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

describe('transactions', () => {
  test('committed ones are read, aborted ones are not, and control batches do not stop the reading', async () => {
    const topic = uniqueName('topic');
    const group = uniqueName('group');
    await createTopic(servers, topic);
    const producer = plainKafka(servers).producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transact = async (prefix: string, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.transaction();
      for (const value of list(prefix, 3)) await transaction.send({ topic, messages: [{ value }] });
      await transaction[end]();
    };
    await write(servers, topic, ['before']);
    await transact('aborted', 'abort');
    await transact('one', 'commit');
    await transact('aborted again', 'abort');
    await transact('two', 'commit');
    await write(servers, topic, ['after']);
    await transact('aborted last', 'abort');
    await producer.disconnect();
    const handle = await consume(topic, group);
    const records = await read(handle, 8);
    expect(values(records)).toEqual(['before', ...list('one', 3), ...list('two', 3), 'after']);
    await commit(handle, records);
    // The next batch is the end of an aborted transaction: no record comes of it, and it does not delay later records.
    await write(servers, topic, ['at last']);
    const rest = await read(handle, 1);
    expect(values(rest)).toEqual(['at last']);
    await commit(handle, rest);
    expect(await committed(servers, group, topic)).toBe(rest[0]!.offset + 1);
    expect(await readFor(handle, 300)).toEqual([]);
  });

  test('an aborted one that is fetched alone is no gap to report', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic);
    await write(servers, topic, ['before']);
    const handle = await consume(topic);
    expect(values(await read(handle, 1))).toEqual(['before']);
    const producer = plainKafka(servers).producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'aborted' }] });
    await transaction.abort();
    await producer.disconnect();
    expect(await readFor(handle, 1_000)).toEqual([]);
    await write(servers, topic, ['after']);
    expect(await read(handle, 1)).toMatchObject([{ value: 'after', offset: 3 }]);
    expect(kafka.lines.filter(({ level, fields }) => level === 'error' && fields['topic'] === topic)).toEqual([]);
  });

  test('an aborted one is left out also where the reading begins inside it, or at its marker', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic);
    await write(servers, topic, ['before']);
    const producer = plainKafka(servers).producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    for (const value of list('aborted', 3)) await transaction.send({ topic, messages: [{ value }] });
    await transaction.abort();
    await producer.disconnect();
    await write(servers, topic, ['after']);
    for (const nextOffset of [1n, 2n, 3n, 4n, 5n]) {
      const handle = await kafka.consumer({ topics: [topic], group: uniqueName('group'), resume: [{ topic, partition: 0, nextOffset }] });
      open.push(handle);
      expect(await read(handle, 1)).toMatchObject([{ value: 'after', offset: 5 }]);
    }
  });

  test('of several producers at once, only the aborted ones are left out', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic);
    const producers = await Promise.all(
      [0, 1].map(async () => {
        const producer = plainKafka(servers).producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
        await producer.connect();
        return producer;
      }),
    );
    const [first, second] = await Promise.all(producers.map((producer) => producer.transaction()));
    await first!.send({ topic, messages: [{ value: 'aborted 0' }] });
    await second!.send({ topic, messages: [{ value: 'also aborted 0' }] });
    await first!.send({ topic, messages: [{ value: 'aborted 1' }] });
    await second!.send({ topic, messages: [{ value: 'also aborted 1' }] });
    // The second one begun ends first, so the broker lists it first.
    await second!.abort();
    await first!.send({ topic, messages: [{ value: 'aborted 2' }] });
    await first!.abort();
    const third = await producers[1]!.transaction();
    await third.send({ topic, messages: [{ value: 'committed' }] });
    await third.commit();
    await Promise.all(producers.map((producer) => producer.disconnect()));
    const handle = await consume(topic);
    expect(values(await read(handle, 1))).toEqual(['committed']);
    expect(await readFor(handle, 300)).toEqual([]);
  });
});

test("with log append time every record has the broker's, and says so", async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic, 1, { 'message.timestamp.type': 'LogAppendTime' });
  const producer = await kafka.producer();
  const before = Date.now();
  expect(await producer.send([{ topic, records: section(numbered(5), { baseTimestamp: BigInt(before - 3_600_000) }) }])).toEqual([]);
  await producer.close();
  const handle = await consume(topic);
  let fetched = await handle.poll(10, 1 << 20, 5_000);
  while (fetched.length === 0) fetched = await handle.poll(10, 1 << 20, 5_000);
  expect(fetched[0]!.records.logAppendTime).toBe(true);
  expect(Math.abs(Number(fetched[0]!.records.baseTimestamp) - before)).toBeLessThan(60_000);
});

test('a fetch that begins inside a batch gives no record below its position', async () => {
  const topic = uniqueName('topic');
  const group = uniqueName('group');
  await createTopic(servers, topic);
  const producer = await kafka.producer();
  await producer.send([{ topic, records: section(numbered(100)) }]);
  await producer.close();
  const first = await consume(topic, group);
  await commit(first, (await read(first, 100)).slice(0, 37));
  await first.close();
  const records = await read(await consume(topic, group), 63);
  expect(values(records)).toEqual(numbered(63, 37).map(({ value }) => value));
  expect(records[0]!.offset).toBe(37);
});

/** The broker is a Java client of ours here: it uncompresses what we write, and compresses what we read. */
describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('compression %s and Java', (compression) => {
  const sent = numbered(300).map((record, i) => ({ ...record, headers: { number: String(i) } }));
  const send = async (topic: string, codec: typeof compression | 'none'): Promise<void> => {
    const producer = await kafka.producer({ compression: codec });
    open.push(producer);
    expect(await producer.send([{ topic, records: section(sent) }])).toEqual([]);
  };

  test('Java reads what is written here', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic, 1, { 'compression.type': 'uncompressed' });
    await send(topic, compression);
    expect(values(await read(await consume(topic), 300))).toEqual(sent.map(({ value }) => value));
  });

  test('what Java writes is read here', async () => {
    const topic = uniqueName('topic');
    await createTopic(servers, topic, 1, { 'compression.type': compression });
    await send(topic, 'none');
    const records = await read(await consume(topic), 300);
    expect(records.map(({ value, headers }) => [value, headers])).toEqual(sent.map(({ value }, i) => [value, [['number', String(i)]]]));
  });
});

test('records without a byte in them are records', async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  const producer = plainKafka(servers).producer();
  await producer.connect();
  await producer.send({
    topic,
    messages: [{ value: null }, { value: Buffer.alloc(0) }, { key: Buffer.alloc(0), value: null }, { value: 'last' }],
  });
  await producer.disconnect();
  const records = await read(await consume(topic), 4);
  expect(records.map(({ offset, key, value }) => [offset, key, value])).toEqual([
    [0, null, null],
    [1, null, ''],
    [2, '', null],
    [3, null, 'last'],
  ]);
});

test('timestamps in another unit than milliseconds spoil no neighbour', async () => {
  const topic = uniqueName('topic');
  const limit = String(2n ** 63n - 1n);
  await createTopic(servers, topic, 1, { 'message.timestamp.before.max.ms': limit, 'message.timestamp.after.max.ms': limit });
  const stamps = [1_795_589_177_204_000_000n, 1_795_589_177_204n, 1_795_589_177_204_000n, 639_312_000_000_000_000n, 1_795_589_177_205n];
  const producer = await kafka.producer();
  for (const at of stamps) expect(await producer.send([{ topic, records: section(numbered(1), { baseTimestamp: at }) }])).toEqual([]);
  await producer.close();
  const handle = await consume(topic);
  const read: bigint[] = [];
  while (read.length < stamps.length)
    for (const { records } of await handle.poll(10, 1 << 20, 5_000)) read.push(...readRecordSet(records).map(({ timestamp }) => timestamp));
  expect(read).toEqual(stamps);
});
