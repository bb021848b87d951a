// JSON of records as Conduit's own Go code writes it. The vectors in test/support/vectors are outputs of conduit-commons v0.6.0 with
// goccy/go-json v0.10.6, for records that went through Go's protobuf; every byte counts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDestination, requestOf, write, writeBytes } from '../support/data-path.ts';
import { type GoData, type GoRecord, type Value, goNumber, goRecord, protoRecord, protoStruct } from '../support/go-json.ts';
import type { Guest } from '../support/guest.ts';
import { encode } from '../support/protocol.ts';

interface Vector {
  name: string;
  record: string;
  json: string;
}
const load = <T>(name: string): T => JSON.parse(readFileSync(path.join(import.meta.dirname, '../support/vectors', name), 'utf8')) as T;
const vectors = load<Vector[]>('opencdc-json.json');

describe('opencdc/json', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await openDestination();
  });

  test.each(vectors)('has the bytes that Go writes: $name', async ({ record, json }) => {
    const { records, acks } = await writeBytes(guest, requestOf([Buffer.from(record, 'base64')]));
    expect(acks.map((ack) => ack.error)).toEqual(['']);
    expect(records[0]?.value?.toString()).toBe(json);
  });

  test('has the same bytes for many records in one request', async () => {
    const { records } = await writeBytes(guest, requestOf(vectors.map((vector) => Buffer.from(vector.record, 'base64'))));
    expect(records.map((record) => record.value?.toString())).toEqual(vectors.map((vector) => vector.json));
  });

  test('replaces bytes that are not UTF-8 as Go does', async () => {
    const cases = load<{ In: string; Out: string }[]>('invalid-utf8.json');
    for (const { In, Out } of cases) {
      const value = Buffer.from(In, 'base64');
      const entry = Buffer.concat([Buffer.from([0x0a, 1, 0x6b, 0x12, value.length]), value]);
      const record = Buffer.concat([Buffer.from([0x1a, entry.length]), entry]);
      const { records } = await writeBytes(guest, requestOf([record]));
      expect(records[0]?.value?.toString()).toContain(`"metadata":{"k":${Out}}`);
    }
  });
});

describe('against a reference in TypeScript', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await openDestination();
  });

  // Any double, by its bits; and those that people write.
  const bits = new DataView(new ArrayBuffer(8));
  const double = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((n) => (bits.setBigUint64(0, n), bits.getFloat64(0))),
    fc.double(),
    fc.integer(),
    fc.tuple(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), fc.integer({ min: 0, max: 12 })).map(([n, k]) => n / 10 ** k),
    fc.tuple(fc.maxSafeInteger(), fc.integer({ min: -330, max: 300 })).map(([n, k]) => Number(`${n}e${k}`)),
    fc
      .tuple(fc.integer({ min: -1074, max: 1023 }), fc.integer({ min: -2, max: 2 }))
      .map(([k, d]) => (bits.setFloat64(0, 2 ** k), bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(d)), bits.getFloat64(0))),
  );
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('<', '>', '&', '"', '\\', '\n', '\u2028', '\u2029', '\u0000', '!', ' ', '#'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('a', 'b', 'é', '😀'),
    ),
    maxLength: 24,
  });
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constant(null),
      fc.boolean(),
      double,
      text,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  const data: fc.Arbitrary<GoData> = fc.option(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((raw) => ({ raw: Buffer.from(raw) })),
      fc.dictionary(text, value, { maxKeys: 5, noNullPrototype: true }).map((structured) => ({ structured })),
    ),
  );
  const anyRecord: fc.Arbitrary<GoRecord> = fc.record({
    position: fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b)),
    operation: fc.integer({ min: 0, max: 6 }),
    metadata: fc.dictionary(text, text, { maxKeys: 8, noNullPrototype: true }),
    key: data,
    before: data,
    after: data,
  });

  test('any record has the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 10 }), async (input) => {
        const { records } = await write(guest, input.map(protoRecord));
        expect(records.map((record) => record.value?.toString())).toEqual(input.map(goRecord));
      }),
      { numRuns: 200 },
    );
  });

  test('every double has the digits that JavaScript finds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(double, { minLength: 500, maxLength: 1000 }), async (numbers) => {
        const { records } = await write(guest, [{ payload: { after: { structured_data: protoStruct({ n: numbers }) } } }]);
        expect(records[0]!.value!.toString()).toContain(`"after":{"n":[${numbers.map(goNumber).join(',')}]}`);
      }),
      { numRuns: 40 },
    );
  });

  test('objects with many keys, in each other, are sorted and complete', async () => {
    const keys = Array.from({ length: 700 }, (_, i) => `${(i * 7919) % 700}${i % 3 ? '' : '<'}`);
    const inner = Object.fromEntries(keys.map((key, i) => [key, i]));
    const record: GoRecord = {
      position: Buffer.from('p'),
      operation: 1,
      metadata: Object.fromEntries(keys.map((key) => [key, key])),
      key: { structured: { ...inner, deep: { ...inner, deeper: [inner, { ...inner, x: inner }] } } },
      before: null,
      after: { structured: inner },
    };
    const { records } = await writeBytes(await openDestination(), requestOf([encode('opencdc.v1.Record', protoRecord(record))]));
    expect(records[0]!.value!.toString()).toBe(goRecord(record));
  });
});
