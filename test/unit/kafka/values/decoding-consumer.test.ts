import { expect, test } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import type { Fetched } from '../../../../host/kafka/contract.ts';
import type { ConsumerHandle } from '../../../../host/kafka/handles.ts';
import { DecodingConsumer } from '../../../../host/kafka/values/decoding-consumer.ts';
import type { Decoder } from '../../../../host/kafka/values/translation.ts';
import { decode, section, type TestRecord } from '../sections.ts';

/** Writes its bytes in capitals; bytes with "bad" cannot be decoded. */
class Capitals implements Decoder {
  loading: Promise<void> | undefined;
  prepare(): Promise<void> | undefined {
    return this.loading;
  }
  decode(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes).toString();
    if (text.includes('bad')) throw new ConnectorError('schema.mismatch', 'it is bad');
    return Buffer.from(text.toUpperCase().repeat(3));
  }
  keep(bytes: Uint8Array): Uint8Array {
    return Buffer.concat([Buffer.from('raw '), bytes]);
  }
}

function consuming(polls: Fetched[][], more: { key?: Decoder | null; value?: Decoder | null; keepUndecodable?: boolean } = {}) {
  let woken = 0;
  const inner: ConsumerHandle = {
    poll: async () => polls.shift() ?? [],
    wake: () => void woken++,
    commit: async () => undefined,
    listTopics: async () => [],
    subscribe: async () => undefined,
    close: async () => undefined,
  };
  const value = new Capitals();
  const consumer = new DecodingConsumer(inner, {
    key: null,
    value,
    keepUndecodable: false,
    unreachable: null,
    close: () => undefined,
    ...more,
  });
  return { consumer, value, polls, woken: () => woken };
}

const fetched = (records: TestRecord[], partition = 0): Fetched => ({
  topic: 'orders',
  partition,
  epoch: 3,
  records: section(records, { baseOffset: 100n, baseTimestamp: 5n }),
});
const of = (sets: Fetched[]) =>
  sets.map(({ records, ...rest }) => ({
    ...rest,
    records: decode(records).map(({ offset, key, value, timestamp, headers }) => ({ offset, key, value, timestamp, headers })),
  }));

test('keys and values are replaced, and offsets, timestamps, headers, gaps and nulls stay', async () => {
  const { consumer } = consuming(
    [
      [
        fetched([
          { key: 'k', value: 'one', headers: { h: 'x', e: '' }, timestampDelta: 7 },
          { key: null, value: null, offsetDelta: 9, timestampDelta: -3 },
          { value: 'x'.repeat(100), offsetDelta: 300 },
        ]),
      ],
    ],
    { key: new Capitals() },
  );
  expect(of(await consumer.poll(10, 1000, 0))).toEqual([
    {
      topic: 'orders',
      partition: 0,
      epoch: 3,
      records: [
        {
          offset: 100,
          timestamp: 12,
          key: 'KKK',
          value: 'ONEONEONE',
          headers: [
            ['h', 'x'],
            ['e', ''],
          ],
        },
        { offset: 109, timestamp: 2, key: null, value: null, headers: [] },
        { offset: 400, timestamp: 5, key: null, value: 'X'.repeat(300), headers: [] },
      ],
    },
  ]);
});

test('a set without records is passed on: it says that its partition is about to be taken away', async () => {
  const ends = { ...fetched([]), epoch: 4 };
  const { consumer } = consuming([[ends]]);
  expect(await consumer.poll(10, 1_000, 100)).toEqual([ends]);
});

test('a poll stays within its records and bytes though decoded records are larger; the others come with the next poll', async () => {
  const { consumer, polls } = consuming([
    [fetched(Array.from({ length: 5 }, () => ({ value: 'x'.repeat(20) })))],
    [fetched([{ value: 'last' }])],
  ]);
  const first = await consumer.poll(5, 150, 0);
  expect(first.map(({ records }) => records.count)).toEqual([2]);
  expect(first[0]!.records.records.length).toBeLessThanOrEqual(150);
  expect((await consumer.poll(1, 1_000, 0)).map(({ records }) => records.count)).toEqual([1]);
  expect((await consumer.poll(5, 1_000, 0)).map(({ records }) => records.count)).toEqual([2]);
  expect(polls).toHaveLength(1);
  expect(of(await consumer.poll(5, 1_000, 0))[0]!.records[0]!.value).toBe('LASTLASTLAST');
});

test('a record that cannot be decoded ends the source after the records before it, with topic, partition, offset and reason', async () => {
  const { consumer } = consuming([
    [fetched([{ value: 'good' }, { value: 'bad' }, { value: 'after' }], 4)],
    [fetched([{ value: 'later' }])],
  ]);
  expect(of(await consumer.poll(10, 1_000, 0))[0]!.records.map(({ value }) => value)).toEqual(['GOODGOODGOOD']);
  for (let i = 0; i < 2; i++) {
    await expect(consumer.poll(10, 1_000, 0)).rejects.toMatchObject({
      code: 'schema.mismatch',
      message:
        'the value of the record at offset 101 of topic-partition orders-4 cannot be decoded: it is bad; onUndecodable "raw" passes such records on as they are',
      fields: { topic: 'orders', partition: '4', offset: '101' },
    });
  }
});

test('with keepUndecodable it is passed on as it is', async () => {
  const { consumer } = consuming([[fetched([{ value: 'good' }, { value: 'bad' }, { value: 'after' }])]], { keepUndecodable: true });
  expect(of(await consumer.poll(10, 1_000, 0))[0]!.records.map(({ value }) => value)).toEqual([
    'GOODGOODGOOD',
    'raw bad',
    'AFTERAFTERAFTER',
  ]);
});

test('while a schema is looked up polls return nothing in time, wake ends one, and no record is lost', async () => {
  const { consumer, value, polls } = consuming([[fetched([{ value: 'a' }])], [fetched([{ value: 'b' }])]]);
  let loaded = (): void => undefined;
  value.loading = new Promise((resolve) => (loaded = resolve));
  expect(await consumer.poll(10, 1_000, 5)).toEqual([]);
  const waiting = consumer.poll(10, 1_000, 60_000);
  await Promise.resolve();
  consumer.wake();
  expect(await waiting).toEqual([]);
  expect(polls).toHaveLength(1);
  value.loading = undefined;
  loaded();
  expect(of(await consumer.poll(10, 1_000, 1_000))[0]!.records[0]!.value).toBe('AAA');
  expect(of(await consumer.poll(10, 1_000, 1_000))[0]!.records[0]!.value).toBe('BBB');
});

test('a registry that refuses for good ends the source, also with keepUndecodable', async () => {
  const { consumer, value } = consuming([[fetched([{ value: 'a' }])]], { keepUndecodable: true });
  value.loading = Promise.reject(new ConnectorError('schema.rejected', 'wrong password'));
  await expect(consumer.poll(10, 1_000, 1_000)).rejects.toMatchObject({ code: 'schema.rejected' });
});
