import { describe, expect, test } from 'vitest';
import { DataWriter } from '../../../../host/conduit/data-writer.ts';
import { avroFormat } from '../../../../host/schema/avro/format.ts';
import { SchemaData } from '../../../../host/schema/format.ts';
import { contentOf, dataFor, serialized } from '../confluent/support.ts';

const NO_HEADER = Buffer.alloc(5);
const schemaOf = (schema: unknown, dependencies: string[] = []) =>
  avroFormat.parse(
    { text: typeof schema === 'string' ? schema : JSON.stringify(schema), dependencies: dependencies.map((text) => ({ name: '', text })) },
    'x',
  );
const decode = (schema: unknown, bytes: Uint8Array): unknown =>
  contentOf(schemaOf(schema).decode(Buffer.concat([NO_HEADER, bytes]), new DataWriter()));
const encode = (schema: unknown, data: Parameters<typeof dataFor>[0]): Buffer =>
  Buffer.from(schemaOf(schema).encode(new SchemaData(dataFor(data)), NO_HEADER)).subarray(5);
const record = (type: unknown, more: object = {}) => ({ type: 'record', name: 'R', fields: [{ name: 'a', type, ...more }] });

describe("what Confluent's serializer wrote", () => {
  test.each(serialized.filter(({ format }) => format === 'avro'))(
    '$name is decoded, and encoded to the same bytes',
    ({ schema, references, bytes, data, id }) => {
      const parsed = schemaOf(
        schema,
        references.map((one) => one.schema),
      );
      const whole = Buffer.from(bytes, 'base64');
      expect(contentOf(parsed.decode(whole, new DataWriter()))).toEqual(data);
      const header = Buffer.alloc(5);
      header.writeUInt32BE(id, 1);
      const again = Buffer.from(parsed.encode(new SchemaData(dataFor(data)), header));
      expect(contentOf(parsed.decode(again, new DataWriter()))).toEqual(data);
      expect(again.toString('base64')).toBe(bytes);
    },
  );
});

test('the subject strategies get the full name', () => {
  expect(schemaOf({ type: 'record', namespace: 'shop', name: 'Order', fields: [] }).name).toBe('shop.Order');
  expect(schemaOf('"string"').name).toBe('string');
});

describe('bytes that do not fit are an error, never endless work', () => {
  test.each([
    ['an array that counts more items than there are bytes', { type: 'array', items: 'int' }, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
    ['a map that counts more entries than there are bytes', { type: 'map', values: 'int' }, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
    ['an array with a negative count and a size', { type: 'array', items: 'int' }, [0xff, 0xff, 0xff, 0xff, 0x0f, 0]],
    ['a text that is longer than the bytes', 'string', [0xfe, 0xff, 0xff, 0xff, 0x0f]],
    ['nothing', 'long', []],
    ['a branch that the union does not have', ['null', 'int'], [8]],
    ['more bytes than the schema needs', 'boolean', [1, 1]],
  ])('%s', (_what, type, bytes) => {
    expect(() => decode(record(type), Buffer.from(bytes))).toThrow();
  });

  test('a list that is nested in itself without an end', () => {
    const list = { type: 'record', name: 'L', fields: [{ name: 'next', type: ['null', 'L'] }] };
    expect(() => decode(list, Buffer.alloc(1_000_000, 2))).toThrow();
  });

  test('arrays of items without bytes are no usable schema', () => {
    for (const items of [
      'null',
      { type: 'fixed', name: 'F', size: 0 },
      { type: 'record', name: 'E', fields: [{ name: 'n', type: 'null' }] },
    ])
      expect(() => schemaOf(record({ type: 'array', items }))).toThrow('items that take no bytes');
    schemaOf(record({ type: 'array', items: ['null', 'int'] }));
  });

  test('a schema that is none', () => {
    for (const text of ['', '{', '{"type":"x"}', '{"type":"record","name":"a b","fields":[]}'])
      expect(() => schemaOf(text)).toThrow('could not parse the Avro schema x');
  });
});

test('a map keeps keys of any name', () => {
  const bytes = Buffer.concat([Buffer.from([2, 18]), Buffer.from('__proto__'), Buffer.from([2, 0])]);
  expect(Object.entries(decode(record({ type: 'map', values: 'int' }), bytes) as object)).toEqual([['a', JSON.parse('{"__proto__":1}')]]);
});

describe('data that is encoded', () => {
  test('a missing field has its default, or must allow null', () => {
    expect([...encode(record('int', { default: 7 }), {})]).toEqual([14]);
    expect([...encode(record('long', { default: -1 }), {})]).toEqual([1]);
    expect([...encode(record(['null', 'int']), {})]).toEqual([0]);
    expect([...encode(record({ type: 'array', items: 'int' }, { default: [] }), {})]).toEqual([0]);
    expect(() => encode(record('int'), {})).toThrow('"a" is missing, the schema expects an integer of 32 bits');
  });

  test.each([
    ['int', 1.5, '"a" is a number, the schema expects an integer of 32 bits'],
    ['int', 2 ** 31, 'an integer of 32 bits'],
    ['long', 2 ** 53, 'which as a number must be exact'],
    ['long', '9223372036854775808', 'an integer of 64 bits'],
    ['long', 'x', '"a" is a text'],
    ['string', 1, '"a" is an integer, the schema expects a text'],
    ['bytes', 'no base64!', 'the schema expects base64'],
    [{ type: 'enum', name: 'E', symbols: ['A', 'B'] }, 'C', 'one of A, B'],
    [{ type: 'fixed', name: 'F', size: 2 }, [1], '2 bytes'],
    [{ type: 'fixed', name: 'F', size: 1 }, [256], 'bytes'],
    [{ type: 'array', items: 'int' }, [1, 'x'], '"a[1]" is a text'],
    [{ type: 'map', values: 'int' }, { b: null }, '"a.b" is null'],
    [{ type: 'record', name: 'S', fields: [{ name: 'b', type: 'int' }] }, { b: 'x' }, '"a.b" is a text'],
    [{ type: 'record', name: 'S', fields: [] }, { c: 1 }, '"a.c" is no field of the schema'],
    [['null', 'int', 'string'], true, 'one of null, int, string'],
    ['null', 0, 'the schema expects null'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, '1.005', 'at most 2 digits'],
    [{ type: 'fixed', name: 'F', size: 1, logicalType: 'decimal', precision: 2, scale: 0 }, '300', 'fits into 1 bytes'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 'yesterday', 'a time such as'],
  ])('%j refuses %j: %s', (type, value, why) => {
    expect(() => encode(record(type), { a: value })).toThrow(why);
  });

  test.each([
    ['long', '9007199254740993', '9007199254740993'],
    ['long', '-9223372036854775808', '-9223372036854775808'],
    ['double', 0.1, 0.1],
    [{ type: 'long', logicalType: 'timestamp-millis' }, '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    [{ type: 'long', logicalType: 'timestamp-micros' }, '2026-01-02T04:04:05.000001+01:00', '2026-01-02T03:04:05.000001Z'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 0, '1970-01-01T00:00:00Z'],
    [{ type: 'long', logicalType: 'time-micros' }, 5000, 5000],
    [{ type: 'int', logicalType: 'date' }, 1, '1970-01-02T00:00:00Z'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, '-3.14', '-157/50'],
    [{ type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 }, 128, '128'],
    [['null', 'int', 'string'], { string: '7' }, { string: '7' }],
    [['null', 'int', 'string'], 7, { int: 7 }],
    [['null', 'int', 'string'], null, null],
  ])('%j takes %j, which reads back as %j', (type, value, back) => {
    expect(decode(record(type), encode(record(type), { a: value }))).toEqual({ a: back });
  });

  test('raw JSON is taken as structured data is, and strings and bytes as they are', () => {
    expect(decode(record('long'), encode(record('long'), '{"a":9007199254740993}'))).toEqual({ a: '9007199254740993' });
    expect(() => encode(record('int'), '[1]')).toThrow('the data is a list');
    expect(() => encode(record('int'), 'text')).toThrow('expected JSON');
    expect(String(encode('"string"', 'text').subarray(1))).toBe('text');
    expect([...encode('"bytes"', Buffer.from([0, 255])).subarray(1)]).toEqual([0, 255]);
    expect([...encode('"int"', '7')]).toEqual([14]);
  });
});
