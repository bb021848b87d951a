// Writes google.protobuf.Struct as JSON: objects with sorted keys, numbers as doubles.
import { writeSigned } from '../bytes/decimal';
import { copy, literal } from '../bytes/memory';
import * as reader from '../bytes/reader';
import { exhausted, pop, push } from '../bytes/scratch';
import { addEntry, entry, sortEntries } from './entries';
import { writeJsonNumber } from './number';
import { writeJsonString } from './string';
import { skipField } from '../bytes/protobuf';

/** Most levels of objects and lists within each other. It is bounded because each level takes stack. */
export const MAX_DEPTH = 500;
/** Most bytes of JSON that one byte of a Struct can become. */
export const MAX_GROWTH: usize = 6;

/** True after a Struct that is nested deeper than MAX_DEPTH or does not fit into the memory (`exhausted`), until `clearTooDeep`. */
export let tooDeep: bool = false;

export function clearTooDeep(): void {
  tooDeep = false;
}

export function setTooDeep(): void {
  tooDeep = true;
}

const NULL = literal('null');
const TRUE = literal('true');
const FALSE = literal('false');

const KIND_NULL: u32 = 0;
const KIND_NUMBER: u32 = 1;
const KIND_STRING: u32 = 2;
const KIND_BOOL: u32 = 3;
const KIND_STRUCT: u32 = 4;
const KIND_LIST: u32 = 5;
const KIND_INTEGER: u32 = 6;

/**
 * Field 15, an int64, which Google's message does not have. The host puts a decoded Avro long there that a double cannot hold, because Go prints all
 * its digits.
 */
const INTEGER_VALUE: u64 = 0x78;

/** Writes the JSON of a Struct and returns its end. If it sets `reader.broken` or `tooDeep`, there is no JSON; both stay set. Moves the reader. */
export function writeStruct(at: usize, from: usize, size: usize): usize {
  return writeObject(at, from, size, 0);
}

/** Reads one map entry at the reader into the table. */
export function readEntry(size: u32): void {
  const begin = reader.at;
  const end = begin + size;
  // The usual form: a short key, then a short value.
  if (size >= 4 && load<u8>(begin) == 0x0a) {
    const keySize: u32 = load<u8>(begin, 1);
    const value = begin + 2 + keySize;
    if (keySize < 0x80 && value + 2 <= end && load<u8>(value) == 0x12) {
      const valueSize: u32 = load<u8>(value, 1);
      if (valueSize < 0x80 && value + 2 + valueSize == end) {
        addEntry(begin + 2, keySize, value + 2, valueSize);
        reader.seek(end);
        return;
      }
    }
  }
  readAnyEntry(end);
}

function readAnyEntry(end: usize): void {
  const outer = reader.limit;
  reader.bound(end);
  let keyAt: usize = 0;
  let keySize: u32 = 0;
  let valueAt: usize = 0;
  let valueSize: u32 = 0;
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag == 0x0a) {
      keySize = reader.size();
      keyAt = reader.at;
      reader.skip(keySize);
    } else if (tag == 0x12) {
      valueSize = reader.size();
      valueAt = reader.at;
      reader.skip(valueSize);
    } else skipField(tag);
  }
  reader.bound(outer);
  if (reader.broken) reader.fail();
  else addEntry(keyAt, keySize, valueAt, valueSize);
}

function writeObject(at: usize, from: usize, size: usize, depth: i32): usize {
  if (depth > MAX_DEPTH) {
    tooDeep = true;
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
  if (exhausted) tooDeep = true;
  if (reader.broken || tooDeep) return at;
  count = sortEntries(table, count);
  store<u8>(at++, 0x7b);
  for (let i: u32 = 0; i < count; i++) {
    const e = entry(table, i);
    if (i != 0) store<u8>(at++, 0x2c);
    store<u8>(at, 0x22);
    at = copy(at + 1, e.escapedAt, e.escapedSize);
    store<u16>(at, 0x3a22); // ":
    at = writeValue(at + 2, e.valueAt, e.valueSize, depth + 1);
    if (reader.broken || tooDeep) break;
  }
  pop(table);
  store<u8>(at, 0x7d);
  return at + 1;
}

function writeList(at: usize, from: usize, size: usize, depth: i32): usize {
  if (depth > MAX_DEPTH) {
    tooDeep = true;
    return at;
  }
  const end = from + size;
  let next = from;
  let first = true;
  store<u8>(at++, 0x5b);
  while (next < end && !tooDeep && !reader.broken) {
    reader.seek(next);
    reader.bound(end);
    const tag = reader.varint();
    if (tag != 0x0a) {
      skipField(tag);
      next = reader.at;
      continue;
    }
    const length = reader.size();
    const value = reader.at;
    reader.skip(length);
    next = reader.at;
    if (reader.broken) break;
    if (!first) store<u8>(at++, 0x2c);
    first = false;
    at = writeValue(at, value, length, depth + 1);
  }
  store<u8>(at, 0x5d);
  return at + 1;
}

/** Writes a Value. One without a kind is null, as in Go; if it has several kinds, the last one counts. */
function writeValue(at: usize, from: usize, size: u32, depth: i32): usize {
  let kind = KIND_NULL;
  let number: f64 = 0;
  let integer: i64 = 0;
  let flag: bool = false;
  let valueAt: usize = 0;
  let valueSize: u32 = 0;
  const end = from + size;
  reader.seek(from);
  reader.bound(end);
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag == 0x11) {
      const p = reader.at;
      reader.skip(8);
      if (reader.broken) break;
      number = load<f64>(p);
      kind = KIND_NUMBER;
    } else if (tag == 0x1a || tag == 0x2a || tag == 0x32) {
      valueSize = reader.size();
      valueAt = reader.at;
      reader.skip(valueSize);
      kind = tag == 0x1a ? KIND_STRING : tag == 0x2a ? KIND_STRUCT : KIND_LIST;
    } else if (tag == 0x20) {
      flag = reader.varint() != 0;
      kind = KIND_BOOL;
    } else if (tag == 0x08) {
      reader.varint();
      kind = KIND_NULL;
    } else if (tag == INTEGER_VALUE) {
      integer = <i64>reader.varint();
      kind = KIND_INTEGER;
    } else skipField(tag);
  }
  if (reader.broken) return at;
  if (kind == KIND_STRING) return writeJsonString(at, valueAt, valueSize);
  if (kind == KIND_NUMBER) return writeJsonNumber(at, number);
  if (kind == KIND_INTEGER) return writeSigned(at, integer);
  if (kind == KIND_BOOL) return flag ? copy(at, TRUE, 4) : copy(at, FALSE, 5);
  if (kind == KIND_STRUCT) return writeObject(at, valueAt, valueSize, depth);
  if (kind == KIND_LIST) return writeList(at, valueAt, valueSize, depth);
  return copy(at, NULL, 4);
}
