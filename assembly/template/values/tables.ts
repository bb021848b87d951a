// Tables of entries sorted by the bytes of their keys: the content of maps.
import { alloc, failed } from './limits';
import { PAIR, PAIR_VALUE, Pair, Table, Type, Value, copyValue, set } from './value';


@inline
export function pairAt(table: Table, i: u32): Pair {
  return changetype<Pair>(<usize>table.at + <usize>i * PAIR);
}


@inline
export function pairValue(table: Table, i: u32): Value {
  return changetype<Value>(<usize>table.at + <usize>i * PAIR + PAIR_VALUE);
}

export function newTable(capacity: u32): Table {
  const table = changetype<Table>(alloc(16));
  const size = <usize>max(4, capacity) * PAIR;
  table.count = 0;
  table.capacity = max(4, capacity);
  table.at = <u32>alloc(size);
  if (failed) table.capacity = 0;
  return table;
}

export function setMap(v: Value, table: Table, type: u8 = Type.map): void {
  set(v, type, 0, <u64>changetype<usize>(table));
}

/** Compares keys as Go compares strings. */
export function compareBytes(a: usize, aSize: u32, b: usize, bSize: u32): i32 {
  const common = min(aSize, bSize);
  for (let i: u32 = 0; i < common; i++) {
    const x = load<u8>(a + i);
    const y = load<u8>(b + i);
    if (x != y) return x < y ? -1 : 1;
  }
  return aSize == bSize ? 0 : aSize < bSize ? -1 : 1;
}

/** Set by `find`: where the key belongs. */
export let position: u32 = 0;

/** True if the map has the key; `position` is then its number. */
export function find(table: Table, at: usize, size: u32): bool {
  let low: u32 = 0;
  let high = table.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const pair = pairAt(table, middle);
    const order = compareBytes(pair.keyAt, pair.keySize, at, size);
    if (order == 0) {
      position = middle;
      return true;
    }
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  position = low;
  return false;
}

/** The value of a key, or null. */
export function lookup(table: Table, at: usize, size: u32): Value | null {
  return find(table, at, size) ? pairValue(table, position) : null;
}

export function put(table: Table, keyAt: usize, keySize: u32, value: Value): void {
  if (find(table, keyAt, keySize)) {
    copyValue(pairValue(table, position), value);
    return;
  }
  if (table.count == table.capacity) {
    const capacity = max(4, table.capacity * 2);
    const moved = alloc(<usize>capacity * PAIR);
    if (failed) return;
    memory.copy(moved, table.at, <usize>table.count * PAIR);
    table.at = <u32>moved;
    table.capacity = capacity;
  }
  const at = <usize>table.at + <usize>position * PAIR;
  memory.copy(at + PAIR, at, <usize>(table.count - position) * PAIR);
  table.count++;
  const pair = changetype<Pair>(at);
  pair.keyAt = <u32>keyAt;
  pair.keySize = keySize;
  copyValue(changetype<Value>(at + PAIR_VALUE), value);
}

export function remove(table: Table, keyAt: usize, keySize: u32): void {
  if (!find(table, keyAt, keySize)) return;
  const at = <usize>table.at + <usize>position * PAIR;
  memory.copy(at, at + PAIR, <usize>(table.count - position - 1) * PAIR);
  table.count--;
}

/** A map of its own with the same entries. */
export function copyTable(from: Table): Table {
  const table = newTable(from.count);
  if (failed) return table;
  memory.copy(table.at, from.at, <usize>from.count * PAIR);
  table.count = from.count;
  return table;
}

/** Sorts entries that were added in any order, and keeps the last of equal keys. */
export function sortTable(table: Table): void {
  const n = table.count;
  if (n > 64) heapSort(table);
  else {
    for (let i: u32 = 1; i < n; i++) {
      if (order(table, i - 1, i) <= 0) continue;
      let j = i;
      store3(SWAP, pairAt(table, i));
      const held = changetype<Pair>(SWAP);
      while (j > 0 && comparePairs(pairAt(table, j - 1), held) > 0) {
        store3(changetype<usize>(pairAt(table, j)), pairAt(table, j - 1));
        j--;
      }
      store3(changetype<usize>(pairAt(table, j)), held);
    }
  }
  let kept: u32 = 0;
  for (let i: u32 = 1; i < n; i++) {
    const a = pairAt(table, kept);
    const b = pairAt(table, i);
    if (compareBytes(a.keyAt, a.keySize, b.keyAt, b.keySize) != 0) kept++;
    if (kept != i) store3(changetype<usize>(pairAt(table, kept)), b);
  }
  if (n > 0) table.count = kept + 1;
}

const SWAP = heap.alloc(PAIR);


@inline
function store3(to: usize, from: Pair): void {
  const at = changetype<usize>(from);
  store<u64>(to, load<u64>(at));
  store<u64>(to, load<u64>(at, 8), 8);
  store<u64>(to, load<u64>(at, 16), 16);
}

/** Equal keys stay in the order of the input, which is that of their addresses. */
function comparePairs(a: Pair, b: Pair): i32 {
  const c = compareBytes(a.keyAt, a.keySize, b.keyAt, b.keySize);
  return c != 0 ? c : a.keyAt < b.keyAt ? -1 : 1;
}

function order(table: Table, i: u32, j: u32): i32 {
  return comparePairs(pairAt(table, i), pairAt(table, j));
}

function swap(table: Table, i: u32, j: u32): void {
  store3(SWAP, pairAt(table, i));
  store3(changetype<usize>(pairAt(table, i)), pairAt(table, j));
  store3(changetype<usize>(pairAt(table, j)), changetype<Pair>(SWAP));
}

function heapSort(table: Table): void {
  const n = table.count;
  for (let i = n >> 1; i > 0; i--) sift(table, i - 1, n);
  for (let last = n - 1; last > 0; last--) {
    swap(table, 0, last);
    sift(table, 0, last);
  }
}

function sift(table: Table, root: u32, n: u32): void {
  while (true) {
    let c: u32 = 2 * root + 1;
    if (c >= n) return;
    if (c + 1 < n && order(table, c, c + 1) < 0) c++;
    if (order(table, root, c) >= 0) return;
    swap(table, root, c);
    root = c;
  }
}
