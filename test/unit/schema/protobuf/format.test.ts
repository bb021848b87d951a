import { describe, expect, test } from 'vitest';
import { DataWriter } from '../../../../host/conduit/data-writer.ts';
import { SchemaData } from '../../../../host/schema/format.ts';
import { protobufFormat } from '../../../../host/schema/protobuf/format.ts';
import { messageOrder } from '../../../../host/schema/protobuf/message-order.ts';
import { contentOf, dataFor, serialized } from '../confluent/support.ts';

const NO_HEADER = Buffer.alloc(5);
const schemaOf = (text: string, dependencies: { name: string; text: string }[] = []) => protobufFormat.parse({ text, dependencies }, 'x');
const encode = (text: string, data: Parameters<typeof dataFor>[0]): Buffer =>
  Buffer.from(schemaOf(text).encode(new SchemaData(dataFor(data)), NO_HEADER));
const again = (text: string, data: Parameters<typeof dataFor>[0]): unknown =>
  contentOf(schemaOf(text).decode(encode(text, data), new DataWriter()));
const message = (field: string) =>
  `syntax = "proto3"; import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto"; message M { ${field} } message N { string s = 1; } enum E { A = 0; B = 1; }`;

describe("what Confluent's serializer wrote", () => {
  test.each(serialized.filter(({ format }) => format === 'protobuf'))('$name is decoded', ({ schema, references, bytes, data }) => {
    const parsed = schemaOf(
      schema,
      references.map((one) => ({ name: one.name, text: one.schema })),
    );
    expect(contentOf(parsed.decode(Buffer.from(bytes, 'base64'), new DataWriter()))).toEqual(data);
    expect(parsed.name).toBe('shop.Other');
  });
  test('the first message is encoded to the same bytes', () => {
    const { schema, references, bytes, data } = serialized.find(({ name }) => name === 'the first message')!;
    const parsed = schemaOf(
      schema,
      references.map((one) => ({ name: one.name, text: one.schema })),
    );
    expect(Buffer.from(parsed.encode(new SchemaData(dataFor(data)), Buffer.from(bytes, 'base64').subarray(0, 5))).toString('base64')).toBe(
      bytes,
    );
  });
});

test('messages are counted as protoc does, entries of maps and groups too', () => {
  const text = `syntax = "proto2"; // message Comment {}
    package a.b; option (x) = { message: "no" };
    message A { optional string s = 1 [default = "message X {"]; map<string, int32> m = 2; message B { message C {} }
      oneof o { string p = 3; group G = 4 { required int32 i = 1; } } enum E { Z = 0; } optional group H = 5 { } repeated int32 map = 6; message D {} }
    service S { rpc Do (A) returns (A) { option (y) = { z: 1 }; } }
    extend A { optional group X = 100 {} }
    message message { }`;
  const names = (nodes: ReturnType<typeof messageOrder>): unknown[] =>
    nodes.map(({ name, messages }) => (messages.length === 0 ? name : [name, names(messages)]));
  expect(names(messageOrder(text))).toEqual([['A', [null, ['B', ['C']], 'G', 'H', 'D']], 'X', 'message']);
});

test('a .proto text with references, packages and nested messages is decoded by its indexes', () => {
  const common = { name: 'common.proto', text: 'syntax = "proto3"; package common; message Address { string street = 1; }' };
  const text = `syntax = "proto3"; package shop; import "common.proto"; import "confluent/meta.proto";
    message First { int32 a = 1; }
    message Order { common.Address address = 1; map<string, int64> tags = 2; message Item { string sku = 1; } repeated Item items = 3; }`;
  const parsed = schemaOf(text, [common]);
  expect(parsed.name).toBe('shop.First');
  const decoded = (bytes: number[]) => contentOf(parsed.decode(Buffer.from([0, 0, 0, 0, 1, ...bytes]), new DataWriter()));
  expect(decoded([0, 8, 7])).toEqual({ a: 7 });
  expect(decoded([2, 2, 0x0a, 3, 0x0a, 1, 0x73, 0x1a, 0])).toEqual({ address: { street: 's' }, tags: {}, items: [{ sku: '' }] });
  expect(decoded([4, 2, 2, 0x0a, 1, 0x78])).toEqual({ sku: 'x' });
  for (const indexes of [[2, 9], [4, 2, 0], [4, 2, 9], [3], [0xff, 0xff, 0xff, 0xff, 0x0f], []]) expect(() => decoded(indexes)).toThrow();
});

test.each([
  ['int64 a = 1;', '9007199254740993', '9007199254740993'],
  ['uint64 a = 1;', '18446744073709551615', '18446744073709551615'],
  ['sint64 a = 1;', -5, -5],
  ['E a = 1;', 'B', 'B'],
  ['bytes a = 1;', 'AP8=', 'AP8='],
  ['float a = 1;', 0.1, 0.1],
  ['repeated N a = 1;', [{ s: 'x' }], [{ s: 'x' }]],
  ['map<int64, N> a = 1;', { '9007199254740993': { s: 'x' } }, { '9007199254740993': { s: 'x' } }],
  ['google.protobuf.Timestamp a = 1;', '1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.5Z'],
  ['google.protobuf.Int64Value a = 1;', 0, 0],
  ['oneof o { string a = 1; string b = 2; }', '', ''],
  ['optional int32 a = 1;', 0, 0],
])('%s takes %j, which reads back as %j', (field, value, back) => {
  expect(again(message(field), { a: value })).toEqual({ a: back });
});

test('fields that are not set: those with presence are left out, others have their default', () => {
  expect(
    again(message('string a = 1; optional string b = 2; N c = 3; oneof o { string d = 4; } repeated int32 e = 5; E f = 6;'), { a: null }),
  ).toEqual({ a: '', e: [], f: 'A' });
});

test.each([
  ['int32 a = 1;', 2 ** 31, '"a" does not fit: the schema expects an integer of type int32'],
  ['uint32 a = 1;', -1, 'an integer of type uint32'],
  ['int64 a = 1;', 2 ** 53, 'must be exact'],
  ['string a = 1;', 1, '"a" does not fit: the schema expects a text'],
  ['repeated N a = 1;', [{ s: 1 }], '"a[0].s" does not fit'],
  ['N a = 1;', { x: 1 }, '"a.x" is no field of the schema'],
  ['E a = 1;', 'C', 'one of A, B'],
  ['google.protobuf.Timestamp a = 1;', 'yesterday', 'a time such as'],
])('%s refuses %j: %s', (field, value, why) => {
  expect(() => encode(message(field), { a: value })).toThrow(why);
});

test('bytes that do not fit and schemas that are none are errors', () => {
  const parsed = schemaOf(message('string a = 1;'));
  expect(() => parsed.decode(Buffer.from([0, 0, 0, 0, 1, 0, 0x0a, 0x7f, 1]), new DataWriter())).toThrow();
  for (const text of ['', 'nonsense', 'syntax = "proto3";', 'syntax = "proto3"; message M { Missing a = 1; }', '!!!!'])
    expect(() => schemaOf(text)).toThrow('could not parse the Protobuf schema x');
});
