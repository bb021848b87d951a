// A growing stack of temporary memory, for tables whose size only the input tells. A small one lasts for ever; a larger one lies in the arena
// until `reset`. Growing moves it: keep offsets, and ask `scratch` for the address after the last `push`.
import { arenaAlloc, arenaFits, arenaGrow } from '../abi/arena';

const SMALL: usize = 1 << 16;
const small = heap.alloc(SMALL);
let capacity: usize = SMALL;
let top: usize = 0;
export let scratch: usize = small;

/** Memory did not suffice since the last `reset`: what lies on the stack is not complete. */
export let exhausted: bool = false;

/** Something that belongs to what lies on the stack had no room elsewhere. */
export function exhaust(): void {
  exhausted = true;
}

/** Offset of `size` new bytes, aligned to 8. Without room for them it is 0, and `exhausted` is set: there are 64 KiB at least to write to. */
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

/** Gives everything from `offset` on back. */
@inline
export function pop(offset: usize): void {
  top = offset;
}

/** Gives everything back. Must come before the arena is released or reset. */
@inline
export function reset(): void {
  top = 0;
  exhausted = false;
  scratch = small;
  capacity = SMALL;
}
