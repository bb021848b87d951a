// The record as template data. Its metadata and structured data become maps when they are first used.
import { skipField } from '../../bytes/protobuf';
import * as reader from '../../bytes/reader';
import { entry } from '../../json/entries';
import { Data, RAW, STRUCTURED, after, before, key, metadataCount, operation, positionAt, positionSize } from '../../opencdc/record-reader';
import { enter, fail, failed, leave, step } from './limits';
import { newTable, pairAt, pairValue, sortTable } from './tables';
import { Pair, Table, Type, Value, Wrap, addressOf, element, newElements, set, setBool, setFloat, setInt, setNone, setText } from './value';

const STRUCT: u16 = 1;
const LIST: u16 = 2;
const METADATA: u16 = 3;

// The values of the current record, so that each is made only once.
const values = heap.alloc(16 * 4);
export const METADATA_VALUE = changetype<Value>(values);
export const KEY_VALUE = changetype<Value>(values + 16);
export const BEFORE_VALUE = changetype<Value>(values + 32);
export const AFTER_VALUE = changetype<Value>(values + 48);
export const RECORD_VALUE = changetype<Value>(heap.alloc(16));
set(RECORD_VALUE, Type.record, 0, 0);

/** Takes the record of record-reader. */
export function useRecord(): void {
  set(METADATA_VALUE, Type.metadata, 0, 0);
  if (metadataCount != 0) METADATA_VALUE.lazy = METADATA;
  setData(KEY_VALUE, key);
  setData(BEFORE_VALUE, before);
  setData(AFTER_VALUE, after);
}

function setData(v: Value, data: Data): void {
  if (data.kind == RAW) setText(v, data.at, data.size, Type.rawData);
  else if (data.kind == STRUCTURED) {
    set(v, Type.structuredData, data.size, data.at);
    v.lazy = STRUCT;
  } else setNone(v);
  v.wrap = Wrap.data;
}

export function setPosition(v: Value): void {
  setText(v, positionSize == 0 ? 0 : positionAt, positionSize, Type.position);
}

export function setOperation(v: Value): void {
  setInt(v, operation, Type.operation);
}

/** A metadata value by its key, without making the map. False: there is none. */
export function metadataValue(at: usize, size: u32, out: Value): bool {
  for (let i = metadataCount; i > 0; i--) {
    const e = entry(0, i - 1);
    if (e.keySize != size || memory.compare(e.keyAt, at, size) != 0) continue;
    setText(out, e.valueAt, e.valueSize);
    return true;
  }
  setNone(out);
  return false;
}

/** True for the metadata of the record while its map is not made. */
@inline
export function isRecordMetadata(v: Value): bool {
  return v.lazy == METADATA;
}

/** Makes the table of a map that is still protobuf. */
export function loadTable(v: Value): void {
  const kind = v.lazy;
  const at = addressOf(v);
  const size = v.size;
  v.lazy = 0;
  v.size = 0;
  if (kind == METADATA) loadMetadata(v);
  else if (enter()) {
    loadStruct(v, at, size);
    leave();
  }
  // A value that is copied from the record's own makes the record's own as well.
  if (kind == METADATA) share(METADATA_VALUE, v);
  else if (kind == STRUCT) {
    if (KEY_VALUE.lazy == STRUCT && addressOf(KEY_VALUE) == at) share(KEY_VALUE, v);
    else if (BEFORE_VALUE.lazy == STRUCT && addressOf(BEFORE_VALUE) == at) share(BEFORE_VALUE, v);
    else if (AFTER_VALUE.lazy == STRUCT && addressOf(AFTER_VALUE) == at) share(AFTER_VALUE, v);
  }
}

function share(own: Value, v: Value): void {
  own.lazy = 0;
  own.size = 0;
  own.bits = v.bits;
}

function loadMetadata(v: Value): void {
  const table = newTable(metadataCount);
  v.bits = <u64>changetype<usize>(table);
  if (failed) return;
  for (let i: u32 = 0; i < metadataCount; i++) {
    const e = entry(0, i);
    addPair(table, e.keyAt, e.keySize);
    setText(pairValue(table, i), e.valueAt, e.valueSize);
  }
  sortTable(table);
}

function addPair(table: Table, at: u32, size: u32): void {
  const pair: Pair = pairAt(table, table.count++);
  pair.keyAt = at;
  pair.keySize = size;
}

function loadStruct(v: Value, at: usize, size: u32): void {
  const limit = reader.limit;
  const cursor = reader.at;
  let count: u32 = 0;
  reader.start(at, at + size);
  while (reader.at < at + size) {
    const tag = reader.varint();
    if (tag == 0x0a) {
      reader.skip(reader.size());
      count++;
    } else skipField(tag);
  }
  const table = newTable(count);
  v.bits = <u64>changetype<usize>(table);
  reader.start(at, at + size);
  while (reader.at < at + size && !failed && step()) {
    const tag = reader.varint();
    if (tag == 0x0a) readPair(table, at + size);
    else skipField(tag);
  }
  if (reader.broken) fail('structured data is malformed');
  else sortTable(table);
  reader.start(cursor, limit);
}

function readPair(table: Table, outer: usize): void {
  const size = reader.size();
  const end = reader.at + size;
  reader.bound(end);
  let keyAt: usize = 8;
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
  if (table.count < table.capacity) {
    addPair(table, <u32>keyAt, keySize);
    readValue(pairValue(table, table.count - 1), valueAt, valueSize);
  }
  reader.seek(end);
  reader.bound(outer);
}

function readValue(v: Value, at: usize, size: u32): void {
  setNone(v);
  const end = at + size;
  reader.seek(at);
  reader.bound(end);
  while (reader.at < end && !reader.broken) {
    const tag = reader.varint();
    if (tag == 0x11) {
      const p = reader.at;
      reader.skip(8);
      if (!reader.broken) setFloat(v, load<f64>(p));
    } else if (tag == 0x1a || tag == 0x2a || tag == 0x32) {
      const length = reader.size();
      const p = reader.at;
      reader.skip(length);
      if (tag == 0x1a) setText(v, p, length);
      else {
        set(v, tag == 0x2a ? Type.map : Type.list, length, <u64>p);
        v.lazy = tag == 0x2a ? STRUCT : LIST;
        if (tag == 0x32) loadList(v, p, length);
        if (tag == 0x2a) loadTable(v);
        reader.seek(p + length);
        reader.bound(end);
      }
    } else if (tag == 0x20) setBool(v, reader.varint() != 0);
    else if (tag == 0x08) {
      reader.varint();
      setNone(v);
    } else if (tag == 0x78) setInt(v, <i64>reader.varint(), Type.int64);
    else skipField(tag);
  }
}

function loadList(v: Value, at: usize, size: u32): void {
  const end = at + size;
  let count: u32 = 0;
  reader.seek(at);
  reader.bound(end);
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag == 0x0a) {
      reader.skip(reader.size());
      count++;
    } else skipField(tag);
  }
  const items = newElements(count);
  set(v, Type.list, items == 0 ? 0 : count, <u64>items);
  if (items == 0) return;
  let next = at;
  let i: u32 = 0;
  while (next < end && i < count && !reader.broken && step()) {
    reader.seek(next);
    reader.bound(end);
    const tag = reader.varint();
    if (tag != 0x0a) {
      skipField(tag);
      next = reader.at;
      continue;
    }
    const length = reader.size();
    const p = reader.at;
    reader.skip(length);
    next = reader.at;
    if (!reader.broken) readValue(element(items, i++), p, length);
  }
}

const EMPTY = changetype<Table>(heap.alloc(16));
memory.fill(changetype<usize>(EMPTY), 0, 16);

/** The content of a map; an empty one of a nil map. */
export function tableOf(v: Value): Table {
  if (v.lazy != 0) loadTable(v);
  return v.bits == 0 ? EMPTY : changetype<Table>(addressOf(v));
}

/** The table to write to; fails for a nil map, as Go does. */
export function writable(v: Value): Table {
  const table = tableOf(v);
  if (table === EMPTY) fail('assignment to entry in nil map');
  return table;
}
