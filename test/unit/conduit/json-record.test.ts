import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { encodeRecordLine } from '../../../host/conduit/json-record.ts';

const root = new protobuf.Root();
root.resolvePath = (_origin, target) =>
  target.startsWith('google/') ? target : fileURLToPath(new URL(`../../../proto/${target}`, import.meta.url));
const Record = root.loadSync('opencdc/v1/opencdc.proto').lookupType('opencdc.v1.Record');

type Value = { kind: string; structValue?: { fields?: Record<string, Value> }; listValue?: { values?: Value[] }; [kind: string]: unknown };

interface Data {
  data?: string;
  rawData?: string;
  structuredData: Value['structValue'];
}
interface Decoded {
  position: string;
  operation: string | number;
  metadata: { [key: string]: string };
  key?: Data;
  payload: { before: Data; after: Data };
}

function decode(line: string): Decoded {
  return Record.toObject(Record.decode(encodeRecordLine(line)), { bytes: String, enums: String, oneofs: true }) as Decoded;
}

function plain(value: Value): unknown {
  switch (value.kind) {
    case 'structValue':
      return Object.fromEntries(Object.entries(value.structValue?.fields ?? {}).map(([key, field]) => [key, plain(field)]));
    case 'listValue':
      return (value.listValue?.values ?? []).map(plain);
    case 'nullValue':
      return null;
    default:
      return value[value.kind];
  }
}

const line = (over: object): string =>
  JSON.stringify({ position: null, operation: 'create', metadata: null, key: null, payload: { before: null, after: null }, ...over });

describe('a line of OpenCDC JSON', () => {
  it('becomes the record that the protobuf files describe', () => {
    const record = decode(
      '{"position":"cG9z","operation":"update","metadata":{"a":"1","opencdc.collection":"t"},"key":"a2V5","payload":{"before":{"n":null,"b":true},"after":"YWZ0ZXI="}}',
    );
    expect(record).toMatchObject({
      position: 'cG9z',
      operation: 'OPERATION_UPDATE',
      metadata: { a: '1', 'opencdc.collection': 't' },
      key: { data: 'rawData', rawData: 'a2V5' },
    });
    expect(record.payload.after).toEqual({ data: 'rawData', rawData: 'YWZ0ZXI=' });
    expect(plain({ kind: 'structValue', structValue: record.payload.before.structuredData })).toEqual({ n: null, b: true });
  });

  it('keeps null and empty apart in key and payload', () => {
    const nothing = decode(line({}));
    expect(nothing.key).toBeUndefined();
    expect(nothing.payload).toEqual({});
    const empty = decode(line({ key: '', payload: { before: {}, after: '' } }));
    expect(empty.key).toEqual({ data: 'rawData', rawData: '' });
    expect(empty.payload.after).toEqual({ data: 'rawData', rawData: '' });
    expect(empty.payload.before.data).toBe('structuredData');
  });

  it('keeps every JSON object as a google.protobuf.Struct', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 5 })), (object) => {
        const text = JSON.stringify(object);
        const record = decode(line({ payload: { after: object } }));
        // Through JSON once more: -0 is 0 there.
        expect(JSON.parse(JSON.stringify(plain({ kind: 'structValue', structValue: record.payload.after.structuredData })))).toEqual(
          JSON.parse(text),
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    '9007199254740992',
    '9007199254740994',
    '-9007199254740992',
    '123456789012345680000',
    '1e23',
    '0.12345678901234567',
    '-0',
    '9007199254740992.000',
    '-9.007199254740992e15',
    '0.9007199254740994E+16',
    '90071992547409940e-1',
    '1.2345678901234568e+20',
    '123456789012345680000.0',
    '1.7976931348623157e308',
    '0.0000000000000000000e999999999',
    '9007199254740993e-999999999',
    '9007199254740993e-1',
    '1234567890123456.5',
  ])('keeps the number %s, which is a 64-bit float or no integer', (text) => {
    const { after } = decode(`{"operation":"create","payload":{"after":{"n":${text}}}}`).payload;
    expect(plain({ kind: 'structValue', structValue: after.structuredData })).toEqual({ n: Number(text) });
  });

  it.each([
    '9007199254740993.0',
    '9007199254740993e0',
    '9.007199254740993e15',
    '-9.007199254740993E+15',
    '0.9007199254740993e16',
    '90071992547409930e-1',
    '0.00000000000000000009007199254740993e36',
    '900719925474099300000000000000e-14',
    '123456789012345678901.00',
    '1.23456789012345678901e20',
  ])('refuses the number %s, an integer that a 64-bit float does not hold', (text) => {
    expect(() => encodeRecordLine(`{"operation":"create","payload":{"after":{"n":${text}}}}`)).toThrow(
      expect.objectContaining({
        code: 'input.invalid',
        message: `"payload.after.n" is ${text}, which a 64-bit float, all that structured data can hold, would change to ${Number(text)}: write it as a text`,
      }),
    );
  });

  it('keeps every 64-bit float in whatever form it is printed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        for (const text of [String(value), value.toExponential(), String(value).toUpperCase()]) {
          const { after } = decode(`{"operation":"create","payload":{"after":{"n":${text}}}}`).payload;
          expect(plain({ kind: 'structValue', structValue: after.structuredData })).toEqual({ n: Number(text) });
        }
      }),
    );
  });

  it('keeps a field called __proto__', () => {
    const record = Record.decode(encodeRecordLine('{"operation":"create","payload":{"after":{"__proto__":1}}}')) as unknown as {
      payload: { after: { structuredData: { fields: object } } };
    };
    expect(Object.keys(record.payload.after.structuredData.fields)).toEqual(['__proto__']);
  });

  it('replaces a lone surrogate, which protobuf text cannot hold', () => {
    expect(decode('{"operation":"create","metadata":{"a":"x\\ud800y"},"payload":{}}').metadata).toEqual({ a: 'x\ufffdy' });
  });

  it('takes an operation without a name as Conduit writes it', () => {
    expect(decode(line({ operation: 'Operation(9)' })).operation).toBe(9);
  });

  it.each([
    ['nonsense', 'it is not JSON; expected an OpenCDC record such as {"position"'],
    ['[]', 'the line is a list; expected an OpenCDC record'],
    ['null', 'the line is null; expected an OpenCDC record'],
    ['{"id":1}', 'the record has a field "id", which OpenCDC does not know'],
    ['{"operation":"create"}', '"payload" is null; expected an OpenCDC record'],
    ['{"payload":{}}', '"operation" is missing, expected one of create, update, delete, snapshot'],
    ['{"operation":"insert","payload":{}}', '"operation" is "insert", expected one of create, update, delete, snapshot'],
    ['{"operation":"Create","payload":{}}', '"operation" is "Create", expected one of create, update, delete, snapshot'],
    ['{"operation":1,"payload":{}}', '"operation" is a number, expected one of create'],
    ['{"operation":"create","payload":{"aftre":{}}}', '"payload" has a field "aftre"'],
    ['{"operation":"create","metadata":{"a":1},"payload":{}}', 'metadata "a" is a number, expected a text'],
    ['{"operation":"create","metadata":[],"payload":{}}', '"metadata" is a list; expected an object or null'],
    [
      '{"operation":"create","key":"not base64","payload":{}}',
      '"key" is a text that is not base64 (character 4 is not in its alphabet), expected base64 (bytes), an object or null',
    ],
    [
      '{"operation":"create","payload":{"after":"abcde"}}',
      '"payload.after" is a text that is not base64 (its length is 5, no multiple of 4',
    ],
    ['{"operation":"create","payload":{"after":"YQ="}}', '"payload.after" is a text that is not base64 (its length is 3'],
    ['{"operation":"create","payload":{"after":"Y==="}}', '"payload.after" is a text that is not base64 (character 2 is not'],
    ['{"operation":"create","payload":{"after":"Y=Q="}}', '"payload.after" is a text that is not base64 (character 2 is not'],
    ['{"operation":"create","payload":{"after":"a-_a"}}', '"payload.after" is a text that is not base64 (character 2 is not'],
    ['{"operation":"create","payload":{"before":"YR=="}}', '"payload.before" is a text that is not base64 (the unused bits'],
    ['{"operation":"create","payload":{"before":"YWJ="}}', '"payload.before" is a text that is not base64 (the unused bits'],
    ['{"operation":"create","position":"YR==","payload":{}}', '"position" is a text that is not base64 (the unused bits'],
    ['{"operation":"create","metadata":"YQ==","payload":{}}', '"metadata" is a text; expected an object or null'],
    ['{"operation":"create","key":7,"payload":{}}', '"key" is a number; expected base64 (bytes), an object or null'],
    ['{"operation":"create","position":7,"payload":{}}', '"position" is a number, expected base64 or null'],
    ['{"operation":"create","payload":{"after":{"n":1e999}}}', '"payload.after.n" holds a number beyond the range of a 64-bit float'],
    [
      '{"operation":"create","payload":{"after":{"id":9007199254740993}}}',
      '"payload.after.id" is 9007199254740993, which a 64-bit float, all that structured data can hold, would change to 9007199254740992: write it as a text',
    ],
    ['{"operation":"create","payload":{"before":{"a":[0,{"b":-9007199254740993}]}}}', '"payload.before.a[1].b" is -9007199254740993'],
    ['{"operation":"create","key":{"id":18446744073709551615},"payload":{}}', '"key.id" is 18446744073709551615'],
    ['{"operation":12345678901234567,"payload":{}}', '"operation" is a number'],
    ['{"operation":"create","key":12345678901234567,"payload":{}}', '"key" is a number; expected base64'],
    [
      `{"operation":"create","payload":{"after":{"a":${'['.repeat(501)}${']'.repeat(501)}}}}`,
      '"payload.after" is nested deeper than 500 levels',
    ],
  ])('is refused if it is %s', (text, reason) => {
    expect(() => encodeRecordLine(text)).toThrow(
      expect.objectContaining({ code: 'input.invalid', message: expect.stringContaining(reason) as string }),
    );
  });
});
