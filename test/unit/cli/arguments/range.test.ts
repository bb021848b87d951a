import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fromPlace, partitionNumbers, rangeOf, untilPlace } from '../../../../host/cli/arguments/range.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
const time = (text: string) => ({ at: 'time', timestampMs: Date.parse(text) });

describe('--from', () => {
  test.each([
    ['earliest', { at: 'earliest' }],
    ['latest', { at: 'latest' }],
    ['0', { at: 'offset', offset: 0n }],
    ['9223372036854775807', { at: 'offset', offset: 9223372036854775807n }],
    ['-5', { at: 'before-end', offsets: 5n }],
    ['10m', time('2026-11-25T11:50:00Z')],
    ['1.5h', time('2026-11-25T10:30:00Z')],
    ['7d', time('2026-11-18T12:00:00Z')],
    ['2026-11-25', time('2026-11-25T00:00:00Z')],
    ['2026-11-25T10:00:00Z', time('2026-11-25T10:00:00Z')],
    ['2026-11-25t10:00:00.250z', time('2026-11-25T10:00:00.250Z')],
    ['2026-11-25 10:00+02:00', time('2026-11-25T08:00:00Z')],
  ])('%s', (text, place) => {
    expect(fromPlace(text)).toEqual(place);
  });

  test.each([
    ['beginning', /^expected earliest, latest, an offset, -N for N offsets before the end, a time .*, or a duration ago/],
    ['-0', /^expected/],
    ['', /^expected/],
    ['1.5', /^expected/],
    ['9223372036854775808', /^an offset is at most 9223372036854775807/],
    ['2026-02-31', /^expected/],
    ['2026-11-25T25:00:00Z', /^expected/],
    ['2026-11-25T10:00:00', /^a time needs its zone, such as 2026-11-25T10:00:00Z/],
    ['2026-11-26', /^it lies in the future/],
    ['2026-11-25T12:00:00-01:00', /^it lies in the future/],
  ])('%j is refused', (text, reason) => {
    expect(() => fromPlace(text)).toThrow(reason);
  });
});

test('--until is an offset or a time', () => {
  expect(untilPlace('17')).toEqual({ at: 'offset', offset: 17n });
  expect(untilPlace('2026-11-25')).toEqual(time('2026-11-25T00:00:00Z'));
  for (const text of ['earliest', 'latest', '-5'])
    expect(() => untilPlace(text)).toThrow(/^expected an offset, a time .*, or a duration ago/);
});

test('--partition is one number or several', () => {
  expect(partitionNumbers('0')).toEqual([0]);
  expect(partitionNumbers('3, 1,3')).toEqual([3, 1]);
  for (const text of ['', 'a', '-1', '1,', '2147483648']) expect(() => partitionNumbers(text)).toThrow(/^expected numbers of partitions/);
});

test('the options together are a range, and none of them is none', () => {
  expect(rangeOf({})).toBeUndefined();
  expect(rangeOf({ last: 3, partition: [1] })).toEqual({ from: { at: 'before-end', offsets: 3n }, partitions: [1] });
});
