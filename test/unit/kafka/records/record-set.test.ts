import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordCursor, splitFront, trimBelow } from '../../../../host/kafka/records/record-set.ts';
import { decode, numbered, section, type TestRecord } from '../sections.ts';

const records = fc.array(
  fc.record<TestRecord>({
    key: fc.option(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes))),
    value: fc.option(fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes))),
    headers: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'),
      fc.string(),
      { maxKeys: 3 },
    ),
    timestampDelta: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
  }),
  { minLength: 1, maxLength: 30 },
);

describe('splitting a record set', () => {
  test('never gives more records or, beyond one, bytes than asked; the parts are the whole', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 30_000 }), (list, maxRecords, maxBytes) => {
        const whole = section(list, { baseOffset: 77n });
        const parts = [];
        for (let rest: typeof whole | null = whole; rest !== null;) {
          const split = splitFront(rest, maxRecords, maxBytes);
          expect(split.front.count).toBeGreaterThan(0);
          expect(split.front.count).toBeLessThanOrEqual(maxRecords);
          if (split.front.count > 1) expect(split.front.records.length).toBeLessThanOrEqual(maxBytes);
          parts.push(...decode(split.front));
          rest = split.rest;
        }
        expect(parts).toEqual(decode(whole));
      }),
      { numRuns: 60 },
    );
  });

  test('a set that fits is not touched', () => {
    const whole = section(numbered(5));
    expect(splitFront(whole, 5, whole.records.length)).toEqual({ front: whole, rest: null });
  });
});

describe('trimming to a fetch position', () => {
  const compacted = section(
    [3, 4, 9, 200, 70_000].map((offsetDelta) => ({ value: `v${offsetDelta}`, offsetDelta })),
    { baseOffset: 1000n },
  );
  test.each([
    [0n, 5],
    [1000n, 5],
    [1003n, 5],
    [1004n, 4],
    [1005n, 3],
    [1010n, 2],
    [1201n, 1],
    [71_000n, 1],
  ])('at offset %i, %i records are left', (offset, count) => {
    const left = trimBelow(compacted, offset)!;
    expect(left.count).toBe(count);
    expect(decode(left)).toEqual(decode(compacted).slice(-count));
  });
  test('past the last record nothing is left', () => {
    expect(trimBelow(compacted, 71_001n)).toBeNull();
  });
});

test('bytes that are no records are refused, wherever they break', () => {
  const good = Buffer.from(section(numbered(3)).records);
  const walk = (bytes: Buffer) => () => {
    const cursor = new RecordCursor(bytes);
    while (cursor.next());
  };
  expect(walk(good)).not.toThrow();
  for (let cut = 1; cut < good.length; cut++) {
    if ([good.length / 3, (2 * good.length) / 3].includes(cut)) continue; // these end between records
    expect(walk(good.subarray(0, cut))).toThrow(expect.objectContaining({ code: 'kafka.corrupt' }));
  }
  expect(walk(Buffer.alloc(20, 0xff))).toThrow(expect.objectContaining({ code: 'kafka.corrupt' }));
});
