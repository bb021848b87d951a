import { describe, expect, test } from 'vitest';
import { DataWriter } from '../../../../host/conduit/data-writer.ts';
import { SchemaData } from '../../../../host/schema/format.ts';
import { jsonSchemaFormat } from '../../../../host/schema/json-schema/format.ts';
import { contentOf, dataFor, serialized } from '../confluent/support.ts';

const NO_HEADER = Buffer.alloc(5);
const schemaOf = (schema: unknown, dependencies: { name: string; text: string }[] = []) =>
  jsonSchemaFormat.parse({ text: JSON.stringify(schema), dependencies }, 'x');
const encode = (schema: unknown, data: Parameters<typeof dataFor>[0]): string =>
  Buffer.from(schemaOf(schema).encode(new SchemaData(dataFor(data)), NO_HEADER))
    .subarray(5)
    .toString();

test("what Confluent's serializer wrote is decoded, and encoded to the same bytes up to the spaces in JSON", () => {
  const { schema, bytes, data } = serialized.find(({ format }) => format === 'json-schema')!;
  const parsed = jsonSchemaFormat.parse({ text: schema, dependencies: [] }, 'x');
  const whole = Buffer.from(bytes, 'base64');
  expect(contentOf(parsed.decode(whole, new DataWriter()))).toEqual(data);
  const written = Buffer.from(parsed.encode(new SchemaData(dataFor(data)), whole.subarray(0, 5)));
  expect(written.subarray(0, 5)).toEqual(whole.subarray(0, 5));
  expect(JSON.parse(written.subarray(5).toString())).toEqual(JSON.parse(whole.subarray(5).toString()));
  expect(parsed.name).toBe('Order');
});

test('JSON that is no object stays raw, and large integers keep their digits', () => {
  const decoded = (text: string) => contentOf(schemaOf(true).decode(Buffer.concat([NO_HEADER, Buffer.from(text)]), new DataWriter()));
  expect(decoded('[1]')).toBe('[1]');
  expect(decoded('{"a":9007199254740993}')).toEqual({ a: '9007199254740993' });
  expect(() => decoded('{')).toThrow('expected JSON');
  expect(encode({ type: 'object' }, '{"a": 9007199254740993}')).toBe('{"a": 9007199254740993}');
});

const ORDER = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] };
describe.each([
  undefined,
  'http://json-schema.org/draft-06/schema#',
  'http://json-schema.org/draft-07/schema#',
  'https://json-schema.org/draft/2019-09/schema',
  'https://json-schema.org/draft/2020-12/schema',
])('with $schema %s', ($schema) => {
  test('what is written is validated', () => {
    const schema = { $schema, ...ORDER };
    expect(encode(schema, { id: 1 })).toBe('{"id":1}');
    expect(() => encode(schema, {})).toThrow("the data must have required property 'id'");
    expect(() => encode(schema, { id: 'x' })).toThrow('"/id" must be integer');
    expect(() => encode(schema, '{"id":"x"}')).toThrow('"/id" must be integer');
  });
});

test('prefixItems of 2020-12 counts', () => {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', properties: { a: { prefixItems: [{ type: 'string' }] } } };
  expect(() => encode(schema, { a: [1] })).toThrow('"/a/0" must be string');
});

test('references are found by their names, and nothing is fetched', () => {
  const address = { name: 'address.json', text: '{"type":"object","required":["street"]}' };
  const schema = { properties: { home: { $ref: 'address.json' } } };
  const parsed = schemaOf(schema, [address]);
  expect(() => parsed.encode(new SchemaData(dataFor({ home: {} })), NO_HEADER)).toThrow("must have required property 'street'");
  expect(() => schemaOf(schema)).toThrow('could not parse the JSON schema x');
});

test('schemas that are none are errors', () => {
  for (const schema of [1, { type: 'nonsense' }, { $async: true }, { $schema: 'http://json-schema.org/draft-04/schema#' }])
    expect(() => schemaOf(schema)).toThrow('could not parse the JSON schema x');
  expect(() => jsonSchemaFormat.parse({ text: '{', dependencies: [] }, 'x')).toThrow('could not parse the JSON schema x');
});
