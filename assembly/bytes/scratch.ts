// A growing stack of temporary memory, for tables whose size depends on the input. A small stack lies in the heap for the life of the instance; a
// larger one lies in the arena until `reset`. Growing moves it: keep offsets, and read `scratch` again after a `push`.
import { arenaAlloc, arenaFits, arenaGrow } from '../abi/arena';

const SMALL: usize = 1 << 16;
const small = heap.alloc(SMALL);
let capacity: usize = SMALL;
let top: usize = 0;
export let scratch: usize = small;

/** True if memory did not suffice since the last `reset`: the content of the stack is not complete. */
export let exhausted: bool = false;

/** Sets `exhausted` because memory outside the stack did not suffice. */
export function exhaust(): void {
  exhausted = true;
}

/** Offset of `size` new bytes, aligned to 8. Without room for them it sets `exhausted` and returns 0, where at least 64 KiB can be overwritten. */
export function push(size: u64): usize {
  const offset = top;
  const next = (<u64>offset + size + 7) & ~7;
  if (next > <u64>capacity && !widen(next)) {
    exhausted = true;
    return 0;
  }
  top = <usize>next;
  return offset;
}

function widen(needed: u64): bool {
  if (!arenaFits(needed)) return false;
  const wanted = <usize>needed + ((<usize>needed) >> 1);
  if (scratch != small) {
    if (arenaGrow(scratch, capacity, wanted)) {
      capacity = wanted;
      return true;
    }
    if (arenaGrow(scratch, capacity, <usize>needed)) {
      capacity = <usize>needed;
      return true;
    }
  }
  const size = arenaFits(wanted) ? wanted : <usize>needed;
  const moved = arenaAlloc(size, 8);
  memory.copy(moved, scratch, top);
  scratch = moved;
  capacity = size;
  return true;
}

/** Frees everything from `offset` on. */
@inline
export function pop(offset: usize): void {
  top = offset;
}

/** Frees the whole stack. Must be called before the arena is released or reset. */
@inline
export function reset(): void {
  top = 0;
  exhausted = false;
  scratch = small;
  capacity = SMALL;
}
