// Bump arena for everything that crosses the boundary: arguments of exports, results of imports, results of exports. The cabi_post_*
// functions reset it, so nothing in it outlives the call, and nothing in it needs to be freed one by one.
// Safe only because calls into one instance never overlap (wit: exactly one call is in flight).

const CHUNK: usize = 1 << 20;
const HEADER: usize = 16; // of a chunk: address of the next one
let base: usize = 0; // the chunk that is kept
let top: usize = 0;
let end: usize = 0;
let baseEnd: usize = 0;
let overflow: usize = 0; // linked list of the chunks that the reset frees

export function arenaAlloc(size: usize, align: usize): usize {
  let p = (top + align - 1) & ~(align - 1);
  if (base == 0 || p > end || size > end - p) {
    if (size > <usize>i32.MAX_VALUE) abort('allocation too large');
    const want = max<usize>(CHUNK, size + HEADER + align);
    const chunk = heap.alloc(want);
    if (base != 0) {
      store<usize>(chunk, overflow);
      overflow = chunk;
    } else {
      // The first chunk stays for ever; one that is larger than usual must not.
      base = chunk;
      store<usize>(chunk, 0);
      baseEnd = chunk + want;
    }
    end = chunk + want;
    p = (chunk + HEADER + align - 1) & ~(align - 1);
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

export function arenaReset(): void {
  while (overflow != 0) {
    const next = load<usize>(overflow);
    heap.free(overflow);
    overflow = next;
  }
  if (base == 0) return;
  if (baseEnd - base > CHUNK) {
    heap.free(base);
    base = top = end = 0;
    return;
  }
  top = base + HEADER;
  end = baseEnd;
}
