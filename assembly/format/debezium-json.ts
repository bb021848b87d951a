// Writes the current record of record-reader as `debezium/json`, and its key with a Kafka Connect schema, as the official connector does.
import { base64Size, writeBase64 } from '../bytes/base64';
import { writeSigned } from '../bytes/decimal';
import { copy, literal, same } from '../bytes/memory';
import * as reader from '../bytes/reader';
import { entry } from '../json/entries';
import { MAX_ESCAPE, escapeInto } from '../json/string';
import { MAX_GROWTH, writeStruct } from '../json/struct';
import { Data, RAW, STRUCTURED, after, before, key, metadataCount, operation } from '../opencdc/record-reader';
import { structAt, structOfJson, structSize } from '../template/json-struct';
import { parseInt64, parsedInt } from '../template/values/numbers';
import { schemaBound, writeEmptySchema, writeFieldName, writeSchema } from './connect-schema';
import { DebeziumOptions } from './debezium-options';
import { writeMetadata } from './opencdc-json';

const SCHEMA = literal('{"schema":{"type":"struct"');
const NAME = literal(',"name":');
const FIELDS = literal(',"fields":[');
const REST = literal(
  ',{"type":"string","field":"op"},{"type":"int64","optional":true,"field":"ts_ms"},{"type":"struct","optional":true,"fields":[{"type":"string","field":"id"},{"type":"int64","field":"total_order"},{"type":"int64","field":"data_collection_order"}],"field":"transaction"}]},"payload":{"before":',
);
const REST_SIZE: usize = 289;
const AFTER = literal(',"after":');
const SOURCE = literal(',"source":');
const OP = literal(',"op":"');
const TIME = literal(',"ts_ms":');
const TRANSACTION = literal(',"transaction":null}}');
const NULL = literal('null');
const STRING_FIELD = literal('{"type":"string"');
const BYTES_FIELD = literal('{"type":"bytes","optional":true');
const KEY_SCHEMA = literal('{"schema":');
const KEY_PAYLOAD = literal(',"payload":');
const BEFORE_NAME = literal('before');
const AFTER_NAME = literal('after');
const SOURCE_NAME = literal('source');
const READ_AT = literal('opencdc.readAt');

let schemaName: usize = 0;
let schemaNameSize: usize = 0;
/** The key for raw data, escaped. */
let rawKey: usize = 0;
let rawKeySize: usize = 0;

/** Sets the options for all records. */
export function useDebezium(options: DebeziumOptions): void {
  if (schemaName != 0) heap.free(schemaName);
  if (rawKey != 0) heap.free(rawKey);
  const name = String.UTF8.encode(options.schemaName);
  schemaName = heap.alloc(max<usize>(1, <usize>name.byteLength * MAX_ESCAPE));
  schemaNameSize = escapeInto(schemaName, changetype<usize>(name), name.byteLength) - schemaName;
  const field = String.UTF8.encode(options.rawDataKey);
  rawKey = heap.alloc(max<usize>(1, <usize>field.byteLength * MAX_ESCAPE));
  rawKeySize = escapeInto(rawKey, changetype<usize>(field), field.byteLength) - rawKey;
}

const NOTHING: u32 = 0;
const STRUCT: u32 = 1;
const BYTES: u32 = 2;


@unmanaged
class Part {
  kind: u32;
  at: u32;
  size: u32;
}
const beforePart = changetype<Part>(heap.alloc(12));
const afterPart = changetype<Part>(heap.alloc(12));
const keyPart = changetype<Part>(heap.alloc(12));

/** The structured form of data: raw data that is a JSON object becomes one. */
function take(part: Part, data: Data, isKey: bool): void {
  part.kind = NOTHING;
  part.at = data.at;
  part.size = data.size;
  if (data.kind == STRUCTURED) part.kind = STRUCT;
  else if (data.kind == RAW && (isKey || data.size != 0)) {
    part.kind = BYTES;
    if (!structOfJson(data.at, data.size)) return;
    part.kind = structAt == 0 ? NOTHING : STRUCT;
    part.at = <u32>structAt;
    part.size = structSize;
  }
}

function partBound(part: Part): u64 {
  if (part.kind == STRUCT) return schemaBound(part.at, part.size) * 2 + <u64>part.size * MAX_GROWTH;
  return part.kind == BYTES ? base64Size(part.size) + <u64>rawKeySize * 3 : 0;
}

/** Takes the record, and returns the most bytes that `writeDebezium` needs. Moves the reader. */
export function debeziumBound(recordSize: u32): u64 {
  take(beforePart, before, false);
  take(afterPart, after, false);
  // Metadata: a name in the schema and one in the payload, and the value.
  const metadata = <u64>metadataCount * 64 + <u64>recordSize * 2 * MAX_GROWTH;
  return 1024 + schemaNameSize + metadata + partBound(beforePart) + partBound(afterPart);
}

function isNot(part: Part): bool {
  return part.kind == NOTHING;
}

function writePartSchema(at: usize, part: Part, name: usize, size: usize): usize {
  if (part.kind == STRUCT) at = writeSchema(at, part.at, part.size);
  else {
    at = writeEmptySchema(at);
    if (part.kind == BYTES) {
      at = writeFieldName(copy(copy(at, FIELDS, 11), BYTES_FIELD, 31), rawKey, rawKeySize);
      store<u8>(at++, 0x5d);
    }
  }
  return writeFieldName(at, name, size);
}

function writePart(at: usize, part: Part): usize {
  if (part.kind == STRUCT) return writeStruct(at, part.at, part.size);
  if (part.kind == NOTHING) return copy(at, NULL, 4);
  store<u16>(at, 0x227b); // {"
  at = copy(at + 2, rawKey, rawKeySize);
  store<u16>(at, 0x3a22); // ":
  at = writeText(at + 2, part);
  store<u8>(at, 0x7d);
  return at + 1;
}

function writeText(at: usize, part: Part): usize {
  store<u8>(at, 0x22);
  at = writeBase64(at + 1, part.at, part.size);
  store<u8>(at, 0x22);
  return at + 1;
}

/** Writes the value. `valueBound` must have been asked for this record. The table holds `entries` sorted metadata entries. */
export function writeDebezium(at: usize, entries: u32): usize {
  at = copy(at, SCHEMA, 26);
  if (schemaNameSize != 0) {
    at = copy(at, NAME, 8);
    store<u8>(at, 0x22);
    at = copy(at + 1, schemaName, schemaNameSize);
    store<u8>(at++, 0x22);
  }
  at = copy(at, FIELDS, 11);
  at = writePartSchema(at, isNot(beforePart) ? afterPart : beforePart, BEFORE_NAME, 6);
  if (reader.broken) return at;
  store<u8>(at++, 0x2c);
  at = writePartSchema(at, isNot(afterPart) ? beforePart : afterPart, AFTER_NAME, 5);
  if (reader.broken) return at;
  store<u8>(at++, 0x2c);
  at = writeMetadataSchema(at, entries);
  at = writePart(copy(at, REST, REST_SIZE), beforePart);
  at = writePart(copy(at, AFTER, 9), afterPart);
  at = writeMetadata(copy(at, SOURCE, 10), entries);
  at = copy(at, OP, 7);
  if (operation >= 1 && operation <= 4) store<u8>(at++, operation == 1 ? 0x63 : operation == 2 ? 0x75 : operation == 3 ? 0x64 : 0x72);
  store<u8>(at++, 0x22);
  const milliseconds = readAt(entries);
  if (milliseconds != 0) at = writeSigned(copy(at, TIME, 9), milliseconds);
  return copy(at, TRANSACTION, 21);
}

function writeMetadataSchema(at: usize, entries: u32): usize {
  at = writeEmptySchema(at);
  if (metadataCount != 0) {
    at = copy(at, FIELDS, 11);
    for (let i: u32 = 0; i < entries; i++) {
      const e = entry(0, i);
      if (i != 0) store<u8>(at++, 0x2c);
      at = writeFieldName(copy(at, STRING_FIELD, 16), e.escapedAt, e.escapedSize);
    }
    store<u8>(at++, 0x5d);
  }
  return writeFieldName(at, SOURCE_NAME, 6);
}

/** opencdc.readAt in milliseconds; 0: there is none, or it is no number. */
function readAt(entries: u32): i64 {
  for (let i: u32 = 0; i < entries; i++) {
    const e = entry(0, i);
    if (e.keySize != 14 || !same(e.keyAt, READ_AT, 14)) continue;
    if (!parseInt64(e.valueAt, e.valueSize)) return 0;
    const n = parsedInt;
    return n >= 0 || n % 1_000_000 == 0 ? n / 1_000_000 : n / 1_000_000 - 1;
  }
  return 0;
}

/** Most bytes of the key of the current record with its schema. Moves the reader. */
export function connectKeyBound(): u64 {
  take(keyPart, key, true);
  return 128 + partBound(keyPart);
}

/** Writes the key with its schema. `connectKeyBound` must have been asked for this record. */
export function writeConnectKey(at: usize): usize {
  at = copy(at, KEY_SCHEMA, 10);
  if (keyPart.kind == STRUCT) at = writeSchema(at, keyPart.at, keyPart.size);
  else if (keyPart.kind == BYTES) at = copy(at, BYTES_FIELD, 31);
  else at = writeEmptySchema(at);
  store<u8>(at, 0x7d);
  at = copy(at + 1, KEY_PAYLOAD, 11);
  if (keyPart.kind == STRUCT) at = writeStruct(at, keyPart.at, keyPart.size);
  else if (keyPart.kind == BYTES) at = writeText(at, keyPart);
  else at = copy(at, NULL, 4);
  store<u8>(at, 0x7d);
  return at + 1;
}
