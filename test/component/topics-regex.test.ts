// The topics of a source by regular expression: which it reads, and when it looks for new ones.
import { beforeEach, expect, test } from 'vitest';
import { openSource, readBatch } from '../support/data-path.ts';
import { errorOf, FakeWorld, problemsOf, startGuest, type Guest } from '../support/guest.ts';
import { fetched } from '../support/record-set.ts';

const topics = (...names: string[]) => names.map((name) => ({ name, partitions: 1 }));
let world: FakeWorld;
beforeEach(() => {
  world = new FakeWorld();
});
const opened = (regex: string, more: Record<string, string> = {}, position?: string): Promise<Guest> =>
  openSource({ topics: '', topicsRegex: regex, ...more }, position, world);
const optionsOf = () => world.last('consumer.open').options;

test.each([
  ['orders-.*', ['orders-1', 'orders-']],
  ['orders', []],
  ['.*rders.*', ['orders-1', 'orders-', 'preorders']],
  ['(?i)RETURNS|[a-c]+', ['Returns', 'abc']],
  ['\\w+\\.v[0-9]', ['a.v1']],
])('%s matches whole names: %j', async (regex, expected) => {
  world.topics = topics('orders-1', 'orders-', 'preorders', 'Returns', 'abc', 'a.v1', 'a.v1.x');
  await opened(regex);
  expect(optionsOf()).toMatchObject({ topics: expected, group: 'g', fromBeginning: false });
});

test('the topics are listed by a consumer without a group, which is closed with the source', async () => {
  world.topics = topics('a');
  const guest = await opened('a');
  expect(world.of('consumer.open').map(({ options }) => [options.group, options.topics])).toEqual([
    ['', []],
    ['g', ['a']],
  ]);
  await guest.source.teardown();
  expect(world.of('consumer.close')).toHaveLength(2);
});

test('new topics are looked for at each interval, and read when there are some', async () => {
  world.topics = topics('a1', 'b');
  const guest = await opened('a.*', { topicsRefreshInterval: '5s' });
  const read = async (afterMs: number) => {
    world.now += BigInt(afterMs) * 1_000_000n;
    await readBatch(guest, [fetched('a1', 0, [{ value: 'v' }])]);
    return [world.of('consumer.list-topics').length, world.of('consumer.subscribe').map((call) => call.topics)];
  };
  expect(await read(4_999)).toEqual([1, []]);
  expect(await read(1)).toEqual([2, []]);
  world.topics = topics('a1', 'a2', 'a3', 'b');
  expect(await read(4_000)).toEqual([2, []]);
  expect(await read(1_000)).toEqual([3, [['a2', 'a3']]]);
  expect(await read(5_000)).toEqual([4, [['a2', 'a3']]]);
});

test('a source that goes on at a position reads topics from their beginning that were made while it was away', async () => {
  world.topics = topics('a', 'new');
  await opened('.*', {}, '{"GroupID":"g","Topic":"a","Partition":0,"Offset":4}');
  expect(optionsOf()).toMatchObject({ topics: ['a', 'new'], fromBeginning: true, resume: [{ topic: 'a', partition: 0, nextOffset: 5n }] });
});

test('no topic need match at first', async () => {
  const guest = await opened('a', { topicsRefreshInterval: '1s' });
  expect(optionsOf().topics).toEqual([]);
  expect(world.logs).toContainEqual({ level: 'warn', message: 'topics that match topicsRegex', fields: [['topics', '']] });
  world.topics = topics('a');
  world.now += 1_000_000_000n;
  await readBatch(guest, []);
  expect(world.last('consumer.subscribe').topics).toEqual(['a']);
});

test('topics that cannot be listed fail the open, and nothing stays open', async () => {
  world.fail.set('consumer.list-topics', { kind: 'unavailable', text: 'no broker' });
  const guest = await startGuest(world);
  expect(await problemsOf(guest, 'source', { servers: 'a:1', topicsRegex: 'a' })).toEqual([]);
  expect(await errorOf(guest.source.open(undefined))).toMatchObject({ kind: 'unavailable', text: 'no broker' });
  expect(world.of('consumer.close')).toHaveLength(1);
});

test('an expression that other matchers need exponential time for costs little', async () => {
  world.topics = topics(`${'a'.repeat(200)}-`);
  const start = performance.now();
  await opened('(a*)*(a|aa)+b');
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(optionsOf().topics).toEqual([]);
});
