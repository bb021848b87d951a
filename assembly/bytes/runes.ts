// Characters of UTF-8 texts as Go's unicode/utf8 and unicode packages see them. What is a letter, and its case, is known for all of Unicode; whether a
// character above ASCII can be printed is known by ranges.
import { sequenceSize } from './utf8';
import { casemap } from 'util/casemap';
import { isAlpha } from 'util/string';

export const RUNE_ERROR: u32 = 0xfffd;

/** Bytes of the character that `rune` read. */
export let runeSize: u32 = 1;

/** The character at `at`, which must lie before `end`. A byte that is not UTF-8 is U+FFFD. */
export function rune(at: usize, end: usize): u32 {
  const first: u32 = load<u8>(at);
  runeSize = 1;
  if (first < 0x80) return first;
  const n = sequenceSize(at, end);
  if (n == 0) return RUNE_ERROR;
  runeSize = n;
  const second: u32 = load<u8>(at, 1) & 63;
  if (n == 2) return ((first & 31) << 6) | second;
  const third: u32 = load<u8>(at, 2) & 63;
  if (n == 3) return ((first & 15) << 12) | (second << 6) | third;
  return ((first & 7) << 18) | (second << 12) | (third << 6) | (load<u8>(at, 3) & 63);
}

/** The character that ends at `end`. */
export function lastRune(from: usize, end: usize): u32 {
  let at = end - 1;
  const limit = end - min<usize>(4, end - from);
  while (at > limit && (load<u8>(at) & 0xc0) == 0x80) at--;
  const r = rune(at, end);
  if (at + runeSize == end) return r;
  runeSize = 1;
  return RUNE_ERROR;
}

export function runeCount(at: usize, size: usize): u32 {
  const end = at + size;
  let n: u32 = 0;
  while (at < end) {
    if (load<u8>(at) < 0x80) at++;
    else {
      rune(at, end);
      at += runeSize;
    }
    n++;
  }
  return n;
}

export function isSpace(r: u32): bool {
  if (r < 0x80) return r == 0x20 || (r >= 9 && r <= 13);
  return (
    r == 0x85 ||
    r == 0xa0 ||
    r == 0x1680 ||
    (r >= 0x2000 && r <= 0x200a) ||
    r == 0x2028 ||
    r == 0x2029 ||
    r == 0x202f ||
    r == 0x205f ||
    r == 0x3000
  );
}

export function toUpper(r: u32): u32 {
  if (r < 0x80) return r >= 0x61 && r <= 0x7a ? r - 32 : r;
  return r == 0xdf ? r : <u32>casemap(r, 1);
}

/** Differs from the upper case only for the digraphs. */
export function toTitle(r: u32): u32 {
  if (r >= 0x1c4 && r <= 0x1cc) return r <= 0x1c6 ? 0x1c5 : r <= 0x1c9 ? 0x1c8 : 0x1cb;
  return r >= 0x1f1 && r <= 0x1f3 ? 0x1f2 : toUpper(r);
}

export function toLower(r: u32): u32 {
  if (r < 0x80) return r >= 0x41 && r <= 0x5a ? r + 32 : r;
  return <u32>casemap(r, 0);
}


@inline
export function isUpper(r: u32): bool {
  return r < 0x80 ? r >= 0x41 && r <= 0x5a : toLower(r) != r;
}


@inline
export function isLower(r: u32): bool {
  return r < 0x80 ? r >= 0x61 && r <= 0x7a : r == 0xdf || toUpper(r) != r;
}


@inline
export function isDigit(r: u32): bool {
  return r >= 0x30 && r <= 0x39;
}

export function isLetter(r: u32): bool {
  if (r < 0x80) return (r | 0x20) >= 0x61 && (r | 0x20) <= 0x7a;
  return r != RUNE_ERROR && isAlpha(r);
}

/** Letters, digits, punctuation, symbols, and the ASCII space. */
export function isPrint(r: u32): bool {
  if (r < 0x7f) return r >= 0x20;
  if (r < 0xa1 || r == 0xad) return false;
  if (r < 0x378) return true;
  if (isSpace(r) || (r >= 0x200b && r <= 0x200f) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2060 && r <= 0x206f)) return false;
  if (r == 0x61c || r == 0x180e || r == 0xfeff || (r >= 0xfff0 && r <= 0xfffb)) return false;
  if (r >= 0xd800 && r <= 0xf8ff) return false;
  return r < 0xe0000 && (r & 0xfffe) != 0xfffe;
}

/** Writes UTF-8 and returns its end. */
export function encodeRune(to: usize, r: u32): usize {
  if (r < 0x80) {
    store<u8>(to, <u8>r);
    return to + 1;
  }
  if (r < 0x800) {
    store<u8>(to, <u8>(0xc0 | (r >> 6)));
    store<u8>(to, <u8>(0x80 | (r & 63)), 1);
    return to + 2;
  }
  if (r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff)) r = RUNE_ERROR;
  if (r < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (r >> 12)));
    store<u8>(to, <u8>(0x80 | ((r >> 6) & 63)), 1);
    store<u8>(to, <u8>(0x80 | (r & 63)), 2);
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (r >> 18)));
  store<u8>(to, <u8>(0x80 | ((r >> 12) & 63)), 1);
  store<u8>(to, <u8>(0x80 | ((r >> 6) & 63)), 2);
  store<u8>(to, <u8>(0x80 | (r & 63)), 3);
  return to + 4;
}
