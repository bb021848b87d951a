// The entries of one protobuf map, sorted as goccy/go-json sorts the keys of an object: by the bytes of the *escaped* key with its
// quotes, so that a key's closing quote counts ("a!" is before "a"). Of equal keys the last one is kept. The table lies in the scratch
// memory, which may move with every push: the address of an entry is invalid after a push.
import { arenaAlloc, arenaFits } from '../abi/arena';
import { exhaust, exhausted, push, scratch } from '../bytes/scratch';
import { MAX_ESCAPE, escapeInto, isPlain } from './string';


@unmanaged
export class Entry {
  /** The key as JSON, without quotes. */
  escapedAt: u32;
  escapedSize: u32;
  keyAt: u32;
  keySize: u32;
  valueAt: u32;
  valueSize: u32;
}
const ENTRY_SIZE: usize = 24;
// Up to this number insertion sort is faster than heapsort.
const FEW: u32 = 24;


@inline
export function entry(table: usize, i: u32): Entry {
  return changetype<Entry>(scratch + table + <usize>i * ENTRY_SIZE);
}

/** Adds an entry. The table must be the last block on the scratch stack. Without room it adds none and sets `exhausted`. */
export function addEntry(keyAt: usize, keySize: u32, valueAt: usize, valueSize: u32): void {
  const offset = push(ENTRY_SIZE); // first: it may move the scratch memory
  if (exhausted) return;
  const e = changetype<Entry>(scratch + offset);
  e.keyAt = <u32>keyAt;
  e.keySize = keySize;
  e.valueAt = <u32>valueAt;
  e.valueSize = valueSize;
  e.escapedAt = <u32>keyAt;
  e.escapedSize = keySize;
  if (isPlain(keyAt, keySize)) return;
  if (!arenaFits(<u64>keySize * MAX_ESCAPE)) {
    exhaust();
    return;
  }
  const text = arenaAlloc(<usize>keySize * MAX_ESCAPE, 1);
  e.escapedAt = <u32>text;
  e.escapedSize = <u32>(escapeInto(text, keyAt, keySize) - text);
}

/** Sorts the first `count` entries, drops repeated keys, and returns the number of entries that are left. */
export function sortEntries(table: usize, count: u32): u32 {
  const at = scratch + table;
  if (count <= FEW) insertionSort(at, count);
  else heapSort(at, count);
  return dropRepeated(at, count);
}

/** Compares two entries. Equal keys are ordered by their address, which is the order of the input, so that the last one is known. */
function before(a: Entry, b: Entry): bool {
  const order = compareKeys(a, b);
  return order < 0 || (order == 0 && a.keyAt < b.keyAt);
}

function compareKeys(a: Entry, b: Entry): i32 {
  const common = min(a.escapedSize, b.escapedSize);
  let i: u32 = 0;
  for (; i + 8 <= common; i += 8) {
    const x = load<u64>(a.escapedAt + i);
    const y = load<u64>(b.escapedAt + i);
    if (x != y) return bswap(x) < bswap(y) ? -1 : 1;
  }
  for (; i < common; i++) {
    const x = load<u8>(a.escapedAt + i);
    const y = load<u8>(b.escapedAt + i);
    if (x != y) return x < y ? -1 : 1;
  }
  if (a.escapedSize == b.escapedSize) return 0;
  // The shorter key ends with its quote, and an escaped text never contains a bare quote.
  if (a.escapedSize > common) return load<u8>(a.escapedAt + i) < 0x22 ? -1 : 1;
  return load<u8>(b.escapedAt + i) < 0x22 ? 1 : -1;
}


@inline
function move(to: usize, from: usize): void {
  store<u64>(to, load<u64>(from));
  store<u64>(to, load<u64>(from, 8), 8);
  store<u64>(to, load<u64>(from, 16), 16);
}

const HELD = memory.data(24, 8);

function insertionSort(at: usize, count: u32): void {
  const end = at + <usize>count * ENTRY_SIZE;
  for (let next = at + ENTRY_SIZE; next < end; next += ENTRY_SIZE) {
    if (!before(changetype<Entry>(next), changetype<Entry>(next - ENTRY_SIZE))) continue;
    move(HELD, next);
    let hole = next;
    do {
      move(hole, hole - ENTRY_SIZE);
      hole -= ENTRY_SIZE;
    } while (hole > at && before(changetype<Entry>(HELD), changetype<Entry>(hole - ENTRY_SIZE)));
    move(hole, HELD);
  }
}

function heapSort(at: usize, count: u32): void {
  for (let i = count >> 1; i > 0; i--) sift(at, i - 1, count);
  for (let last = count - 1; last > 0; last--) {
    const end = at + <usize>last * ENTRY_SIZE;
    move(HELD, at);
    move(at, end);
    move(end, HELD);
    sift(at, 0, last);
  }
}

function sift(at: usize, root: u32, count: u32): void {
  while (true) {
    let child: u32 = 2 * root + 1;
    if (child >= count) return;
    let childAt = at + <usize>child * ENTRY_SIZE;
    if (child + 1 < count && before(changetype<Entry>(childAt), changetype<Entry>(childAt + ENTRY_SIZE))) {
      child++;
      childAt += ENTRY_SIZE;
    }
    const rootAt = at + <usize>root * ENTRY_SIZE;
    if (!before(changetype<Entry>(rootAt), changetype<Entry>(childAt))) return;
    move(HELD, rootAt);
    move(rootAt, childAt);
    move(childAt, HELD);
    root = child;
  }
}

function dropRepeated(at: usize, count: u32): u32 {
  if (count == 0) return 0;
  let kept = at;
  for (let i: u32 = 1; i < count; i++) {
    const next = at + <usize>i * ENTRY_SIZE;
    if (compareKeys(changetype<Entry>(kept), changetype<Entry>(next)) != 0) kept += ENTRY_SIZE;
    if (kept != next) move(kept, next);
  }
  return <u32>((kept - at) / ENTRY_SIZE) + 1;
}
