import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordMerger } from '../../../../host/kafka/records/record-merger.ts';
import type { RecordSet } from '../../../../host/kafka/contract.ts';
import { decode, numbered, section } from '../sections.ts';

function merge(sets: RecordSet[]): RecordSet[] {
  const merger = new RecordMerger();
  return [...sets.flatMap((set) => merger.add(set)), ...merger.flush()];
}

test('small sets become few, and say the same: offsets, timestamps, keys, values, headers, order', () => {
  const sizes = fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 60 }),
      gap: fc.bigInt({ min: 0n, max: 1_000_000n }),
      time: fc.bigInt({ min: -(10n ** 11n), max: 10n ** 11n }),
      bytes: fc.integer({ min: 0, max: 3_000 }),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(sizes, (list) => {
      let offset = 0n;
      const sets = list.map(({ count, gap, time, bytes }) => {
        offset += gap;
        const set = section(
          numbered(count).map((record, i) => ({
            ...record,
            value: `${i}${'x'.repeat(bytes)}`,
            headers: { h: String(i) },
            timestampDelta: i * 7 - 3,
          })),
          { baseOffset: offset, baseTimestamp: 1_700_000_000_000n + time },
        );
        offset += BigInt(count);
        return set;
      });
      const merged = merge(sets);
      expect(merged.flatMap(decode)).toEqual(sets.flatMap(decode));
      expect(merged.length).toBeLessThanOrEqual(sets.length);
    }),
    { numRuns: 40 },
  );
});

test('a thousand sets of one are one; a large set passes untouched and keeps its place', () => {
  const ones = Array.from({ length: 1_000 }, (_, i) => section(numbered(1, i), { baseOffset: BigInt(i) }));
  expect(merge(ones).map(({ count }) => count)).toEqual([1_000]);
  const large = section(numbered(100, 1_000), { baseOffset: 1_000n });
  const merged = merge([...ones.slice(0, 3), large, ...ones.slice(3, 5)]);
  expect(merged.map(({ count }) => count)).toEqual([3, 100, 2]);
  expect(merged[1]).toBe(large);
});

test('broker timestamps are never mixed: with log append time, one base is the time of all', () => {
  const set = (baseOffset: bigint, logAppendTime: boolean, baseTimestamp: bigint): RecordSet =>
    section(numbered(1), { baseOffset, logAppendTime, baseTimestamp });
  const merged = merge([set(0n, false, 5n), set(1n, true, 5n), set(2n, true, 5n), set(3n, true, 6n), set(4n, false, 6n)]);
  expect(merged.map(({ count, logAppendTime, baseTimestamp }) => [count, logAppendTime, baseTimestamp])).toEqual([
    [1, false, 5n],
    [2, true, 5n],
    [1, true, 6n],
    [1, false, 6n],
  ]);
});
