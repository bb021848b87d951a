import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachValue, lastOffset } from '../../../../host/cli/lines/record-values.ts';
import type { RecordSet } from '../../../../host/kafka/contract.ts';

interface KafkaRecord {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer>;
  offsetDelta: number;
  timestampDelta: number;
}
const encode = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: KafkaRecord) => {
  buffer: Buffer;
};

function setOf(records: KafkaRecord[]): RecordSet {
  return {
    baseOffset: 7n,
    baseTimestamp: 1n,
    count: records.length,
    records: Buffer.concat(records.map((record) => encode(record).buffer)),
    logAppendTime: false,
  };
}

function valuesOf(set: RecordSet): (string | null)[] {
  const values: (string | null)[] = [];
  eachValue(set, (value) => values.push(value === null ? null : Buffer.from(value).toString('hex')));
  return values;
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string({ minLength: 1 }), bytes, { maxKeys: 3, noNullPrototype: true }),
  offsetDelta: fc.nat(100_000),
  timestampDelta: fc.integer({ min: -1000, max: 2 ** 31 - 1 }),
});

describe('the values of a record set', () => {
  it('are those that kafkajs encoded, whatever keys, headers and deltas are around them', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        expect(valuesOf(setOf(records))).toEqual(records.map(({ value }) => value?.toString('hex') ?? null));
      }),
    );
  });

  it('keep null and empty apart', () => {
    const common = { key: null, headers: {}, offsetDelta: 0, timestampDelta: 0 };
    expect(
      valuesOf(
        setOf([
          { ...common, value: null },
          { ...common, value: Buffer.alloc(0) },
        ]),
      ),
    ).toEqual([null, '']);
  });

  it('have the offset of the last one, also where compaction left gaps', () => {
    const deltas = fc.uniqueArray(fc.nat(100_000), { minLength: 1, maxLength: 5 }).map((array) => array.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(deltas, record, (offsetDeltas, other) => {
        const set = setOf(offsetDeltas.map((offsetDelta) => ({ ...other, offsetDelta })));
        expect(lastOffset(set)).toBe(7n + BigInt(offsetDeltas.at(-1) ?? 0));
      }),
    );
  });

  it('of a cut set are refused, never read beyond its end', () => {
    const set = setOf([{ key: Buffer.from('k'), value: Buffer.from('value'), headers: {}, offsetDelta: 0, timestampDelta: 0 }]);
    for (let length = 0; length < set.records.length; length++) {
      expect(() => valuesOf({ ...set, records: set.records.subarray(0, length) })).toThrow(
        expect.objectContaining({ code: 'guest.contract' }),
      );
    }
  });
});
