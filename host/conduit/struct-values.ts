import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../base/errors.ts';

const { Reader } = protobuf;
type FieldReader = InstanceType<typeof Reader>;

/** What a google.protobuf.Struct can hold. */
export type Json = null | boolean | number | string | Json[] | Map<string, Json>;

const MAX_DEPTH = 200;

/** The fields of a Struct message. */
export function structOf(bytes: Uint8Array): Map<string, Json> {
  return readStruct(Reader.create(bytes), bytes.length, 0);
}

/** The same as plain objects, without a prototype: a field may have any name. */
export function plainStruct(bytes: Uint8Array): Record<string, PlainJson> {
  return plainObject(structOf(bytes));
}

export type PlainJson = null | boolean | number | string | PlainJson[] | { [key: string]: PlainJson };

function plainObject(fields: ReadonlyMap<string, Json>): Record<string, PlainJson> {
  const object = Object.create(null) as Record<string, PlainJson>;
  for (const [key, value] of fields) object[key] = plainValue(value);
  return object;
}

function plainValue(value: Json): PlainJson {
  if (value instanceof Map) return plainObject(value);
  return Array.isArray(value) ? value.map(plainValue) : value;
}

function readStruct(reader: FieldReader, end: number, depth: number): Map<string, Json> {
  const fields = new Map<string, Json>();
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag !== 10) {
      reader.skipType(tag & 7);
      continue;
    }
    let key = '';
    let value: Json = null;
    const entryEnd = reader.uint32() + reader.pos;
    while (reader.pos < entryEnd) {
      const field = reader.uint32();
      if (field === 10) key = reader.string();
      else if (field === 18) value = readValue(reader, depth + 1);
      else reader.skipType(field & 7);
    }
    fields.set(key, value);
  }
  return fields;
}

function readValue(reader: FieldReader, depth: number): Json {
  if (depth > MAX_DEPTH)
    throw new ConnectorError('input.invalid', `expected structured data nested at most ${MAX_DEPTH} levels deep, got more`);
  let value: Json = null;
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 8) {
      reader.int32();
      value = null;
    } else if (tag === 17) value = reader.double();
    else if (tag === 26) value = reader.string();
    else if (tag === 32) value = reader.bool();
    else if (tag === 42) {
      const length = reader.uint32();
      value = readStruct(reader, reader.pos + length, depth);
    } else if (tag === 50) {
      const listEnd = reader.uint32() + reader.pos;
      const items: Json[] = [];
      while (reader.pos < listEnd) {
        const field = reader.uint32();
        if (field === 10) items.push(readValue(reader, depth + 1));
        else reader.skipType(field & 7);
      }
      value = items;
    } else reader.skipType(tag & 7);
  }
  return value;
}
