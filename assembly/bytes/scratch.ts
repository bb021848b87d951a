// A growing stack of temporary memory that outlives calls, for tables whose size only the input tells. Growing moves it: keep
// offsets, and ask `scratch` for the address after the last `push`.

const LARGE: usize = 1 << 20;
let capacity: usize = 4096;
let top: usize = 0;
export let scratch: usize = heap.alloc(capacity);

/** Offset of `size` new bytes, aligned to 8. */
export function push(size: usize): usize {
  const offset = top;
  top = (offset + size + 7) & ~7;
  if (top > capacity) {
    capacity = top + (top >> 1);
    scratch = heap.realloc(scratch, capacity);
  }
  return offset;
}

/** Gives everything from `offset` on back. */
@inline
export function pop(offset: usize): void {
  top = offset;
}

/** Gives everything back; memory that one unusual input needed does not stay. */
export function reset(): void {
  top = 0;
  if (capacity <= LARGE) return;
  heap.free(scratch);
  capacity = 4096;
  scratch = heap.alloc(capacity);
}
