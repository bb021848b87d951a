import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur2 } from '../../../../host/kafka/records/murmur2.ts';
import { chooseByKey, divide, halve, type OutgoingBatch } from '../../../../host/kafka/records/outgoing-batch.ts';
import { decode, numbered, section } from '../sections.ts';

const kafkajsMurmur2 = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number;
const LARGE = 1 << 20;
const summary = (batches: OutgoingBatch[]) =>
  batches.map((batch) => [batch.partition, decode(batch.records).map(({ value }) => value), [...batch.indexes]]);

describe('murmur2', () => {
  // From Kafka's own UtilsTest.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s is what Java gives', (key, hash) => {
    const bytes = Buffer.from(key);
    expect(murmur2(Buffer.concat([Buffer.from('xx'), bytes]), 2, bytes.length)).toBe(hash);
  });
  test('of any bytes is what kafkajs gives', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        (bytes) => murmur2(bytes, 0, bytes.length) === (kafkajsMurmur2(Buffer.from(bytes)) | 0),
      ),
    );
  });
});

describe('dividing a record set', () => {
  test('one partition: the section goes through untouched, also with null keys', () => {
    const set = section(numbered(10, 0, false));
    const { batches, tooLarge } = divide(set, 100, chooseByKey(1, 0), LARGE);
    expect(tooLarge).toEqual([]);
    expect(batches).toHaveLength(1);
    expect(batches[0]!.records.records.buffer).toBe(set.records.buffer);
    expect(batches[0]!.records.records).toEqual(set.records);
    expect([...batches[0]!.indexes]).toEqual(Array.from({ length: 10 }, (_, i) => 100 + i));
  });

  test('null keys stay together, keys go by their hash, an empty key is a key; order holds within a partition', () => {
    const set = section([
      { key: null, value: 'n0' },
      { key: 'a', value: 'a1' },
      { key: '', value: 'e2' },
      { key: null, value: 'n3' },
      { key: 'a', value: 'a4' },
      { key: '', value: 'e5' },
    ]);
    const partitions = 50;
    const of = (key: string): number => (kafkajsMurmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
    const { batches } = divide(set, 0, chooseByKey(partitions, 49), LARGE);
    expect(summary(batches)).toEqual([
      [49, ['n0', 'n3'], [0, 3]],
      [of('a'), ['a1', 'a4'], [1, 4]],
      [of(''), ['e2', 'e5'], [2, 5]],
    ]);
    for (const { records } of batches) expect(decode(records).map(({ offset }) => offset)).toEqual([0, 1]);
  });

  test('batches stay below the limit; a record above it is named and its neighbours go', () => {
    const set = section([{ value: 'a'.repeat(400) }, { value: 'b'.repeat(400) }, { value: 'X'.repeat(5000) }, { value: 'c'.repeat(400) }]);
    const { batches, tooLarge } = divide(set, 7, () => 0, 1000);
    expect(tooLarge).toEqual([{ index: 9, bytes: expect.any(Number) }]);
    expect(tooLarge[0]!.bytes).toBeGreaterThan(1000);
    expect(batches.map(({ indexes }) => [...indexes])).toEqual([[7, 8], [10]]);
    for (const { records } of batches) expect(records.records.length + 61).toBeLessThanOrEqual(1000);
  });

  test('offset deltas that do not count from 0 are made to', () => {
    const set = section([3, 5, 900].map((offsetDelta) => ({ value: `v${offsetDelta}`, offsetDelta })));
    const [batch] = divide(set, 0, () => 0, LARGE).batches;
    expect(decode(batch!.records).map(({ offset, value }) => [offset, value])).toEqual([
      [0, 'v3'],
      [1, 'v5'],
      [2, 'v900'],
    ]);
  });

  test('the largest timestamp is known', () => {
    const set = section([
      { value: 'a', timestampDelta: 5 },
      { value: 'b', timestampDelta: -9 },
      { key: 'k', value: 'c', timestampDelta: 70_000 },
    ]);
    expect(divide(set, 0, () => 0, LARGE).batches[0]!.maxTimestamp).toBe(set.baseTimestamp + 70_000n);
  });

  test('a set whose count is wrong is the fault of the guest', () => {
    const set = section(numbered(3));
    for (const count of [2, 4])
      expect(() => divide({ ...set, count }, 0, () => 0, LARGE)).toThrow(expect.objectContaining({ code: 'guest.contract' }));
  });

  test('divided and halved again and again, every record is there once, in order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 150, max: 4000 }),
        (count, partitions, limit) => {
          const set = section(numbered(count));
          const seen = new Map<number, string[]>();
          const collect = (batch: OutgoingBatch): void => {
            if (batch.indexes.length > 3) return halve(batch).forEach(collect);
            decode(batch.records).forEach((record, i) => {
              expect(record.offset).toBe(i);
              expect(record.value).toBe(`value-${batch.indexes[i]}`);
              seen.set(batch.partition, [...(seen.get(batch.partition) ?? []), record.value!]);
            });
          };
          divide(set, 0, chooseByKey(partitions, 0), limit).batches.forEach(collect);
          const all = [...seen.values()];
          expect(all.flat()).toHaveLength(count);
          for (const values of all) {
            const numbers = values.map((value) => Number(value.slice(6)));
            expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
