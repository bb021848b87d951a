// A bump arena for everything that crosses the boundary: arguments of exports, results of imports, results of exports, and the temporary memory of
// a call. The cabi_post_* functions reset it, so nothing in it outlives the call unless `arenaHold` keeps it, and no block is freed by itself. That
// is safe only because calls into one instance never overlap (wit: exactly one call is in flight).
//
// The arena is one range after the heap of managed objects. The heap has the memory that the instance begins with (asconfig.json: initialMemory),
// and the arena grows after it up to the maximum (maximumMemory). Everything large lies in the arena, and every call begins at the same place in
// it, so whether something fits does not depend on the calls before.

import { MEMORY_BYTES } from './budget';

const PAGE: usize = 1 << 16;
/** The largest alignment that a caller asks for. */
const ALIGNMENT: usize = 16;
/** The memory grows by at least this many pages, as long as the maximum allows it. */
const STEP_PAGES: i32 = 16;
/** Addresses of the beginning of the arena, of its next free byte, and of its end. */
let base: usize = 0;
let top: usize = 0;
let end: usize = 0;
/** The address to which a reset goes back. The bytes before it are held. */
let floor: usize = 0;

export function arenaAlloc(size: usize, align: usize): usize {
  let p = (top + align - 1) & ~(align - 1);
  if (p > end || size > end - p) {
    if (!extend(size + align)) refuse(size);
    p = (top + align - 1) & ~(align - 1);
  }
  top = p + size;
  return p;
}

/** `arenaAlloc` with zeros: a field that the caller does not set must not hold an old address. */
export function arenaZeroed(size: usize, align: usize): usize {
  const p = arenaAlloc(size, align);
  memory.fill(p, 0, size);
  return p;
}

/** Size of the largest block that can still be allocated. */
export function arenaLeft(): usize {
  const used = (<usize>memory.size()) << 16;
  const fresh = MEMORY_BYTES - used;
  const left = used == end ? end - top + fresh : max(end - top, fresh);
  return left > ALIGNMENT ? left - ALIGNMENT : 0;
}

/** True if `arenaAlloc` has room for this many bytes. Must be asked before an allocation whose size depends on the input. */
@inline
export function arenaFits(size: u64): bool {
  return size + ALIGNMENT <= <u64>(end - top) || size <= <u64>arenaLeft();
}

function extend(size: usize): bool {
  const fresh = (<usize>memory.size()) << 16;
  // At first there is no arena. Later the heap may have grown after it: then the arena continues after the heap, and its blocks stay where they are.
  const moves = fresh != end;
  const missing = moves ? size : size - (end - top);
  const pages = <i32>((missing + PAGE - 1) >> 16);
  if (memory.grow(max(pages, STEP_PAGES)) < 0 && memory.grow(pages) < 0) return false;
  if (moves) base = top = floor = fresh;
  end = (<usize>memory.size()) << 16;
  return true;
}

function refuse(size: usize): void {
  abort('out of memory: ' + size.toString() + ' bytes more do not fit into ' + arenaLeft().toString() + ' of ' + MEMORY_BYTES.toString());
}

/** A mark for `arenaRelease`. */
@inline
export function arenaMark(): usize {
  return top;
}

/** Frees everything that was allocated since `mark`. The mark must be of the same call. */
@inline
export function arenaRelease(mark: usize): void {
  // If the arena has moved since then, the mark lies outside it, and nothing is freed.
  top = mark >= base && mark <= top ? mark : top;
}

/** Makes a block larger in place. False: it is not the last block, or there is no room. */
export function arenaGrow(block: usize, oldSize: usize, newSize: usize): bool {
  if (block + oldSize != top || newSize < oldSize || newSize > <usize>i32.MAX_VALUE) return false;
  const more = newSize - oldSize;
  if (more > end - top && !((<usize>memory.size()) << 16 == end && extend(more))) return false;
  top += more;
  return true;
}

/** The address for bytes that must outlive the call. The caller moves them there from elsewhere in the arena, in their order. */
@inline
export function arenaBase(): usize {
  return base;
}

/** True if `address` lies in the arena. False if the arena has moved since the block was allocated. */
@inline
export function arenaHas(address: usize): bool {
  return address >= base && address < end;
}

/** Keeps the bytes before `until` when the call ends; `arenaBase()`: keeps none. */
export function arenaHold(until: usize): void {
  floor = until;
}

export function arenaReset(): void {
  top = floor;
}
