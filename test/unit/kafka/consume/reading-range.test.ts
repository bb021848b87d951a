import { describe, expect, test } from 'vitest';
import { KafkaFault } from '../../../../host/kafka/fault.ts';
import { spansOf, type ReadingRange } from '../../../../host/kafka/consume/reading-range.ts';
import { fakeLookups } from '../fake-client.ts';

/** By topic, the earliest offset and the end of each partition. */
const CLUSTER: Record<string, [number, number][]> = {
  one: [[5, 20]],
  two: [
    [0, 10],
    [3, 4],
  ],
};
/** One record each ten milliseconds: offset N has the time 10 * N. */
const lookups = fakeLookups({
  partitionCounts: async (topics) => {
    if (topics.some((topic) => !(topic in CLUSTER))) throw new KafkaFault('answer', 'no', { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    return new Map(topics.map((topic) => [topic, CLUSTER[topic]!.length]));
  },
  ranges: async (topic) => CLUSTER[topic]!.map(([low, high], partition) => ({ partition, low: BigInt(low), high: BigInt(high) })),
  offsetsAt: async (topic, timestampMs) =>
    CLUSTER[topic]!.map(([low, high], partition) => ({
      partition,
      offset: BigInt(Math.min(high, Math.max(low, Math.ceil(timestampMs / 10)))),
    })),
});
/** `topic/partition` from start to the end that was asked for. */
const spans = async (topics: string[], range: ReadingRange): Promise<string[]> =>
  (await spansOf(lookups, topics, range)).map(({ topic, partition, start, until }) => `${topic}/${partition} ${start}-${until ?? ''}`);

describe('a reading begins', () => {
  test.each<[string, ReadingRange['from'], string[]]>([
    ['at the earliest offset', { at: 'earliest' }, ['one/0 5-', 'two/0 0-', 'two/1 3-']],
    ['at the end', { at: 'latest' }, ['one/0 20-', 'two/0 10-', 'two/1 4-']],
    ['so many offsets before the end, or at the earliest', { at: 'before-end', offsets: 4n }, ['one/0 16-', 'two/0 6-', 'two/1 3-']],
    ['at a time, or at the end', { at: 'time', timestampMs: 65 }, ['one/0 7-', 'two/0 7-', 'two/1 4-']],
  ])('%s', async (_where, from, expected) => {
    expect(await spans(['one', 'two'], { from })).toEqual(expected);
  });

  test('at an offset, also where it is the end or is deleted', async () => {
    for (const offset of [7n, 20n, 2n]) expect(await spans(['one'], { from: { at: 'offset', offset } })).toEqual([`one/0 ${offset}-`]);
  });

  test('in the partitions that are chosen', async () => {
    expect(await spans(['two'], { from: { at: 'offset', offset: 3n }, partitions: [1] })).toEqual(['two/1 3-']);
    expect(await spans(['one', 'two'], { from: { at: 'earliest' }, partitions: [0] })).toEqual(['one/0 5-', 'two/0 0-']);
  });

  test('elsewhere where it resumes', async () => {
    const resume = [{ topic: 'two', partition: 0, nextOffset: 8n }];
    expect(await spans(['two'], { from: { at: 'earliest' }, resume })).toEqual(['two/0 8-', 'two/1 3-']);
  });

  test('nowhere in a topic that does not exist', async () => {
    expect(await spans(['none', 'one'], { from: { at: 'earliest' } })).toEqual(['one/0 5-']);
  });
});

test('a reading ends before an offset, or before a time, at the latest at the end', async () => {
  expect(await spans(['one'], { from: { at: 'earliest' }, until: { at: 'offset', offset: 9n } })).toEqual(['one/0 5-9']);
  const until = { at: 'time', timestampMs: 80 } as const;
  expect(await spans(['one', 'two'], { from: { at: 'earliest' }, until })).toEqual(['one/0 5-8', 'two/0 0-8', 'two/1 3-4']);
});

describe('a reading is refused', () => {
  test.each<[string, string[], ReadingRange, string]>([
    [
      'of a partition that does not exist',
      ['two'],
      { from: { at: 'earliest' }, partitions: [1, 7] },
      'there is no partition 7: topic "two" has the partitions 0 to 1',
    ],
    [
      'from an offset of several partitions',
      ['two'],
      { from: { at: 'offset', offset: 3n } },
      'offset 3 is of one partition, and 2 are read: choose one of them',
    ],
    [
      'from an offset of several topics',
      ['one', 'two'],
      { from: { at: 'offset', offset: 3n }, partitions: [0] },
      'offset 3 is of one partition, and 2 are read',
    ],
    [
      'beyond the end',
      ['one'],
      { from: { at: 'offset', offset: 21n } },
      'there is no offset 21: partition 0 of topic "one" ends before 20',
    ],
    [
      'until beyond the end',
      ['one'],
      { from: { at: 'earliest' }, until: { at: 'offset', offset: 21n } },
      'there is no offset 21: partition 0 of topic "one" ends before 20',
    ],
  ])('%s', async (_what, topics, range, text) => {
    const refused: unknown = await spansOf(lookups, topics, range).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'config.invalid', message: expect.stringContaining(text) });
  });
});
