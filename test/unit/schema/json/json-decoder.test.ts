import { expect, test } from 'vitest';
import fc from 'fast-check';
import { JsonDecoder } from '../../../../host/schema/json/json-decoder.ts';
import { dataOf } from '../../../../host/conduit/record-fields.ts';
import { readPlainStruct } from '../../../../host/conduit/struct-reader.ts';

const decoder = new JsonDecoder();
const decoded = (text: string | Uint8Array): unknown => {
  const { raw, structured } = dataOf(decoder.decode(typeof text === 'string' ? Buffer.from(text) : text));
  return structured === null ? Buffer.from(raw!).toString('latin1') : readPlainStruct(structured);
};
const refusal = (text: string | Uint8Array): string => {
  try {
    decoded(text);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
};

test('an object becomes structured data', () => {
  expect(decoded('{"a":1,"b":[true,null,"x",{"c":[]}],"":-0.5,"é":"☃"}')).toEqual({
    a: 1,
    b: [true, null, 'x', { c: [] }],
    '': -0.5,
    é: '☃',
  });
  expect(decoded(' {"__proto__":1,"a":1,"a":2} ')).toEqual(Object.assign(Object.create(null), { ['__proto__']: 1, a: 2 }));
});

test('other JSON stays raw, byte for byte', () => {
  for (const text of ['[1,2]', '"x"', '12', 'null', 'true', ' "spaces" ']) expect(decoded(text)).toBe(text);
});

test('an integer that a 64-bit float cannot hold becomes a text of its digits, every other number stays a number', () => {
  expect(
    decoded('{"exact":9007199254740992,"id":9007199254740993,"big":[-18446744073709551617],"e":9.007199254740993e15,"f":0.1}'),
  ).toEqual({
    exact: 9007199254740992,
    id: '9007199254740993',
    big: ['-18446744073709551617'],
    e: '9.007199254740993e15',
    f: 0.1,
  });
});

test('what is no JSON text is refused with a reason that quotes nothing of it', () => {
  for (const text of ['', '{"a":', 'secret', '\ufeff{}', '{"a":1}x']) expect(refusal(text)).toBe('expected JSON, got bytes that are none');
  expect(refusal(Buffer.from([0x7b, 0xff, 0x7d]))).toContain('it is not UTF-8 (byte 0xff)');
  expect(refusal('{"a":1e999}')).toContain('beyond the range of 64-bit floats');
  expect(refusal(`{"a":${'['.repeat(600)}${']'.repeat(600)}}`)).toContain('nested deeper than 500 levels');
  expect(refusal(`{"a":9007199254740993,"b":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)).toContain('nested deeper than 500 levels');
});

test('any object of JSON is decoded to itself', () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value')),
      tie('object'),
    ),
    object: fc.dictionary(fc.string({ unit: 'binary', maxLength: 200 }), tie('value')),
  })).object;
  fc.assert(
    fc.property(json, (object) => {
      const text = JSON.stringify(object).toWellFormed();
      expect(JSON.parse(JSON.stringify(decoded(text)))).toEqual(JSON.parse(text));
    }),
  );
});
