import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeRecords, encodeRecords, type OpenCdcRecord } from '../../../host/conduit/record.ts';

const bytes = fc.uint8Array({ maxLength: 20 });
/** Without -0, which JSON has not, and with every other value that structured data can hold. */
const structured = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }));
const data = fc.oneof(fc.constant(null), bytes, structured);
const anyRecord = fc.record({
  position: bytes,
  operation: fc.constantFrom('create', 'update', 'delete', 'snapshot'),
  metadata: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
  key: data,
  payload: fc.record({ before: data, after: data }),
}) as fc.Arbitrary<OpenCdcRecord>;

test('records come out of their bytes as they went in', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 5 }), (records) => {
      const text = (value: unknown): string =>
        JSON.stringify(value, (_key, part: unknown) =>
          part instanceof Uint8Array ? { bytes: [...part] } : Object.is(part, -0) ? 0 : part,
        );
      expect(text(decodeRecords(encodeRecords(records)))).toBe(text(records));
    }),
  );
});

test('bytes that are no records are refused', () => {
  expect(() => decodeRecords(Buffer.from([0x0a, 5, 1]))).toThrow(expect.objectContaining({ code: 'input.invalid' }));
  expect(() => decodeRecords(Buffer.from([0x0a, 2, 0x2a, 5]))).toThrow(expect.objectContaining({ code: 'input.invalid' }));
});
