// Writes the metadata of the current record as Kafka headers. header-keys.ts describes the mapping; headers-to-metadata.ts is the other
// direction.
import { arenaAlloc, arenaFits } from '../abi/arena';
import { readBase64 } from '../bytes/base64';
import { copy, same } from '../bytes/memory';
import { exhaust, exhausted } from '../bytes/scratch';
import { varintSize, writeVarint, zigzag } from '../bytes/varint';
import { Entry, entry } from '../json/entries';
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


@unmanaged
class Header {
  nameAt: u32;
  nameSize: u32;
  valueAt: u32;
  /** -1: null. */
  valueSize: i32;
}
const HEADER_SIZE: usize = 16;

let count: u32 = 0;
/** The first of the headers whose names are repeated by others; `count` if there is none. They are written first. */
let firstRepeated: u32 = 0;
const FEW: u32 = 64;
const fewHeaders = heap.alloc(<usize>FEW * HEADER_SIZE);
let list: usize = fewHeaders;

/** The metadata entry whose key or value is not base64, by its key. */
export let badKey: string = '';

/** Finds the headers among the first `entries` metadata entries. Returns the size of headers and header count in bytes, or -1: see `exhausted`, else `badKey`. */
export function collectHeaders(entries: u32): i32 {
  count = 0;
  firstRepeated = u32.MAX_VALUE;
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
    } else {
      // The keys are sorted, so the repeated headers are the last ones.
      const skipped = begins(e, REPEATED_PREFIX, REPEATED_PREFIX_SIZE) ? afterIndex(e) : 0;
      const found = skipped == 0 ? otherHeader(h, e, 0) : repeatedHeader(h, e, skipped);
      if (found < 0) return -1;
      if (found == 0) continue;
      if (skipped != 0) firstRepeated = min(firstRepeated, count);
    }
    count++;
    size += varintSize(zigzag(h.nameSize)) + h.nameSize + varintSize(zigzag(h.valueSize)) + <u32>max(h.valueSize, 0);
  }
  firstRepeated = min(firstRepeated, count);
  return size + varintSize(zigzag(count));
}

/** The size of the prefix and the index of the key of a repeated header; 0 if there is no index. */
function afterIndex(e: Entry): u32 {
  let at: u32 = REPEATED_PREFIX_SIZE;
  while (at < e.keySize && <u32>load<u8>(e.keyAt + at) - 0x30 < 10) at++;
  return at > REPEATED_PREFIX_SIZE && at < e.keySize && load<u8>(e.keyAt + at) == 0x2e ? at + 1 : 0;
}

/** As `otherHeader`. */
function repeatedHeader(h: Header, e: Entry, skipped: u32): i32 {
  const rest = PREFIX_SIZE - KAFKA_SIZE;
  if (!beginsAt(e, skipped, PREFIX + KAFKA_SIZE, rest)) return otherHeader(h, e, skipped);
  setName(h, e, skipped + rest);
  h.valueAt = e.valueAt;
  h.valueSize = e.valueSize;
  return 1;
}

/**
 * Reads a header whose key does not begin with PREFIX. Its form begins after `skipped` bytes of the key, and then without "kafka.". 1: it is one,
 * 0: it is none, -1: it is not base64.
 */
function otherHeader(h: Header, e: Entry, skipped: u32): i32 {
  const cut = skipped == 0 ? 0 : KAFKA_SIZE;
  if (beginsAt(e, skipped, VALUE_PREFIX + cut, VALUE_PREFIX_SIZE - cut)) {
    setName(h, e, skipped + VALUE_PREFIX_SIZE - cut);
    return decodeValue(h, e) ? 1 : bad(e);
  }
  if (beginsAt(e, skipped, NAME_PREFIX + cut, NAME_PREFIX_SIZE - cut))
    return decodeName(h, e, skipped + NAME_PREFIX_SIZE - cut) && decodeValue(h, e) ? 1 : bad(e);
  if (beginsAt(e, skipped, NULL_PREFIX + cut, NULL_PREFIX_SIZE - cut)) setName(h, e, skipped + NULL_PREFIX_SIZE - cut);
  else if (!beginsAt(e, skipped, NULL_NAME_PREFIX + cut, NULL_NAME_PREFIX_SIZE - cut)) return 0;
  else if (!decodeName(h, e, skipped + NULL_NAME_PREFIX_SIZE - cut)) return bad(e);
  h.valueAt = e.valueAt;
  h.valueSize = -1;
  return 1;
}


@inline
function begins(e: Entry, prefix: usize, size: u32): bool {
  return e.keySize >= size && same(e.keyAt, prefix, size);
}


@inline
function beginsAt(e: Entry, from: u32, prefix: usize, size: u32): bool {
  return e.keySize >= from + size && same(e.keyAt + from, prefix, size);
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

function decodeName(h: Header, e: Entry, from: u32): bool {
  const name = room(e.keySize);
  if (exhausted) return false;
  const end = readBase64(name, e.keyAt + from, e.keySize - from);
  h.nameAt = <u32>name;
  h.nameSize = <u32>(end - name);
  return end != 0;
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
  firstRepeated = 0;
  return 1;
}

/** Writes the header count and the headers, and returns their end. */
export function writeHeaders(at: usize): usize {
  at = writeVarint(at, zigzag(count));
  for (let i = firstRepeated; i < count; i++) at = writeHeader(at, i);
  for (let i: u32 = 0; i < firstRepeated; i++) at = writeHeader(at, i);
  return at;
}


@inline
function writeHeader(at: usize, i: u32): usize {
  const h = changetype<Header>(list + <usize>i * HEADER_SIZE);
  at = copy(writeVarint(at, zigzag(h.nameSize)), h.nameAt, h.nameSize);
  return copy(writeVarint(at, zigzag(h.valueSize)), h.valueAt, max(h.valueSize, 0));
}
