import fc from 'fast-check';
import { Reader, Writer } from 'protobufjs/minimal.js';
import { describe, expect, test } from 'vitest';
import { unzigzag, varintBytes, VarintReader, writeVarint, zigzag } from '../../../host/base/varint.ts';

const numbers = fc.oneof(fc.nat(300), fc.nat(), fc.maxSafeNat());

describe('varints', () => {
  test('are written as a protobuf library writes them, in as many bytes as foretold', () => {
    fc.assert(
      fc.property(numbers, (value) => {
        const expected = Writer.create().uint64(value).finish();
        const target = new Uint8Array(12);
        expect(writeVarint(target, 1, value)).toBe(1 + expected.length);
        expect(Buffer.from(target.subarray(1, 1 + expected.length))).toEqual(Buffer.from(expected));
        expect(varintBytes(value)).toBe(expected.length);
      }),
    );
  });

  test('are read one after the other', () => {
    fc.assert(
      fc.property(fc.array(numbers), (values) => {
        const writer = Writer.create();
        for (const value of values) writer.uint64(value);
        const bytes = writer.finish();
        const reader = new VarintReader(bytes);
        expect(values.map(() => reader.next())).toEqual(values);
        expect(reader.at).toBe(bytes.length);
        expect(reader.next()).toBe(-1);
      }),
    );
  });

  test('that are longer than they need to be are read, as protobuf does', () => {
    const bytes = Uint8Array.of(0x85, 0x80, 0x80, 0);
    expect(Number(Reader.create(bytes).uint64())).toBe(5);
    expect(new VarintReader(bytes).next()).toBe(5);
  });

  test.each([
    ['nothing', []],
    ['bytes that end early', [0xff, 0x80]],
    ['eleven bytes', Array<number>(11).fill(0x80)],
  ])('are -1 of %s', (_what, bytes) => {
    expect(new VarintReader(Uint8Array.from(bytes)).next()).toBe(-1);
  });

  test('carry signed numbers in the zigzag form', () => {
    expect([0, -1, 1, -2, 2 ** 32].map(zigzag)).toEqual([0, 1, 2, 3, 2 ** 33]);
    fc.assert(fc.property(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), (value) => unzigzag(zigzag(value)) === value));
  });
});
