// Acknowledgements and commits: which offsets are committed, and when.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { CREDIT, acksOf, openSource, readBatch } from '../support/data-path.ts';
import { type Guest, errorOf } from '../support/guest.ts';
import { fetched } from '../support/record-set.ts';

const positionOf = (offset: number | bigint, partition = 0, topic = 'orders') =>
  `{"GroupID":"g","Topic":"${topic}","Partition":${partition},"Offset":${offset}}`;
const setOf = (offsets: number[], partition = 0, epoch = 1, topic = 'orders') =>
  fetched(
    topic,
    partition,
    offsets.map((offset) => ({ offset: BigInt(offset), value: 'v' })),
    epoch,
  );
const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const ack = (guest: Guest, ...positions: string[]) => guest.source.ack(acksOf(positions));
/** Everything committed so far: `topic/partition@epoch -> offset`, in order. */
const commits = (guest: Guest) =>
  guest.world.of('consumer.commit').map(({ offsets }) => offsets.map((o) => `${o.topic}/${o.partition}@${o.epoch} -> ${o.nextOffset}`));

describe('what is committed', () => {
  let guest: Guest;
  beforeEach(async () => {
    guest = await openSource({ commitOffsetsSize: '1' });
  });

  test('is the offset behind the acknowledged one', async () => {
    await readBatch(guest, [setOf([5, 6, 7])]);
    await ack(guest, positionOf(5));
    await ack(guest, positionOf(6), positionOf(7));
    expect(commits(guest)).toEqual([['orders/0@1 -> 6'], ['orders/0@1 -> 8']]);
  });
  test('is nothing of what was read and not acknowledged', async () => {
    await readBatch(guest, [setOf([1, 2, 3])]);
    await ack(guest, positionOf(1));
    await guest.source.teardown();
    expect(commits(guest)).toEqual([['orders/0@1 -> 2']]);
  });
  test('is each partition’s own prefix', async () => {
    await readBatch(guest, [setOf([1, 2], 0), setOf([10, 11], 1), setOf([7], 0, 1, 'billing')]);
    await ack(guest, positionOf(1), positionOf(2), positionOf(10, 1));
    await ack(guest, positionOf(7, 0, 'billing'));
    expect(commits(guest)).toEqual([['orders/0@1 -> 3', 'orders/1@1 -> 11'], ['billing/0@1 -> 8']]);
  });
  test('passes over the gaps that compaction left', async () => {
    await readBatch(guest, [setOf([3, 9, 10, 400])]);
    for (const offset of [3, 9, 10, 400]) await ack(guest, positionOf(offset));
    expect(commits(guest).flat()).toEqual([4, 10, 11, 401].map((o) => `orders/0@1 -> ${o}`));
  });
  test('stops before the first record that is not acknowledged, and catches up when it is', async () => {
    await readBatch(guest, [setOf(upTo(0, 9))]);
    await ack(guest, ...[2, 3, 1, 9, 5].map((o) => positionOf(o)));
    expect(commits(guest)).toEqual([]);
    await ack(guest, positionOf(0));
    expect(commits(guest)).toEqual([['orders/0@1 -> 4']]);
    await ack(guest, positionOf(4));
    expect(commits(guest).at(-1)).toEqual(['orders/0@1 -> 6']);
    await ack(guest, ...[8, 6, 7].map((o) => positionOf(o)));
    expect(commits(guest).at(-1)).toEqual(['orders/0@1 -> 10']);
  });
  test('in any order of acknowledgements is never more than the acknowledged prefix, and all of it in the end', async () => {
    const shuffled = fc.integer({ min: 1, max: 40 }).chain((n) => fc.shuffledSubarray(upTo(0, n - 1), { minLength: n, maxLength: n }));
    const stretches = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 40, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(shuffled, stretches, fc.integer({ min: 1, max: 7 }), async (order, steps, chunk) => {
        await guest.source.teardown();
        await guest.source.open(undefined);
        guest.world.calls.length = 0;
        let offset = 0;
        const offsets = order.map((_, i) => (offset += steps[i]!));
        for (let i = 0; i < offsets.length; i += chunk) await readBatch(guest, [setOf(offsets.slice(i, i + chunk))]);
        const done = new Set<number>();
        for (let i = 0; i < order.length; i += chunk) {
          const some = order.slice(i, i + chunk).map((index) => offsets[index]!);
          await ack(guest, ...some.map((o) => positionOf(o)));
          for (const o of some) done.add(o);
          const pending = offsets.findIndex((o) => !done.has(o));
          const prefix = pending < 0 ? offsets : offsets.slice(0, pending);
          const last = guest.world.of('consumer.commit').at(-1)?.offsets[0]?.nextOffset;
          expect(last).toBe(prefix.length === 0 ? undefined : BigInt(prefix.at(-1) + 1));
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('an assignment that is over', () => {
  test('its acknowledgements are dropped, also of offsets that were delivered again', async () => {
    const guest = await openSource({ commitOffsetsSize: '1' });
    await readBatch(guest, [setOf([1, 2, 3], 0, 1)]);
    await readBatch(guest, [setOf([1, 2, 3], 0, 2)]);
    await ack(guest, positionOf(1), positionOf(2), positionOf(3));
    expect(commits(guest)).toEqual([]);
    await ack(guest, positionOf(1));
    expect(commits(guest)).toEqual([['orders/0@2 -> 2']]);
    await ack(guest, positionOf(2), positionOf(3));
    expect(commits(guest).at(-1)).toEqual(['orders/0@2 -> 4']);
  });
  test('what was acknowledged before and not committed is not committed for the next one', async () => {
    const guest = await openSource({ commitOffsetsSize: '100' });
    await readBatch(guest, [setOf([1, 2], 0, 1), setOf([5], 1, 1)]);
    await ack(guest, positionOf(1), positionOf(5, 1));
    await readBatch(guest, [setOf([1, 2], 0, 2), setOf([5], 1, 2)]);
    await guest.source.teardown();
    expect(commits(guest)).toEqual([]);
  });
  test('does not count for commitOffsetsSize any more, and the other partitions do', async () => {
    const guest = await openSource({ commitOffsetsSize: '3', commitOffsetsDelay: '1h' });
    await readBatch(guest, [setOf([1, 2], 0, 1), setOf([5, 6, 7], 1, 1)]);
    await ack(guest, positionOf(1), positionOf(5, 1));
    await readBatch(guest, [setOf([1, 2], 0, 2)]);
    await ack(guest, positionOf(6, 1));
    expect(commits(guest)).toEqual([]);
    await ack(guest, positionOf(7, 1));
    expect(commits(guest)).toEqual([['orders/1@1 -> 8']]);
  });
});

describe('a partition that is kept while others are assigned anew', () => {
  test('stays committable, with its own epoch beside the newer ones', async () => {
    const guest = await openSource({ commitOffsetsSize: '100' });
    await readBatch(guest, [setOf([1, 2], 0, 1)]);
    await ack(guest, positionOf(1));
    await readBatch(guest, [setOf([8], 2, 2)]);
    await ack(guest, positionOf(2), positionOf(8, 2));
    await guest.source.teardown();
    expect(commits(guest)).toEqual([['orders/0@1 -> 3', 'orders/2@2 -> 9']]);
  });
  test('is committed once, also if its epoch is over and the host leaves it out', async () => {
    const guest = await openSource({ commitOffsetsSize: '1' });
    await readBatch(guest, [setOf([1], 0, 1), setOf([1], 1, 2)]);
    await ack(guest, positionOf(1));
    await ack(guest, positionOf(1, 1));
    await guest.source.teardown();
    expect(commits(guest)).toEqual([['orders/0@1 -> 2'], ['orders/1@2 -> 2']]);
  });
});

describe('a set without records, which says that its partition is about to be taken away', () => {
  test('commits what is acknowledged at once, and then with every acknowledgement, until records come again', async () => {
    const guest = await openSource({ commitOffsetsSize: '100', commitOffsetsDelay: '1h' });
    await readBatch(guest, [setOf([1, 2, 3])]);
    await ack(guest, positionOf(1));
    expect(commits(guest)).toEqual([]);
    guest.world.fetched.push([setOf([])]);
    expect(await guest.source.read(CREDIT)).toBeUndefined();
    expect(commits(guest)).toEqual([['orders/0@1 -> 2']]);
    await ack(guest, positionOf(2));
    expect(commits(guest)).toEqual([['orders/0@1 -> 2'], ['orders/0@1 -> 3']]);
    expect(await guest.source.read(CREDIT)).toBeUndefined();
    await ack(guest, positionOf(3));
    expect(commits(guest).at(-1)).toEqual(['orders/0@1 -> 4']);
    await readBatch(guest, [setOf([4, 5], 0, 2)]);
    await ack(guest, positionOf(4));
    expect(commits(guest)).toHaveLength(3);
  });
  test('commits nothing if nothing is acknowledged', async () => {
    const guest = await openSource({ commitOffsetsSize: '100' });
    await readBatch(guest, [setOf([1])]);
    guest.world.fetched.push([setOf([])]);
    expect(await guest.source.read(CREDIT)).toBeUndefined();
    expect(commits(guest)).toEqual([]);
  });
});

describe('an acknowledgement', () => {
  test.each([
    ['of an offset that was not delivered', positionOf(99)],
    ['of another partition', positionOf(1, 7)],
    ['of another topic', positionOf(1, 0, 'billing')],
    ['of another group', positionOf(1).replace('"g"', '"h"')],
    ['that is no position', 'hi mom'],
    ['that is empty', ''],
    ['that goes on behind its brace', `${positionOf(1)} x`],
    ['of an offset that no number holds', positionOf(99_999_999_999_999_999_999n)],
  ])('%s is an error, and the others still count', async (_what, position) => {
    const guest = await openSource({ commitOffsetsSize: '1' });
    await readBatch(guest, [setOf([1, 2])]);
    const error = await errorOf(ack(guest, positionOf(1), position, positionOf(2)));
    expect(error).toEqual({ kind: 'invalid-position', text: `ack not possible: no record waits for it at position "${position}"` });
    expect(commits(guest)).toEqual([['orders/0@1 -> 3']]);
    expect((await errorOf(ack(guest, positionOf(2)))).kind).toBe('invalid-position');
  });
  test('in other words than it was written counts the same', async () => {
    const guest = await openSource({ commitOffsetsSize: '1' });
    await readBatch(guest, [setOf([1])]);
    await ack(guest, '{ "topic":"orders", "partition":0, "offset":1, "groupID":"g" }');
    expect(commits(guest)).toEqual([['orders/0@1 -> 2']]);
  });
  test('message that is malformed is an error', async () => {
    const guest = await openSource();
    await readBatch(guest, [setOf([1])]);
    expect((await errorOf(guest.source.ack(Buffer.from([0x0a, 200, 1, 1])))).text).toContain('not a connector.v2.Source.Run.Request');
  });
  test('message of any bytes never traps', async () => {
    const guest = await openSource();
    await readBatch(guest, [setOf(upTo(0, 50))]);
    const good = acksOf(upTo(0, 3).map((o) => positionOf(o)));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 3 })),
        async (change) => {
          const bytes = change instanceof Uint8Array ? change : Buffer.from(good);
          if (Array.isArray(change)) for (const [at, byte] of change) bytes[at] = byte;
          await guest.source
            .ack(bytes)
            .catch((error: unknown) => expect(error).toHaveProperty('payload.text', expect.stringContaining('ack not possible')));
        },
      ),
      { numRuns: 400 },
    );
    expect(await readBatch(guest, [setOf([60])])).toHaveLength(1);
  });
});

describe('when it is committed', () => {
  const SECOND = 1_000_000_000n;

  test('with commitOffsetsSize acknowledgements, and not before', async () => {
    const guest = await openSource({ commitOffsetsSize: '3', commitOffsetsDelay: '1h' });
    await readBatch(guest, [setOf(upTo(0, 9))]);
    for (let i = 0; i < 7; i++) await ack(guest, positionOf(i));
    expect(commits(guest)).toEqual([['orders/0@1 -> 3'], ['orders/0@1 -> 6']]);
  });
  test.each(['0', '1'])('with every acknowledgement at commitOffsetsSize %s', async (size) => {
    const guest = await openSource({ commitOffsetsSize: size });
    await readBatch(guest, [setOf([0, 1])]);
    await ack(guest, positionOf(0));
    await ack(guest, positionOf(1));
    expect(commits(guest)).toEqual([['orders/0@1 -> 1'], ['orders/0@1 -> 2']]);
  });
  test('commitOffsetsDelay after the first acknowledgement, by a read that takes no records', async () => {
    const guest = await openSource({ commitOffsetsDelay: '2s' });
    await readBatch(guest, [setOf([0, 1, 2])]);
    await ack(guest, positionOf(0), positionOf(1));
    const idle = () => guest.source.read({ maxRecords: 0, maxBytes: 0, maxWaitMs: 0 });
    guest.world.now += SECOND;
    await idle();
    expect(commits(guest)).toEqual([]);
    guest.world.now += SECOND;
    await idle();
    expect(commits(guest)).toEqual([['orders/0@1 -> 2']]);
    guest.world.now += 60n * SECOND;
    await idle();
    expect(commits(guest)).toHaveLength(1);
  });
  test('with an acknowledgement a second after the last commit', async () => {
    const guest = await openSource({ commitOffsetsDelay: '1h' });
    await readBatch(guest, [setOf([0, 1, 2])]);
    await ack(guest, positionOf(0));
    guest.world.now += SECOND;
    await ack(guest, positionOf(1));
    await ack(guest, positionOf(2));
    expect(commits(guest)).toEqual([['orders/0@1 -> 2']]);
  });
  test.each(['0s', '-1s'])('never by time at commitOffsetsDelay %s', async (delay) => {
    const guest = await openSource({ commitOffsetsDelay: delay });
    await readBatch(guest, [setOf([0, 1])]);
    await ack(guest, positionOf(0));
    guest.world.now += 3600n * SECOND;
    await ack(guest, positionOf(1));
    await guest.source.read({ maxRecords: 0, maxBytes: 0, maxWaitMs: 0 });
    expect(commits(guest)).toEqual([]);
    await guest.source.teardown();
    expect(commits(guest)).toEqual([['orders/0@1 -> 2']]);
  });
  test('at teardown, also after stop, before the consumer is closed', async () => {
    const guest = await openSource();
    await readBatch(guest, [setOf([0, 1, 2])]);
    await guest.source.stop();
    await ack(guest, positionOf(0), positionOf(1), positionOf(2));
    await guest.source.teardown();
    await guest.source.teardown();
    expect(guest.world.calls.map((call) => call.name).slice(-2)).toEqual(['consumer.commit', 'consumer.close']);
    expect(commits(guest)).toEqual([['orders/0@1 -> 3']]);
  });
  test('after the clock was set back, still', async () => {
    const guest = await openSource({ commitOffsetsDelay: '5s' });
    await readBatch(guest, [setOf([0])]);
    await ack(guest, positionOf(0));
    guest.world.now -= 3600n * SECOND;
    for (let i = 0; i < 7; i++) {
      guest.world.now += SECOND;
      await guest.source.read({ maxRecords: 0, maxBytes: 0, maxWaitMs: 0 });
    }
    expect(commits(guest)).toEqual([['orders/0@1 -> 1']]);
  });
});

describe('a commit that fails', () => {
  const SECOND = 1_000_000_000n;
  let guest: Guest;
  beforeEach(async () => {
    guest = await openSource({ commitOffsetsSize: '1' });
    await readBatch(guest, [setOf([0, 1, 2])]);
  });

  test.each(['timeout', 'unavailable', 'cancelled'] as const)(
    'and may succeed later (%s) is logged, stays due and comes with the next acknowledgement',
    async (kind) => {
      guest.world.fail.set('consumer.commit', { kind, text: 'no coordinator' });
      await ack(guest, positionOf(0));
      expect(guest.world.logs.at(-1)).toMatchObject({ level: 'warn', message: 'failed to commit offsets, trying again later' });
      guest.world.fail.clear();
      await ack(guest, positionOf(1));
      expect(commits(guest)).toEqual([['orders/0@1 -> 1'], ['orders/0@1 -> 2']]);
    },
  );
  test('is tried again by reads, once a second', async () => {
    guest.world.fail.set('consumer.commit', { kind: 'unavailable', text: 'x' });
    await ack(guest, positionOf(0));
    for (let i = 0; i < 3; i++) await guest.source.read(CREDIT);
    expect(commits(guest)).toHaveLength(1);
    guest.world.fail.clear();
    guest.world.now += SECOND;
    await guest.source.read(CREDIT);
    await guest.source.read(CREDIT);
    expect(commits(guest)).toEqual([['orders/0@1 -> 1'], ['orders/0@1 -> 1']]);
  });
  test('for good is an error of the acknowledgement', async () => {
    guest.world.fail.set('consumer.commit', { kind: 'rejected', text: 'not authorized' });
    expect(await errorOf(ack(guest, positionOf(0)))).toEqual({ kind: 'rejected', text: 'failed to commit records: not authorized' });
  });
  test('at teardown is reported, and the consumer is closed all the same', async () => {
    guest.world.fail.set('consumer.commit', { kind: 'unavailable', text: 'gone' });
    await ack(guest, positionOf(0));
    expect((await errorOf(guest.source.teardown())).text).toBe('failed closing Kafka consumer: failed to commit records: gone');
    expect(guest.world.of('consumer.close')).toHaveLength(1);
    await guest.source.teardown();
  });
});
