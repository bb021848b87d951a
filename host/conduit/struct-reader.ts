import protobuf from 'protobufjs/minimal.js';
import { checkStructDepth } from './struct-depth.ts';
import { ENTRY, LIST_VALUE, STRUCT, VALUE } from './tags.ts';

const { Reader } = protobuf;
type FieldReader = protobuf.Reader;

/** The values that a `google.protobuf.Struct` can hold. */
export type StructValue = null | boolean | number | string | StructValue[] | Map<string, StructValue>;

/** The fields of a Struct message. Throws `input.invalid` if it is nested too deeply, protobufjs' errors on bytes that are no Struct. */
export function readStruct(bytes: Uint8Array): Map<string, StructValue> {
  return readFields(Reader.create(bytes), bytes.length, 0);
}

function readFields(reader: FieldReader, end: number, depth: number): Map<string, StructValue> {
  checkStructDepth(depth);
  const fields = new Map<string, StructValue>();
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag !== STRUCT.fields) {
      reader.skipType(tag & 7);
      continue;
    }
    let key = '';
    let value: StructValue = null;
    const entryEnd = reader.uint32() + reader.pos;
    while (reader.pos < entryEnd) {
      const field = reader.uint32();
      if (field === ENTRY.key) key = reader.string();
      else if (field === ENTRY.value) value = readValue(reader, depth);
      else reader.skipType(field & 7);
    }
    fields.set(key, value);
  }
  return fields;
}

/** `depth`: the level of the object or list that holds the value. */
function readValue(reader: FieldReader, depth: number): StructValue {
  let value: StructValue = null;
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === VALUE.nullValue) {
      reader.int32();
      value = null;
    } else if (tag === VALUE.numberValue) value = reader.double();
    else if (tag === VALUE.stringValue) value = reader.string();
    else if (tag === VALUE.boolValue) value = reader.bool();
    else if (tag === VALUE.structValue) {
      const length = reader.uint32();
      value = readFields(reader, reader.pos + length, depth + 1);
    } else if (tag === VALUE.listValue) value = readList(reader, depth + 1);
    else reader.skipType(tag & 7);
  }
  return value;
}

function readList(reader: FieldReader, depth: number): StructValue[] {
  checkStructDepth(depth);
  const values: StructValue[] = [];
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) {
    const field = reader.uint32();
    if (field === LIST_VALUE.values) values.push(readValue(reader, depth));
    else reader.skipType(field & 7);
  }
  return values;
}

export type PlainValue = null | boolean | number | string | PlainValue[] | { [key: string]: PlainValue };

/** `readStruct` with plain objects instead of maps. They have no prototype, because a field may have any name. */
export function readPlainStruct(bytes: Uint8Array): Record<string, PlainValue> {
  return plainObject(readStruct(bytes));
}

function plainObject(fields: ReadonlyMap<string, StructValue>): Record<string, PlainValue> {
  const object = Object.create(null) as Record<string, PlainValue>;
  for (const [key, value] of fields) object[key] = plainValue(value);
  return object;
}

function plainValue(value: StructValue): PlainValue {
  if (value instanceof Map) return plainObject(value);
  return Array.isArray(value) ? value.map(plainValue) : value;
}
