import { expect, test } from 'vitest';
import { RecordQueue } from '../../../../host/kafka/consume/record-queue.ts';
import type { Fetched } from '../../../../host/kafka/contract.ts';
import { decode, numbered, section } from '../sections.ts';

const item = (count: number, from = 0): Fetched => ({ topic: 't', partition: 0, epoch: 1, records: section(numbered(count, from)) });
const valuesOf = (fetched: Fetched[]): (string | null)[] => fetched.flatMap(({ records }) => decode(records).map(({ value }) => value));

test('gives in order what was pushed, across sets, within both bounds', () => {
  const queue = new RecordQueue({ maxRecords: 1000, maxBytes: 1 << 20 });
  queue.push(item(5));
  queue.push(item(5, 5));
  const first = queue.take(7, 1 << 20);
  expect(first.map(({ records }) => records.count)).toEqual([5, 2]);
  const second = queue.take(100, 1);
  expect(second.map(({ records }) => records.count)).toEqual([1]);
  expect(valuesOf([...first, ...second, ...queue.take(100, 1 << 20)])).toEqual(numbered(10).map(({ value }) => value));
  expect([queue.empty, queue.records, queue.bytes]).toEqual([true, 0, 0]);
});

test('is full by records or by bytes, and frees whoever waits for room', async () => {
  for (const queue of [new RecordQueue({ maxRecords: 10, maxBytes: 1 << 20 }), new RecordQueue({ maxRecords: 1 << 20, maxBytes: 200 })]) {
    expect(queue.full).toBe(false);
    queue.push(item(12));
    expect(queue.full).toBe(true);
    const room = queue.room(60_000);
    queue.take(12, 1 << 20);
    await room;
    expect(queue.full).toBe(false);
  }
});

test('cleared, it is empty and counts from zero', async () => {
  const queue = new RecordQueue({ maxRecords: 10, maxBytes: 1 << 20 });
  queue.push(item(12));
  const room = queue.room(60_000);
  queue.clear();
  await room;
  expect([queue.empty, queue.full, queue.bytes, queue.take(10, 10)]).toEqual([true, false, 0, []]);
});

test('waiting for data ends with data, with a wake and with its time', async () => {
  const queue = new RecordQueue({ maxRecords: 10, maxBytes: 1 << 20 });
  const data = queue.data(60_000);
  queue.push(item(1));
  await data;
  queue.clear();
  const woken = queue.data(60_000);
  queue.wake();
  await woken;
  await queue.data(5);
});

test('many small sets are taken without keeping what was taken', () => {
  const queue = new RecordQueue({ maxRecords: 1 << 20, maxBytes: 1 << 24 });
  for (let i = 0; i < 500; i++) queue.push(item(2, i * 2));
  const taken: Fetched[] = [];
  while (!queue.empty) taken.push(...queue.take(3, 1 << 20));
  expect(valuesOf(taken)).toEqual(numbered(1000).map(({ value }) => value));
});
