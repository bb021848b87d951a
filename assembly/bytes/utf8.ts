// UTF-8 as Go's unicode/utf8 understands it: no surrogates, no overlong forms, nothing above U+10FFFF.

const HIGH_BITS: u64 = 0x8080808080808080;

/** True if the bytes are valid UTF-8. */
export function isUtf8(at: usize, size: usize): bool {
  const end = at + size;
  while (at < end) {
    while (at + 8 <= end && (load<u64>(at) & HIGH_BITS) == 0) at += 8;
    if (at >= end) break;
    if (load<u8>(at) < 0x80) {
      at++;
      continue;
    }
    const n = sequenceSize(at, end);
    if (n == 0) return false;
    at += n;
  }
  return true;
}

/** Number of bytes in the well-formed sequence at `at`, which starts with a byte >= 0x80; 0 if it is not well formed. */
export function sequenceSize(at: usize, end: usize): u32 {
  const first = load<u8>(at);
  const left = end - at;
  if (first < 0xc2 || first > 0xf4 || left < 2) return 0;
  const second = load<u8>(at, 1);
  if (first < 0xe0) return (second & 0xc0) == 0x80 ? 2 : 0;
  let low: u8 = 0x80;
  let high: u8 = 0xbf;
  if (first == 0xe0) low = 0xa0;
  else if (first == 0xed) high = 0x9f;
  else if (first == 0xf0) low = 0x90;
  else if (first == 0xf4) high = 0x8f;
  if (second < low || second > high || left < 3 || (load<u8>(at, 2) & 0xc0) != 0x80) return 0;
  if (first < 0xf0) return 3;
  return left >= 4 && (load<u8>(at, 3) & 0xc0) == 0x80 ? 4 : 0;
}
