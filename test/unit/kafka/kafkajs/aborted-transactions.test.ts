import { describe, expect, test } from 'vitest';
import { filterAbortedMessages } from '../../../../host/kafka/kafkajs/aborted-transactions.ts';

type Message = Parameters<typeof filterAbortedMessages>[0]['messages'][number];

describe('aborted transactions', () => {
  const data = (offset: number, producerId: string, inTransaction = true) => ({
    offset: String(offset),
    key: null,
    isControlRecord: false,
    batchContext: { producerId, inTransaction },
  });
  const end = (offset: number, producerId: string, type: 'abort' | 'commit') => ({
    offset: String(offset),
    key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]),
    isControlRecord: true,
    batchContext: { producerId, inTransaction: true },
  });
  const kept = (messages: Message[], abortedTransactions: { producerId: string; firstOffset: string }[]): number[] =>
    filterAbortedMessages({ messages, abortedTransactions })
      .filter(({ isControlRecord }) => !isControlRecord)
      .map(({ offset }) => Number(offset));

  test("go, and the same producer's next transaction stays", () => {
    const messages = [data(0, 'a'), data(1, 'a'), end(2, 'a', 'abort'), data(3, 'a'), end(4, 'a', 'commit'), data(5, '-1', false)];
    expect(kept(messages, [{ producerId: 'a', firstOffset: '0' }])).toEqual([3, 5]);
  });

  test('listed by their ends go, too: brokers do not sort by the beginning', () => {
    const messages = [
      data(0, 'a'),
      data(1, 'b'),
      end(2, 'b', 'abort'),
      data(3, 'a'),
      end(4, 'a', 'abort'),
      data(5, 'b'),
      end(6, 'b', 'commit'),
    ];
    expect(
      kept(messages, [
        { producerId: 'b', firstOffset: '1' },
        { producerId: 'a', firstOffset: '0' },
      ]),
    ).toEqual([5]);
  });

  test('that all began before the first message fetched go', () => {
    const messages = [data(10, 'b'), data(11, 'a'), end(12, 'b', 'abort'), end(13, 'a', 'abort'), data(14, 'c')];
    expect(
      kept(messages, [
        { producerId: 'a', firstOffset: '1' },
        { producerId: 'b', firstOffset: '2' },
      ]),
    ).toEqual([14]);
  });

  test('a key of four zero bytes in a plain record ends nothing', () => {
    const messages = [data(0, 'a'), { ...data(1, 'a'), key: Buffer.alloc(4) }, data(2, 'a')];
    expect(kept(messages, [{ producerId: 'a', firstOffset: '0' }])).toEqual([]);
  });
});
