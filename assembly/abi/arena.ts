// Bump arena for everything that crosses the boundary: arguments of exports, results of imports, results of exports, and what a call
// needs for itself. The cabi_post_* functions reset it, so nothing in it outlives the call unless `arenaHold` keeps it, and nothing in it
// needs to be freed one by one. Safe only because calls into one instance never overlap (wit: exactly one call is in flight).
//
// The arena is one range behind the heap of managed objects. That heap has the memory that the instance begins with (asconfig.json:
// initialMemory), the arena grows behind it up to the maximum (maximumMemory). Everything large lies here, and a call begins where the one
// before it began, so what fits does not depend on the calls before it.

import { MEMORY_BYTES } from './budget';

const PAGE: usize = 1 << 16;
/** The largest that anybody asks for. */
const ALIGNMENT: usize = 16;
/** Memory is asked for in pieces of this size, as long as there are any. */
const STEP_PAGES: i32 = 16;
/** Where the arena begins, and its next free byte and its end. */
let base: usize = 0;
let top: usize = 0;
let end: usize = 0;
/** A reset goes back to here: what lies before it is held. */
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

/** The same, filled with zeros: a field that the glue does not know must not hold an old address. */
export function arenaZeroed(size: usize, align: usize): usize {
  const p = arenaAlloc(size, align);
  memory.fill(p, 0, size);
  return p;
}

/** What one block more can take. */
export function arenaLeft(): usize {
  const used = (<usize>memory.size()) << 16;
  const fresh = MEMORY_BYTES - used;
  const left = used == end ? end - top + fresh : max(end - top, fresh);
  return left > ALIGNMENT ? left - ALIGNMENT : 0;
}

/** True if `arenaAlloc` has room for this many bytes. To be asked before an allocation whose size the input tells. */
@inline
export function arenaFits(size: u64): bool {
  return size + ALIGNMENT <= <u64>(end - top) || size <= <u64>arenaLeft();
}

function extend(size: usize): bool {
  const fresh = (<usize>memory.size()) << 16;
  // At first there is none. Later the heap may have grown behind it: then the arena goes on behind the heap, with what it holds left where it is.
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

/** The place to go back to with `arenaRelease`. */
@inline
export function arenaMark(): usize {
  return top;
}

/** Gives back everything that was allocated since `mark`, which is of the same call. */
@inline
export function arenaRelease(mark: usize): void {
  // The arena has moved since: what is before the mark is elsewhere.
  top = mark >= base && mark <= top ? mark : top;
}

/** Makes a block larger in place, or says false: it is not the last one, or there is no room. */
export function arenaGrow(block: usize, oldSize: usize, newSize: usize): bool {
  if (block + oldSize != top || newSize < oldSize || newSize > <usize>i32.MAX_VALUE) return false;
  const more = newSize - oldSize;
  if (more > end - top && !((<usize>memory.size()) << 16 == end && extend(more))) return false;
  top += more;
  return true;
}

/** Where bytes begin that outlive calls: room for those that the caller has in the arena already, moved down in their order. */
@inline
export function arenaBase(): usize {
  return base;
}

/** True if the arena lies where `address` is, and has not moved since. */
@inline
export function arenaHas(address: usize): bool {
  return address >= base && address < end;
}

/** Keeps what lies before `until` over the end of the call; `arenaBase()`: nothing any more. */
export function arenaHold(until: usize): void {
  floor = until;
}

export function arenaReset(): void {
  top = floor;
}
