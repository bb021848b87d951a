/** The fields of `opencdc.v1.Record`, for code that must look into records. */
import protobuf from 'protobufjs/minimal.js';
import { DATA, ENTRY, RECORD } from './tags.ts';

const { Reader } = protobuf;
export type FieldWriter = protobuf.Writer;
export type FieldReader = protobuf.Reader;

/** Calls `visit` for every field; `visit` must read or skip the field. Throws on bytes that are no message. */
export function eachField(message: Uint8Array, visit: (tag: number, reader: FieldReader, whole: Uint8Array) => void): void {
  const reader = Reader.create(message);
  while (reader.pos < reader.len) visit(reader.uint32(), reader, message);
}

/** Copies the field at which `eachField` is, unchanged. */
export function copyField(writer: FieldWriter, tag: number, reader: FieldReader, whole: Uint8Array): void {
  const start = reader.pos;
  reader.skipType(tag & 7);
  writer.uint32(tag);
  writer.raw(whole.subarray(start, reader.pos));
}

/** The position of a record, empty if there is none. If the record is malformed, the position that precedes the malformed field. */
export function positionOf(record: Uint8Array): Uint8Array {
  let position: Uint8Array = new Uint8Array();
  try {
    eachField(record, (tag, reader) => {
      if (tag === RECORD.position) position = reader.bytes();
      else reader.skipType(tag & 7);
    });
  } catch {
    // The fields before the malformed one are all that identifies the record.
  }
  return position;
}

/** The metadata entries whose names begin with `opencdc.`. */
export function opencdcMetadataOf(record: Uint8Array): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  eachField(record, (tag, reader) => {
    if (tag !== RECORD.metadata) return reader.skipType(tag & 7);
    const [key, value] = readEntry(reader);
    if (key.startsWith('opencdc.')) metadata.set(key, value);
  });
  return metadata;
}

/** Reads an entry of a `map<string, string>`, beginning with its length. */
export function readEntry(reader: FieldReader): [key: string, value: string] {
  let key = '';
  let value = '';
  const end = reader.uint32() + reader.pos;
  while (reader.pos < end) {
    const field = reader.uint32();
    if (field === ENTRY.key) key = reader.string();
    else if (field === ENTRY.value) value = reader.string();
    else reader.skipType(field & 7);
  }
  return [key, value];
}

/** Writes an entry of a `map<string, string>`; `map` is the tag of the map's field. */
export function writeEntry(writer: FieldWriter, map: number, key: string, value: string): void {
  writer.uint32(map).fork().uint32(ENTRY.key).string(key.toWellFormed()).uint32(ENTRY.value).string(value.toWellFormed()).ldelim();
}

/** The content of an `opencdc.v1.Data`. If it holds both kinds, the last one counts, as in every `oneof`; both are null if it holds none. */
export function dataOf(data: Uint8Array): { raw: Uint8Array | null; structured: Uint8Array | null } {
  let raw: Uint8Array | null = null;
  let structured: Uint8Array | null = null;
  eachField(data, (tag, reader) => {
    if (tag === DATA.rawData) [raw, structured] = [reader.bytes(), null];
    else if (tag === DATA.structuredData) [raw, structured] = [null, reader.bytes()];
    else reader.skipType(tag & 7);
  });
  return { raw, structured };
}
