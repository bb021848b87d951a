import { expect, test } from 'vitest';
import { endingReader } from '../../../../host/kafka/consume/ending-reader.ts';
import type { Fetched } from '../../../../host/kafka/contract.ts';
import type { ConsumerHandle } from '../../../../host/kafka/handles.ts';
import { lastOffset } from '../../../../host/cli/lines/record-values.ts';
import { numbered, section } from '../sections.ts';

const fetched = (partition: number, baseOffset: bigint, count: number): Fetched => ({
  topic: 't',
  partition,
  epoch: 1,
  records: section(numbered(count), { baseOffset }),
});
const consumer = (...results: Fetched[][]): ConsumerHandle => ({
  poll: async () => results.shift() ?? [],
  wake: () => undefined,
  commit: async () => undefined,
  listTopics: async () => [],
  subscribe: async () => undefined,
  close: async () => undefined,
});
const span = (partition: number, until: bigint | null) => ({ topic: 't', partition, start: 0n, until, low: 0n, high: 100n });

test('a partition ends where its span ends, and the others go on', async () => {
  const reader = endingReader(consumer([fetched(0, 10n, 5), fetched(1, 10n, 5)], [fetched(0, 15n, 5), fetched(1, 15n, 5)]), [
    span(0, 13n),
    span(1, null),
  ]);
  const first = await reader.poll(100, 1000, 0);
  expect(first.map(({ partition, records }) => [partition, records.count, lastOffset(records)])).toEqual([
    [0, 3, 12n],
    [1, 5, 14n],
  ]);
  const second = await reader.poll(100, 1000, 0);
  expect(second.map(({ partition, records }) => [partition, records.count])).toEqual([[1, 5]]);
});

test('a span that ends at the end of a record set takes all of it', async () => {
  const reader = endingReader(consumer([fetched(0, 10n, 5)]), [span(0, 15n)]);
  expect((await reader.poll(100, 1000, 0)).map(({ records }) => records.count)).toEqual([5]);
});
