// Writes the current record of record-reader as `opencdc/json`: the same bytes as Conduit's own Go code (goccy/go-json).
import { base64Size, writeBase64 } from '../bytes/base64';
import { copy, literal } from '../bytes/memory';
import { entry } from '../json/entries';
import { writeJsonString } from '../json/string';
import { MAX_GROWTH, writeStruct } from '../json/struct';
import {
  Data,
  MAX_OPERATION,
  RAW,
  STRUCTURED,
  after,
  before,
  joinedSize,
  key,
  metadataCount,
  positionAt,
  positionSize,
  writeOperation,
} from '../opencdc/record-reader';

const POSITION = literal('{"position":');
const OPERATION = literal(',"operation":"');
const METADATA = literal('","metadata":');
const KEY = literal(',"key":');
const BEFORE = literal(',"payload":{"before":');
const AFTER = literal(',"after":');
const NULL = literal('null');
const FRAME: usize = 128 + MAX_OPERATION;

/** Most bytes that `writeRecordJson` needs. */
export function recordJsonBound(recordSize: u32): u64 {
  const raw = rawSize(key) + rawSize(before) + rawSize(after) + positionSize;
  return <u64>FRAME + base64Size(raw) + 12 + <u64>(recordSize - raw) * MAX_GROWTH + <u64>joinedSize * MAX_GROWTH;
}


@inline
function rawSize(data: Data): u32 {
  return data.kind == RAW ? data.size : 0;
}

/** Writes the record's JSON and returns its end. If `reader.broken` or `tooDeep` is set, there is no JSON. The table holds `entries` sorted entries. */
export function writeRecordJson(at: usize, entries: u32): usize {
  at = copy(at, POSITION, 12);
  at = positionSize == 0 ? copy(at, NULL, 4) : writeText(at, positionAt, positionSize);
  at = writeOperation(copy(at, OPERATION, 14));
  at = writeMetadata(copy(at, METADATA, 13), entries);
  at = writeDataJson(copy(at, KEY, 7), key);
  at = writeDataJson(copy(at, BEFORE, 21), before);
  at = writeDataJson(copy(at, AFTER, 9), after);
  store<u16>(at, 0x7d7d);
  return at + 2;
}

function writeText(at: usize, from: usize, size: u32): usize {
  store<u8>(at, 0x22);
  at = writeBase64(at + 1, from, size);
  store<u8>(at, 0x22);
  return at + 1;
}

/** The metadata as an object; null if the record has none. Its entries are in table 0 of json/entries, sorted. */
export function writeMetadata(at: usize, entries: u32): usize {
  if (metadataCount == 0) return copy(at, NULL, 4);
  store<u8>(at++, 0x7b);
  for (let i: u32 = 0; i < entries; i++) {
    const e = entry(0, i);
    if (i != 0) store<u8>(at++, 0x2c);
    store<u8>(at, 0x22);
    at = copy(at + 1, e.escapedAt, e.escapedSize);
    store<u16>(at, 0x3a22); // ":
    at = writeJsonString(at + 2, e.valueAt, e.valueSize);
  }
  store<u8>(at, 0x7d);
  return at + 1;
}

function writeDataJson(at: usize, data: Data): usize {
  if (data.kind == RAW) return writeText(at, data.at, data.size);
  if (data.kind == STRUCTURED) return writeStruct(at, data.at, data.size);
  return copy(at, NULL, 4);
}
