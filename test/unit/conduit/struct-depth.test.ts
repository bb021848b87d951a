import avro from 'avsc';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, test } from 'vitest';
import { encodeRecordLine } from '../../../host/conduit/json-record.ts';
import { MAX_STRUCT_DEPTH } from '../../../host/conduit/struct-depth.ts';
import { readStruct, type StructValue } from '../../../host/conduit/struct-reader.ts';
import { StructWriter } from '../../../host/conduit/struct-writer.ts';
import { CHANGE, DATA, RECORD } from '../../../host/conduit/tags.ts';
import { extractRecord } from '../../../host/schema/avro/extraction.ts';
import { decodeRecord, parseAvro } from '../../../host/schema/avro/records.ts';

const { Writer } = protobuf;

/** So many objects and lists in turn within an object. */
function structOf(levels: number): Uint8Array {
  const writer = Writer.create();
  const struct = new StructWriter(writer);
  struct.beginField('a');
  for (let level = 0; level < levels; level++) {
    if (level % 2 === 0) {
      struct.beginList();
      struct.beginItem();
    } else {
      struct.beginObject();
      struct.beginField('a');
    }
  }
  struct.bool(true);
  for (let level = levels - 1; level >= 0; level--) {
    if (level % 2 === 0) struct.endItem();
    else struct.endField();
    struct.end();
  }
  struct.endField();
  return writer.finish();
}

/** One level more than `StructWriter` writes: the innermost list within an object. */
function tooDeepStruct(): Uint8Array {
  const limit = Buffer.from(structOf(MAX_STRUCT_DEPTH));
  const nested = Writer.create().uint32(10).fork().uint32(10).string('a').uint32(18).fork();
  nested.uint32(42).bytes(limit);
  return nested.ldelim().ldelim().finish();
}

const payloadOf = (tag: number, content: Uint8Array): Uint8Array =>
  Writer.create().uint32(RECORD.payload).fork().uint32(CHANGE.after).fork().uint32(tag).bytes(content).ldelim().ldelim().finish();

const jsonLine = (levels: number): string => {
  const data = Array.from({ length: levels }, (_, level) => (level % 2 === 0 ? '[' : '{"a":')).join('');
  const ends = Array.from({ length: levels }, (_, level) => (level % 2 === 0 ? ']' : '}')).reverse();
  return `{"operation":"create","payload":{"after":{"a":${data}1${ends.join('')}}}}`;
};

/** A list of records of which each holds the next one: a schema that sets no bound itself. */
const NODE = JSON.stringify({ type: 'record', name: 'Node', fields: [{ name: 'next', type: ['null', 'Node'] }] });
const avroNodes = (levels: number): Uint8Array => {
  let node: { next: unknown } = { next: null };
  for (let level = 0; level < levels; level++) node = { next: { Node: node } };
  return avro.Type.forSchema(JSON.parse(NODE) as avro.Schema, { wrapUnions: true }).toBuffer(node);
};
const avroLists = (levels: number): { schema: string; bytes: Uint8Array } => {
  let type: unknown = 'int';
  let value: unknown = 7;
  for (let level = 0; level < levels; level++) [type, value] = [{ type: 'array', items: type }, [value]];
  const schema = { type: 'record', name: 'r', fields: [{ name: 'a', type }] } as avro.Schema;
  return { schema: JSON.stringify(schema), bytes: avro.Type.forSchema(schema).toBuffer({ a: value }) };
};

const settings = { key: true, payload: true, context: '', keySubject: 'key', payloadSubject: 'payload' };
const extract = (struct: Uint8Array): Promise<Uint8Array> =>
  extractRecord(payloadOf(DATA.structuredData, struct), settings, {
    create: (subject) => Promise.resolve({ subject, version: 1, text: '' }),
    unstructured: () => undefined,
  });

const refused = expect.objectContaining({
  code: 'input.invalid',
  message: expect.stringContaining(`is nested deeper than ${MAX_STRUCT_DEPTH} levels`) as string,
});

describe('structured data', () => {
  test('of the deepest form is taken from a JSON line, one level more is refused', () => {
    expect(encodeRecordLine(jsonLine(MAX_STRUCT_DEPTH)).length).toBeGreaterThan(MAX_STRUCT_DEPTH);
    expect(() => encodeRecordLine(jsonLine(MAX_STRUCT_DEPTH + 1))).toThrow(refused);
  });

  test.each(['', ',"b":1234567890123456'])('of a JSON line with a million levels is refused without an end of the stack%s', (other) => {
    const levels = 1_000_000;
    const line = `{"operation":"create","payload":{"after":{"a":${'['.repeat(levels)}${']'.repeat(levels)}${other}}}}`;
    expect(() => encodeRecordLine(line)).toThrow(refused);
  });

  test('of the deepest form is made of Avro records, one level more is refused', () => {
    const decode = (levels: number): Uint8Array =>
      decodeRecord(payloadOf(DATA.rawData, avroNodes(levels)), { key: null, payload: parseAvro(NODE, 'node') });
    expect(decode(MAX_STRUCT_DEPTH).length).toBeGreaterThan(MAX_STRUCT_DEPTH);
    expect(() => decode(MAX_STRUCT_DEPTH + 1)).toThrow(refused);
  });

  test('of the deepest form is made of Avro lists, one level more is refused', () => {
    const decode = (levels: number): Uint8Array => {
      const { schema, bytes } = avroLists(levels);
      return decodeRecord(payloadOf(DATA.rawData, bytes), { key: null, payload: parseAvro(schema, 'lists') });
    };
    expect(decode(MAX_STRUCT_DEPTH).length).toBeGreaterThan(MAX_STRUCT_DEPTH);
    expect(() => decode(MAX_STRUCT_DEPTH + 1)).toThrow(refused);
  });

  test('of the deepest form is read, one level more is refused', () => {
    let value: StructValue = readStruct(structOf(MAX_STRUCT_DEPTH));
    let levels = 0;
    for (; typeof value === 'object' && value !== null; levels++) value = (Array.isArray(value) ? value[0] : value.get('a'))!;
    expect(levels).toBe(MAX_STRUCT_DEPTH + 1); // with the outermost object
    expect(() => readStruct(tooDeepStruct())).toThrow(refused);
  });

  test('of the deepest form becomes Avro under a schema of its own, one level more is refused', async () => {
    expect((await extract(structOf(MAX_STRUCT_DEPTH))).length).toBeGreaterThan(0);
    await expect(extract(tooDeepStruct())).rejects.toThrow(refused);
  });
});
