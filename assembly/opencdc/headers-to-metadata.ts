// Writes the headers of the current record (record-set-reader) as metadata entries. header-keys.ts describes the mapping;
// metadata-to-headers.ts is the other direction.
import { base64Size, writeBase64 } from '../bytes/base64';
import { decimalSize } from '../bytes/decimal';
import { copy, same } from '../bytes/memory';
import { bytesFieldSize, writeBytesHead } from '../bytes/protobuf';
import { exhausted, pop, push, scratch } from '../bytes/scratch';
import { isUtf8 } from '../bytes/utf8';
import * as record from '../kafka/record-set-reader';
import {
  KAFKA_SIZE,
  NAME_PREFIX,
  NAME_PREFIX_SIZE,
  NULL_NAME_PREFIX,
  NULL_NAME_PREFIX_SIZE,
  NULL_PREFIX,
  NULL_PREFIX_SIZE,
  PREFIX,
  PREFIX_SIZE,
  REPEATED_PREFIX,
  REPEATED_PREFIX_SIZE,
  VALUE_PREFIX,
  VALUE_PREFIX_SIZE,
} from './header-keys';

const TEXT: u32 = 0;
const VALUE: u32 = 1;
const NAME: u32 = 2;
const NULL: u32 = 3;
const NULL_NAME: u32 = 4;
const DROPPED: u32 = 5;
/** Added to a kind: a later header has the same name. */
const REPEATED: u32 = 8;


@unmanaged
class Header {
  nameAt: u32;
  nameSize: u32;
  valueAt: u32;
  valueSize: u32;
  kind: u32;
}
const HEADER_SIZE: usize = 20;
// Up to this number comparing all pairs is faster than a hash table.
const FEW: u32 = 12;

let count: u32 = 0;
let keepsAll: bool = false;
/** Digits of the index of a repeated header. */
let indexSize: u32 = 0;

/** True: repeated headers and null values are kept. */
export function keepAllHeaders(keep: bool): void {
  keepsAll = keep;
}


@inline
function header(i: u32): Header {
  return changetype<Header>(scratch + <usize>i * HEADER_SIZE);
}


@inline
function keySize(h: Header): u32 {
  return h.kind == TEXT ? PREFIX_SIZE + h.nameSize : otherKeySize(h);
}

function otherKeySize(h: Header): u32 {
  const kind = h.kind & ~REPEATED;
  let size: u32 = kind == NAME || kind == NULL_NAME ? base64Size(h.nameSize) : h.nameSize;
  if (kind == TEXT) size += PREFIX_SIZE;
  else if (kind == VALUE) size += VALUE_PREFIX_SIZE;
  else if (kind == NAME) size += NAME_PREFIX_SIZE;
  else size += kind == NULL ? NULL_PREFIX_SIZE : NULL_NAME_PREFIX_SIZE;
  return h.kind == kind ? size : size + REPEATED_PREFIX_SIZE + indexSize + 1 - KAFKA_SIZE;
}


@inline
function textSize(h: Header): u32 {
  const kind = h.kind & ~REPEATED;
  return kind == VALUE || kind == NAME ? base64Size(h.valueSize) : h.valueSize;
}

/**
 * Reads the record's headers into the scratch memory, where they stay until the next record. Returns the size of their metadata entries in bytes; 0
 * if the headers cannot be read, or do not fit into the memory (`exhausted`).
 */
export function collectHeaders(): u32 {
  count = record.headersLeft;
  pop(0); // the headers of a record that was measured but not written may be there
  push(<u64>count * HEADER_SIZE);
  if (exhausted) return 0;
  for (let i: u32 = 0; i < count; i++) {
    if (!record.nextHeader()) return 0;
    const h = header(i);
    h.nameAt = <u32>record.headerNameAt;
    h.nameSize = record.headerNameSize;
    h.valueAt = <u32>record.headerValueAt;
    h.valueSize = <u32>max(record.headerValueSize, 0);
    h.kind = !isUtf8(h.nameAt, h.nameSize) ? NAME : isUtf8(h.valueAt, h.valueSize) ? TEXT : VALUE;
    if (keepsAll && record.headerValueSize < 0) h.kind = h.kind == NAME ? NULL_NAME : NULL;
  }
  indexSize = count == 0 ? 0 : decimalSize(count - 1);
  if (count > FEW) markRepeatedByHash();
  else markRepeated();
  if (exhausted) return 0;
  let size: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const h = header(i);
    if (h.kind == DROPPED) continue;
    size += bytesFieldSize(bytesFieldSize(keySize(h)) + bytesFieldSize(textSize(h)));
  }
  return size;
}


@inline
function sameName(a: Header, b: Header): bool {
  return a.nameSize == b.nameSize && same(a.nameAt, b.nameAt, a.nameSize);
}

/** A later header has the same name. */
function repeat(h: Header): void {
  h.kind = keepsAll ? h.kind | REPEATED : DROPPED;
}

function markRepeated(): void {
  for (let i: u32 = 1; i < count; i++) {
    const later = header(i);
    for (let j: u32 = 0; j < i; j++) {
      const earlier = header(j);
      if (sameName(earlier, later)) repeat(earlier);
    }
  }
}

/** Goes from the last header to the first, so that a header whose name is in the table already is repeated later. */
function markRepeatedByHash(): void {
  const slots: u32 = 1 << (33 - clz(count));
  const table = push((<u64>slots) << 2);
  if (exhausted) return;
  memory.fill(scratch + table, 0, (<usize>slots) << 2);
  for (let i: u32 = count; i > 0; i--) {
    const h = header(i - 1);
    let slot = hash(h.nameAt, h.nameSize) & (slots - 1);
    while (true) {
      const at = scratch + table + ((<usize>slot) << 2);
      const other = load<u32>(at);
      if (other == 0) {
        store<u32>(at, i);
        break;
      }
      if (sameName(header(other - 1), h)) {
        repeat(h);
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
  }
}

/** FNV-1a. */
function hash(at: usize, size: usize): u32 {
  let h: u32 = 0x811c9dc5;
  for (let i: usize = 0; i < size; i++) h = (h ^ load<u8>(at + i)) * 0x01000193;
  return h ^ (h >>> 15);
}

/** Writes the entries that `collectHeaders` read, and returns their end. */
export function writeHeaders(at: usize): usize {
  for (let i: u32 = 0; i < count; i++) {
    const h = header(i);
    if (h.kind == DROPPED) continue;
    const key = keySize(h);
    const text = textSize(h);
    at = writeBytesHead(at, 0x1a, bytesFieldSize(key) + bytesFieldSize(text));
    at = writeBytesHead(at, 0x0a, key);
    at = h.kind == TEXT ? copy(copy(at, PREFIX, PREFIX_SIZE), h.nameAt, h.nameSize) : writeOtherKey(at, h, i);
    at = writeBytesHead(at, 0x12, text);
    at = text == h.valueSize ? copy(at, h.valueAt, h.valueSize) : writeBase64(at, h.valueAt, h.valueSize);
  }
  return at;
}

function writeOtherKey(at: usize, h: Header, index: u32): usize {
  const kind = h.kind & ~REPEATED;
  if (kind != h.kind) at = writeIndex(copy(at, REPEATED_PREFIX, REPEATED_PREFIX_SIZE), index);
  const skipped: u32 = kind == h.kind ? 0 : KAFKA_SIZE;
  if (kind == TEXT) at = copy(at, PREFIX + skipped, PREFIX_SIZE - skipped);
  else if (kind == VALUE) at = copy(at, VALUE_PREFIX + skipped, VALUE_PREFIX_SIZE - skipped);
  else if (kind == NAME) at = copy(at, NAME_PREFIX + skipped, NAME_PREFIX_SIZE - skipped);
  else if (kind == NULL) at = copy(at, NULL_PREFIX + skipped, NULL_PREFIX_SIZE - skipped);
  else at = copy(at, NULL_NAME_PREFIX + skipped, NULL_NAME_PREFIX_SIZE - skipped);
  return kind == NAME || kind == NULL_NAME ? writeBase64(at, h.nameAt, h.nameSize) : copy(at, h.nameAt, h.nameSize);
}

/** Writes the index with `indexSize` digits, and a dot. */
function writeIndex(at: usize, index: u32): usize {
  for (let i = indexSize; i > 0; i--) {
    store<u8>(at + i - 1, <u8>(0x30 + (index % 10)));
    index /= 10;
  }
  store<u8>(at + indexSize, 0x2e);
  return at + indexSize + 1;
}
