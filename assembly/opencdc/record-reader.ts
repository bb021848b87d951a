// Reads one opencdc.v1.Record. Its fields become module variables, its metadata a table of `entries`. Unknown fields are skipped. A repeated
// field is merged or replaces the first one, as protobuf specifies.
import { arenaAlloc, arenaFits } from '../abi/arena';
import { writeSigned } from '../bytes/decimal';
import { copy, literal } from '../bytes/memory';
import * as reader from '../bytes/reader';
import { exhaust, exhausted, pop } from '../bytes/scratch';
import { readEntry } from '../json/struct';
import { skipField } from '../bytes/protobuf';

/** The kinds of content of a Data. */
export const ABSENT: u32 = 0;
export const RAW: u32 = 1;
export const STRUCTURED: u32 = 2;


@unmanaged
export class Data {
  kind: u32;
  at: u32;
  size: u32;
}

export const key = changetype<Data>(heap.alloc(12));
export const before = changetype<Data>(heap.alloc(12));
export const after = changetype<Data>(heap.alloc(12));
export let positionAt: usize = 0;
export let positionSize: u32 = 0;
export let operation: i32 = 0;
/** Entries in the table at offset 0 of the scratch memory, in the order of the input. */
export let metadataCount: u32 = 0;
/** Bytes of structured data that was merged, outside of the record's own bytes. */
export let joinedSize: u32 = 0;

export const OPERATION_DELETE: i32 = 3;

/**
 * Reads the record at the reader. False: it is malformed. If `exhausted` is set, the record does not fit into the memory, and only its position is valid.
 * Afterwards the reader's limit is the end of the record.
 */
export function readRecord(size: u32): bool {
  const end = reader.at + size;
  reader.bound(end);
  clear(key);
  clear(before);
  clear(after);
  positionSize = 0;
  operation = 0;
  metadataCount = 0;
  joinedSize = 0;
  pop(0);
  while (reader.at < end) {
    const tag = reader.varint();
    if (tag == 0x1a) {
      readEntry(reader.size());
      if (!exhausted) metadataCount++;
    } else if (tag == 0x0a) {
      positionSize = reader.size();
      positionAt = reader.at;
      reader.skip(positionSize);
    } else if (tag == 0x10) operation = <i32>reader.varint();
    else if (tag == 0x22) readData(key);
    else if (tag == 0x2a) readChange();
    else skipField(tag);
  }
  return !reader.broken;
}


@inline
function clear(data: Data): void {
  data.kind = ABSENT;
  data.size = 0;
}

function readChange(): void {
  const outer = reader.limit;
  const size = reader.size();
  const end = reader.at + size;
  reader.bound(end);
  while (reader.at < end && !reader.broken) {
    const tag = reader.varint();
    if (tag == 0x0a) readData(before);
    else if (tag == 0x12) readData(after);
    else skipField(tag);
  }
  widen(outer);
}

function readData(data: Data): void {
  const outer = reader.limit;
  const size = reader.size();
  const end = reader.at + size;
  reader.bound(end);
  while (reader.at < end && !reader.broken) {
    const tag = reader.varint();
    if (tag != 0x0a && tag != 0x12) {
      skipField(tag);
      continue;
    }
    const size = reader.size();
    const at = reader.at;
    reader.skip(size);
    if (tag == 0x12 && data.kind == STRUCTURED) joinStructs(data, at, size);
    else {
      data.kind = tag == 0x0a ? RAW : STRUCTURED;
      data.at = <u32>at;
      data.size = size;
    }
  }
  widen(outer);
}


@inline
function widen(to: usize): void {
  reader.bound(to);
  if (reader.broken) reader.fail();
}

/** Concatenates two Structs: for protobuf the concatenation is the merged message. */
function joinStructs(data: Data, at: usize, size: u32): void {
  if (!arenaFits(<u64>data.size + size)) {
    exhaust();
    return;
  }
  const joined = arenaAlloc(data.size + size, 1);
  copy(copy(joined, data.at, data.size), at, size);
  data.at = <u32>joined;
  data.size += size;
  joinedSize += data.size;
}

const CREATE = literal('create');
const UPDATE = literal('update');
const DELETE = literal('delete');
const SNAPSHOT = literal('snapshot');
const OPERATION = literal('Operation(');

/** Most characters of an operation. */
export const MAX_OPERATION: usize = 24;

/** Writes the operation's name and returns the end. */
export function writeOperation(at: usize, value: i32 = operation): usize {
  if (value == 1) return copy(at, CREATE, 6);
  if (value == 2) return copy(at, UPDATE, 6);
  if (value == 3) return copy(at, DELETE, 6);
  if (value == 4) return copy(at, SNAPSHOT, 8);
  at = writeSigned(copy(at, OPERATION, 10), value);
  store<u8>(at, 0x29);
  return at + 1;
}
