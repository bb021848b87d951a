// One growing output in the arena. Addresses in it are valid until the next `reserve`: keep offsets from `base` instead.
import { arenaAlloc, arenaFits, arenaGrow, arenaLeft } from '../abi/arena';
import { copy } from './memory';

export let base: usize = 0;
let end: usize = 0;

/** Starts a new output of this capacity, or of half of the memory that is left, and returns where to write. */
export function open(capacity: u64): usize {
  const size = <usize>min<u64>(capacity, arenaLeft() >> 1);
  base = arenaAlloc(size, 8);
  end = base + size;
  return base;
}

/** Makes room for `size` bytes at `at`, the end of the written bytes. Returns the new address of that end, or 0 if there is no memory. */
@inline
export function reserve(at: usize, size: usize): usize {
  return size <= end - at ? at : grow(at, size);
}

function grow(at: usize, size: usize): usize {
  const used = at - base;
  const needed = used + size;
  const wanted = needed + (used >> 1) + 4096;
  const capacity = end - base;
  if (arenaGrow(base, capacity, needed)) {
    end = base + needed;
    return at;
  }
  if (!arenaFits(needed)) return 0;
  const moved = arenaFits(wanted) ? wanted : needed;
  const from = base;
  base = arenaAlloc(moved, 8);
  end = base + moved;
  return copy(base, from, used);
}
