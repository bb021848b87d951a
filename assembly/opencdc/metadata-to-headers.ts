// Writes the metadata of the current record as Kafka headers. header-keys.ts describes the mapping; headers-to-metadata.ts is the other
// direction.
import { arenaAlloc, arenaFits } from '../abi/arena';
import { readBase64 } from '../bytes/base64';
import { copy, same } from '../bytes/memory';
import { exhaust, exhausted } from '../bytes/scratch';
import { varintSize, writeVarint, zigzag } from '../bytes/varint';
import { Entry, entry } from '../json/entries';
import { NAME_PREFIX, NAME_PREFIX_SIZE, PREFIX, PREFIX_SIZE, VALUE_PREFIX, VALUE_PREFIX_SIZE } from './header-keys';


@unmanaged
class Header {
  nameAt: u32;
  nameSize: u32;
  valueAt: u32;
  valueSize: u32;
}
const HEADER_SIZE: usize = 16;

let count: u32 = 0;
const FEW: u32 = 64;
const fewHeaders = heap.alloc(<usize>FEW * HEADER_SIZE);
let list: usize = fewHeaders;

/** The metadata entry whose key or value is not base64, by its key. */
export let badKey: string = '';

/** Finds the headers among the first `entries` metadata entries. Returns the size of headers and header count in bytes, or -1: see `exhausted`, else `badKey`. */
export function collectHeaders(entries: u32): i32 {
  count = 0;
  list = entries <= FEW ? fewHeaders : room(<u64>entries * HEADER_SIZE);
  if (exhausted) return -1;
  let size: u32 = 0;
  for (let i: u32 = 0; i < entries; i++) {
    const e = entry(0, i);
    if (e.keySize < PREFIX_SIZE || load<u64>(e.keyAt) != load<u64>(PREFIX)) continue;
    const h = changetype<Header>(list + <usize>count * HEADER_SIZE);
    if (begins(e, PREFIX, PREFIX_SIZE)) {
      setName(h, e, PREFIX_SIZE);
      h.valueAt = e.valueAt;
      h.valueSize = e.valueSize;
    } else if (begins(e, VALUE_PREFIX, VALUE_PREFIX_SIZE)) {
      setName(h, e, VALUE_PREFIX_SIZE);
      if (!decodeValue(h, e)) return bad(e);
    } else if (begins(e, NAME_PREFIX, NAME_PREFIX_SIZE)) {
      const name = room(e.keySize);
      if (exhausted) return -1;
      const end = readBase64(name, e.keyAt + NAME_PREFIX_SIZE, e.keySize - NAME_PREFIX_SIZE);
      if (end == 0 || !decodeValue(h, e)) return bad(e);
      h.nameAt = <u32>name;
      h.nameSize = <u32>(end - name);
    } else continue;
    count++;
    size += varintSize(zigzag(h.nameSize)) + h.nameSize + varintSize(zigzag(h.valueSize)) + h.valueSize;
  }
  return size + varintSize(zigzag(count));
}


@inline
function begins(e: Entry, prefix: usize, size: u32): bool {
  return e.keySize >= size && same(e.keyAt, prefix, size);
}


@inline
function setName(h: Header, e: Entry, prefixSize: u32): void {
  h.nameAt = e.keyAt + prefixSize;
  h.nameSize = e.keySize - prefixSize;
}

/** Memory until the next record; 0, and `exhausted`, if there is none. */
function room(size: u64): usize {
  if (arenaFits(size)) return arenaAlloc(<usize>size, 8);
  exhaust();
  return 0;
}

function decodeValue(h: Header, e: Entry): bool {
  const value = room(e.valueSize);
  if (exhausted) return false;
  const end = readBase64(value, e.valueAt, e.valueSize);
  h.valueAt = <u32>value;
  h.valueSize = <u32>(end - value);
  return end != 0;
}

function bad(e: Entry): i32 {
  if (exhausted) return -1;
  badKey = String.UTF8.decodeUnsafe(e.keyAt, min(e.keySize, 200));
  return -1;
}

/** `collectHeaders` for a destination that writes no headers. */
export function noHeaders(): i32 {
  count = 0;
  return 1;
}

/** Writes the header count and the headers, and returns their end. */
export function writeHeaders(at: usize): usize {
  at = writeVarint(at, zigzag(count));
  for (let i: u32 = 0; i < count; i++) {
    const h = changetype<Header>(list + <usize>i * HEADER_SIZE);
    at = copy(writeVarint(at, zigzag(h.nameSize)), h.nameAt, h.nameSize);
    at = copy(writeVarint(at, zigzag(h.valueSize)), h.valueAt, h.valueSize);
  }
  return at;
}
