import { describe, expect, it } from 'vitest';
import { Unread, type Reader } from '../../../../host/cli/commands/unread.ts';
import { ConnectorError } from '../../../../host/base/errors.ts';
import type { Reading } from '../../../../host/kafka/handles.ts';

function unread(ranges: Record<string, [next: bigint, end: bigint]>) {
  const reader: { -readonly [K in keyof Reader]: Reader[K] } = { outage: null };
  const of = new Map(Object.entries(ranges).map(([key, [next, end]]) => [key, { next, end, high: end }]));
  const owns = (positions: Record<string, bigint | null> | null, over: Partial<Reading> = {}): void => {
    reader.reading = { positions: positions && new Map(Object.entries(positions)), queued: 0, throttledMs: 0, ...over };
  };
  return { reader, owns, what: new Unread('g', of, reader) };
}

describe('what is unread', () => {
  it('is over where the consumer has passed the end over though no record came of it', () => {
    const { what, owns } = unread({ 't/0': [2n, 5n] });
    expect(what.offsets).toBe(3n);
    owns({ 't/0': 5n });
    expect([what.offsets, what.missing]).toEqual([0n, []]);
  });

  it('stays as it is when a set without records says that the partition is about to be taken away', () => {
    const { what } = unread({ 't/0': [2n, 5n] });
    const records = { baseOffset: 4n, baseTimestamp: 0n, count: 0, records: new Uint8Array(0), logAppendTime: false };
    what.count([{ topic: 't', partition: 0, epoch: 1, records }]);
    expect(what.offsets).toBe(3n);
  });

  it('is not over while records wait to be polled', () => {
    const { what, owns } = unread({ 't/0': [2n, 5n] });
    owns({ 't/0': 5n }, { queued: 2 });
    expect(what.offsets).toBe(3n);
  });

  it('is not over where the position is not known', () => {
    const { what, owns } = unread({ 't/0': [2n, 5n] });
    owns({ 't/0': null });
    expect(what.offsets).toBe(3n);
  });

  it('is over where another member that owns the partition has committed up to the end', () => {
    const { what, owns } = unread({ 't/0': [0n, 5n], 't/1': [0n, 5n] });
    owns({ 't/0': 5n });
    expect([what.offsets, what.waitsForOthers]).toEqual([5n, true]);
    what.commits(new Map([['t/1', 3n]]));
    expect(what.offsets).toBe(2n);
    what.commits(new Map([['t/1', 5n]]));
    expect([what.offsets, what.waitsForOthers]).toEqual([0n, false]);
  });

  it('does not shrink by commits of partitions that this consumer owns: they are of records of before', () => {
    const { what, owns } = unread({ 't/0': [0n, 5n] });
    owns({ 't/0': 1n });
    what.commits(new Map([['t/0', 5n]]));
    expect(what.offsets).toBe(4n);
  });

  it.each<[string, (one: ReturnType<typeof unread>) => void, RegExp]>([
    ['another member owns it', ({ owns }) => owns({}), /another member of group "g" owns it/],
    ['the group is not joined yet', ({ owns }) => owns(null), /group "g" has not let the consumer in yet/],
    [
      'a quota holds it up',
      ({ owns }) => owns({ 't/0': 2n }, { throttledMs: 900 }),
      /throttle this client: a quota, such as consumer_byte_rate/,
    ],
    ['nothing is known', () => undefined, /no record of it came/],
    [
      'the group refuses the consumer',
      ({ reader }) => (reader.outage = new ConnectorError('kafka.unreachable', 'GROUP_MAX_SIZE_REACHED: full')),
      /the consumer is not in its group: GROUP_MAX_SIZE_REACHED: full/,
    ],
  ])('says of a partition that is left that %s', (_what, given, reason) => {
    const one = unread({ 't/0': [2n, 5n], 't/1': [3n, 3n] });
    given(one);
    expect(one.what.missing).toEqual([expect.stringMatching(/^t\/0 from offset 2 to 5 \(.*\)$/)]);
    expect(one.what.missing[0]).toMatch(reason);
  });
});

describe('a partition whose committed offset is out of range', () => {
  const outOfRange = { expected: 1000n, earliest: 0n, end: 3n };
  const unread = (position: bigint) =>
    new Unread('g', new Map([['t/0', { next: 0n, end: 3n, high: 3n, outOfRange }]]), {
      reading: { positions: new Map([['t/0', position]]), queued: 0, throttledMs: 0 },
    });

  it('is not read while its consumer still has to give that offset up', () => {
    expect(unread(1000n).offsets).toBe(3n);
    expect(unread(1000n).missing).toEqual(['t/0 from offset 0 to 3 (no record of it came)']);
  });

  it('is read as far as its consumer is, once that has gone on elsewhere', () => {
    expect([0n, 2n, 3n].map((position) => unread(position).offsets)).toEqual([3n, 1n, 0n]);
  });
});
