// One growing output in the arena. Addresses into it are good until the next `reserve`; keep distances from `base` instead.
import { arenaAlloc } from '../abi/arena';
import { copy } from './memory';

export let base: usize = 0;
let end: usize = 0;

/** Starts a new output and returns where to write. */
export function open(capacity: usize): usize {
  base = arenaAlloc(capacity, 8);
  end = base + capacity;
  return base;
}

/** Makes room for `size` bytes at `at`, the end of what is written; returns where that is now. */
@inline
export function reserve(at: usize, size: usize): usize {
  return size <= end - at ? at : grow(at, size);
}

function grow(at: usize, size: usize): usize {
  const used = at - base;
  const from = base;
  const capacity = used + size + (used >> 1) + 4096;
  open(capacity);
  return copy(base, from, used);
}
