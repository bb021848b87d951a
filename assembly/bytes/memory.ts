// Raw memory: literals and copies.

/** Address of the UTF-8 bytes of an ASCII literal, which stay for the life of the instance. */
export function literal(text: string): usize {
  const at = heap.alloc(<usize>text.length);
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  return at;
}

/**
 * Copies `size` bytes and returns the end of the copy. The ranges must not overlap. It accesses no byte outside them, because a message may end where
 * the memory ends.
 */
export function copy(to: usize, from: usize, size: usize): usize {
  if (size > 128) {
    memory.copy(to, from, size);
  } else if (size >= 8) {
    const last = size - 8;
    for (let i: usize = 0; i < last; i += 8) store<u64>(to + i, load<u64>(from + i));
    store<u64>(to + last, load<u64>(from + last));
  } else if (size >= 4) {
    store<u32>(to, load<u32>(from));
    store<u32>(to + size - 4, load<u32>(from + size - 4));
  } else {
    for (let i: usize = 0; i < size; i++) store<u8>(to + i, load<u8>(from + i));
  }
  return to + size;
}

/** True if both ranges of `size` bytes hold the same bytes. */
export function same(a: usize, b: usize, size: usize): bool {
  if (size >= 8) {
    const last = size - 8;
    for (let i: usize = 0; i < last; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
    return load<u64>(a + last) == load<u64>(b + last);
  }
  for (let i: usize = 0; i < size; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}
