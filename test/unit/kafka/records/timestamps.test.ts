import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eachValue, lastOffset } from '../../../../host/cli/lines/record-values.ts';
import { encodeBatch, openBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { divide, halve, type OutgoingBatch } from '../../../../host/kafka/records/outgoing-batch.ts';
import { RecordMerger } from '../../../../host/kafka/records/record-merger.ts';
import { RecordCursor, splitFront, trimBelow } from '../../../../host/kafka/records/record-set.ts';
import type { RecordSet } from '../../../../host/kafka/contract.ts';
import { readRecordSet } from '../../../support/record-set.ts';
import { setOf, timestamp } from '../../../support/timestamps.ts';

const batches = fc.array(fc.record({ base: timestamp, timestamps: fc.array(timestamp, { minLength: 1, maxLength: 6 }) }), {
  minLength: 1,
  maxLength: 12,
});

function setsOf(list: { base: bigint; timestamps: bigint[] }[], gap = 0n): RecordSet[] {
  let baseOffset = 0n;
  return list.map(({ base, timestamps }) => {
    const set = setOf(timestamps, { baseOffset, baseTimestamp: base });
    baseOffset += BigInt(timestamps.length) + gap;
    return set;
  });
}

function merge(sets: RecordSet[]): RecordSet[] {
  const merger = new RecordMerger();
  return [...sets.flatMap((set) => merger.add(set)), ...merger.flush()];
}

const said = (sets: RecordSet[]) => sets.flatMap(readRecordSet).map(({ offset, timestamp: at, value }) => [offset, at, String(value)]);

test('no timestamp depends on another one: microseconds, nanoseconds, none and milliseconds are merged as they are', () => {
  const stamps = [
    1_795_589_177_204_000_000n,
    1_795_589_177_204n,
    -1n,
    1_795_589_177_204_000n,
    639_312_000_000_000_000n,
    1_795_589_177_205n,
  ];
  const merged = merge(setsOf(stamps.map((at) => ({ base: at, timestamps: [at] }))));
  expect(merged.flatMap(readRecordSet).map(({ timestamp: at }) => at)).toEqual(stamps);
});

test('a fetched partition keeps each timestamp, whatever 64-bit number it is: read, trimmed, merged, split', () => {
  fc.assert(
    fc.property(batches, fc.integer({ min: 1, max: 9 }), (list, maxRecords) => {
      const sets = setsOf(list);
      const written = Buffer.concat(
        sets.map((set) => {
          const bytes = encodeBatch(set, 0n, null);
          bytes.writeBigInt64BE(set.baseOffset, 0);
          return bytes;
        }),
      );
      const opened = readBatches(written).map((batch) => openBatch(batch, 1 << 20));
      expect(said(opened)).toEqual(said(sets));
      const trimmed = opened.map((set) => trimBelow(set, 3n)).filter((set) => set !== null);
      const parts: RecordSet[] = [];
      for (const set of merge(trimmed))
        for (let rest: RecordSet | null = set; rest !== null;) {
          const split = splitFront(rest, maxRecords, 1 << 20);
          parts.push(split.front);
          rest = split.rest;
        }
      expect(said(parts)).toEqual(said(sets).filter(([offset]) => (offset as bigint) >= 3n));
    }),
  );
});

test('a cursor gives each delta exactly', () => {
  fc.assert(
    fc.property(timestamp, fc.array(timestamp, { minLength: 1, maxLength: 8 }), (base, timestamps) => {
      const cursor = new RecordCursor(setOf(timestamps, { baseOffset: 0n, baseTimestamp: base }).records);
      for (const at of timestamps) {
        expect(cursor.next()).toBe(true);
        expect(BigInt.asIntN(64, base + cursor.exactTimestampDelta())).toBe(at);
      }
    }),
  );
});

test('the command line finds values and offsets behind any timestamp', () => {
  fc.assert(
    fc.property(timestamp, fc.array(timestamp, { minLength: 1, maxLength: 8 }), (baseTimestamp, timestamps) => {
      const set = setOf(timestamps, { baseOffset: 7n, baseTimestamp });
      const seen: string[] = [];
      eachValue(set, (value) => seen.push(Buffer.from(value!).toString()));
      expect(seen).toEqual(readRecordSet(set).map(({ value }) => String(value)));
      expect(lastOffset(set)).toBe(6n + BigInt(timestamps.length));
    }),
  );
});

test('what is written keeps each timestamp, and its batch names the largest one', () => {
  fc.assert(
    fc.property(timestamp, fc.array(timestamp, { minLength: 1, maxLength: 12 }), (base, timestamps) => {
      const set = setOf(timestamps, { baseOffset: 0n, baseTimestamp: base });
      const check = (batch: OutgoingBatch): void => {
        const indexes = [...batch.indexes];
        const expected = indexes.map((index) => timestamps[index]!);
        expect(readRecordSet(batch.records).map(({ timestamp: at }) => at)).toEqual(expected);
        expect(batch.maxTimestamp).toBe(expected.reduce((a, b) => (a > b ? a : b)));
        encodeBatch(batch.records, batch.maxTimestamp, null);
        if (indexes.length > 1) halve(batch).forEach(check);
      };
      let record = 0;
      divide(set, 0, () => record++ % 2, 1 << 20).batches.forEach(check);
    }),
  );
});

test('offsets that lie further apart than a delta can say are not merged', () => {
  const far = merge(
    setsOf(
      [
        { base: 0n, timestamps: [1n] },
        { base: 0n, timestamps: [2n] },
        { base: 0n, timestamps: [3n] },
      ],
      2n ** 31n,
    ),
  );
  expect(far.map(({ count }) => count)).toEqual([1, 1, 1]);
});
