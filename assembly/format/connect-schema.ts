// The Kafka Connect schema of structured data, as the connector SDK's kafkaconnect package reflects it: objects are structs, lists are arrays of what
// their first element is, numbers are doubles. Go has the fields of a struct in random order; here they are sorted as in JSON.
import { copy, literal } from '../bytes/memory';
import { skipField } from '../bytes/protobuf';
import * as reader from '../bytes/reader';
import { exhausted, pop, push } from '../bytes/scratch';
import { entry, sortEntries } from '../json/entries';
import { MAX_DEPTH, readEntry, setTooDeep, tooDeep } from '../json/struct';

const STRUCT = literal('{"type":"struct","optional":true');
const FIELDS = literal(',"fields":[');
const NAME = literal(',"field":"');
const ARRAY = literal('{"type":"array","optional":true,"items":');
const NULL = literal('{"type":"string","optional":true');
const TEXT = literal('{"type":"string"');
const DOUBLE = literal('{"type":"double"');
const BOOLEAN = literal('{"type":"boolean"');
const INT64 = literal('{"type":"int64"');
/** Most bytes that a value adds, besides the name of its field. */
const MAX_VALUE: u64 = 64;

/** Most bytes of the schema of a Struct. Moves the reader. */
export function schemaBound(at: usize, size: u32): u64 {
  return structBound(at, at + size, 0);
}

function structBound(at: usize, end: usize, depth: i32): u64 {
  let bound = MAX_VALUE;
  if (depth > MAX_DEPTH) {
    setTooDeep();
    return bound;
  }
  let next = at;
  while (next < end && !reader.broken && !tooDeep) {
    reader.seek(next);
    reader.bound(end);
    const tag = reader.varint();
    if (tag != 0x0a) {
      skipField(tag);
      next = reader.at;
      continue;
    }
    const size = reader.size();
    const begin = reader.at;
    next = begin + size;
    bound += MAX_VALUE + <u64>size * 6;
    if (reader.broken) break;
    bound += entryBound(begin, next, depth);
  }
  return bound;
}

/** What the struct or list in an entry or value adds. */
function entryBound(at: usize, end: usize, depth: i32): u64 {
  let bound: u64 = 0;
  let next = at;
  while (next < end && !reader.broken && !tooDeep) {
    reader.seek(next);
    reader.bound(end);
    const tag = reader.varint();
    const isNested = tag == 0x12 || tag == 0x2a || tag == 0x32;
    if (!isNested) {
      skipField(tag);
      next = reader.at;
      continue;
    }
    const size = reader.size();
    const begin = reader.at;
    next = begin + size;
    if (reader.broken) break;
    bound +=
      tag == 0x12
        ? entryBound(begin, next, depth)
        : tag == 0x2a
          ? structBound(begin, next, depth + 1)
          : MAX_VALUE + listBound(begin, next, depth + 1);
  }
  return bound;
}

function listBound(at: usize, end: usize, depth: i32): u64 {
  if (depth > MAX_DEPTH) {
    setTooDeep();
    return 0;
  }
  reader.seek(at);
  reader.bound(end);
  while (reader.at < end && !reader.broken) {
    const tag = reader.varint();
    if (tag != 0x0a) {
      skipField(tag);
      continue;
    }
    const size = reader.size();
    const begin = reader.at;
    return reader.broken ? 0 : MAX_VALUE + entryBound(begin, begin + size, depth);
  }
  return MAX_VALUE;
}

/** Writes the schema of a Struct without its closing brace. If it sets `reader.broken` or `tooDeep`, there is none. Moves the reader. */
export function writeSchema(at: usize, from: usize, size: usize): usize {
  return writeStructSchema(at, from, size, 0);
}

/** The schema of a nil map, without its closing brace. */
export function writeEmptySchema(at: usize): usize {
  return copy(at, STRUCT, 32);
}

/** The name of a field, and the end of its schema. */
export function writeFieldName(at: usize, nameAt: usize, size: usize): usize {
  at = copy(copy(at, NAME, 10), nameAt, size);
  store<u16>(at, 0x7d22); // "}
  return at + 2;
}

function writeStructSchema(at: usize, from: usize, size: usize, depth: i32): usize {
  if (depth > MAX_DEPTH) {
    setTooDeep();
    return at;
  }
  const end = from + size;
  reader.seek(from);
  reader.bound(end);
  const table = push(0);
  let count: u32 = 0;
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag == 0x0a) {
      readEntry(reader.size());
      count++;
    } else skipField(tag);
  }
  if (exhausted) setTooDeep();
  if (reader.broken || tooDeep) return at;
  count = sortEntries(table, count);
  at = copy(at, STRUCT, 32);
  if (count != 0) {
    at = copy(at, FIELDS, 11);
    for (let i: u32 = 0; i < count; i++) {
      if (i != 0) store<u8>(at++, 0x2c);
      const e = entry(table, i);
      at = writeValueSchema(at, e.valueAt, e.valueSize, depth);
      const named = entry(table, i);
      at = writeFieldName(at, named.escapedAt, named.escapedSize);
      if (reader.broken || tooDeep) break;
    }
    store<u8>(at++, 0x5d);
  }
  pop(table);
  return at;
}

/** Writes the schema of a Value without its closing brace. */
function writeValueSchema(at: usize, from: usize, size: usize, depth: i32): usize {
  const end = from + size;
  let kind: u64 = 0x08;
  let valueAt: usize = 0;
  let valueSize: u32 = 0;
  reader.seek(from);
  reader.bound(end);
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag == 0x1a || tag == 0x2a || tag == 0x32) {
      valueSize = reader.size();
      valueAt = reader.at;
      reader.skip(valueSize);
      kind = tag;
    } else if (tag == 0x11) {
      reader.skip(8);
      kind = tag;
    } else if (tag == 0x20 || tag == 0x08 || tag == 0x78) {
      reader.varint();
      kind = tag;
    } else skipField(tag);
  }
  if (reader.broken) return at;
  if (kind == 0x1a) return copy(at, TEXT, 16);
  if (kind == 0x11) return copy(at, DOUBLE, 16);
  if (kind == 0x20) return copy(at, BOOLEAN, 17);
  if (kind == 0x78) return copy(at, INT64, 15);
  if (kind == 0x2a) return writeStructSchema(at, valueAt, valueSize, depth + 1);
  return kind == 0x32 ? writeListSchema(at, valueAt, valueSize, depth + 1) : copy(at, NULL, 32);
}

function writeListSchema(at: usize, from: usize, size: usize, depth: i32): usize {
  at = copy(at, ARRAY, 40);
  if (depth > MAX_DEPTH) {
    setTooDeep();
    return at;
  }
  const end = from + size;
  reader.seek(from);
  reader.bound(end);
  let itemAt: usize = 0;
  let itemSize: u32 = 0;
  let found = false;
  while (reader.at < end && !found) {
    const tag = reader.varint();
    if (tag == 0x0a) {
      itemSize = reader.size();
      itemAt = reader.at;
      found = true;
    } else skipField(tag);
  }
  if (reader.broken) return at;
  at = found ? writeValueSchema(at, itemAt, itemSize, depth) : copy(at, NULL, 32);
  store<u8>(at, 0x7d);
  return at + 1;
}
