import { expect, test } from 'vitest';
import type { Lookups } from '../../../../host/kafka/client.ts';
import { LatestOffsets } from '../../../../host/kafka/consume/latest-offsets.ts';

/** Topics of one partition with these ends. */
const clusterOf = (ends: Record<string, number>): Pick<Lookups, 'ranges'> => ({
  ranges: async (topic) => {
    const end = ends[topic];
    if (end === undefined) throw new Error(`${topic} cannot be read`);
    return [{ partition: 0, low: 0n, high: BigInt(end) }];
  },
});
const found = (...topics: string[]) => ({ found: topics, missing: [] as string[] });

test('"latest" is where it was when the group first asked', async () => {
  const latest = new LatestOffsets();
  expect([...(await latest.fix('g', clusterOf({ a: 3 }), found('a')))]).toEqual([['a/0', 3n]]);
  expect([...(await latest.fix('g', clusterOf({ a: 8 }), found('a')))]).toEqual([['a/0', 3n]]);
});

test('a topic that was missing then has no end: all of it is new', async () => {
  const latest = new LatestOffsets();
  await latest.fix('g', clusterOf({ a: 3 }), { found: ['a'], missing: ['b'] });
  expect([...(await latest.fix('g', clusterOf({ a: 8, b: 5 }), found('a', 'b')))]).toEqual([['a/0', 3n]]);
});

test('another group asks anew, and leaves what the first one was told', async () => {
  const latest = new LatestOffsets();
  const first = await latest.fix('g', clusterOf({ a: 3 }), found('a'));
  expect([...(await latest.fix('h', clusterOf({ a: 8 }), found('a')))]).toEqual([['a/0', 8n]]);
  expect([...first]).toEqual([['a/0', 3n]]);
});

test('a look that failed halfway is repeated as a whole', async () => {
  const latest = new LatestOffsets();
  await expect(latest.fix('g', clusterOf({ a: 3 }), found('a', 'b'))).rejects.toThrow('b cannot be read');
  const ends = await latest.fix('g', clusterOf({ a: 4, b: 5 }), found('a', 'b'));
  expect([...ends]).toEqual([
    ['a/0', 4n],
    ['b/0', 5n],
  ]);
});
