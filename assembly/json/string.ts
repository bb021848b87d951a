// JSON strings with the escapes of goccy/go-json v0.10.6, which Conduit writes records with: `<`, `>`, `&`, U+2028 and U+2029 are
// escaped, control characters are \u00xx except \n, \r and \t, and a byte that belongs to no valid UTF-8 sequence is \ufffd.
import { copy, literal } from '../bytes/memory';
import { sequenceSize } from '../bytes/utf8';

/** Most bytes that one byte of a string can become. */
export const MAX_ESCAPE: usize = 6;

const HEX = literal('0123456789abcdef');
const PLAIN: u8 = 0;
const UNICODE: u8 = 1; // \u00xx
const MULTIBYTE: u8 = 2;
// Every other class is the character that follows the backslash.
const CLASSES = heap.alloc(256);
memory.fill(CLASSES, PLAIN, 128);
memory.fill(CLASSES + 128, MULTIBYTE, 128);
memory.fill(CLASSES, UNICODE, 32);
store<u8>(CLASSES + 0x3c, UNICODE);
store<u8>(CLASSES + 0x3e, UNICODE);
store<u8>(CLASSES + 0x26, UNICODE);
store<u8>(CLASSES + 0x22, 0x22);
store<u8>(CLASSES + 0x5c, 0x5c);
store<u8>(CLASSES + 0x0a, 0x6e);
store<u8>(CLASSES + 0x0d, 0x72);
store<u8>(CLASSES + 0x09, 0x74);

const ONES: u64 = 0x0101010101010101;
const HIGH_BITS: u64 = 0x8080808080808080;

/**
 * Not 0 if one of eight bytes is not plain: a control character, a byte above ASCII, a quote or `&` (they differ in one bit), `<` or `>`
 * (likewise), or a backslash. A borrow can mark a byte after such a byte as well, but never a byte if all eight are plain.
 */
@inline
function special(x: u64): u64 {
  const quote = ((x | (ONES * 0x04)) ^ (ONES * 0x26)) - ONES;
  const angle = ((x | (ONES * 0x02)) ^ (ONES * 0x3e)) - ONES;
  const backslash = (x ^ (ONES * 0x5c)) - ONES;
  return (x | (x - ONES * 0x20) | quote | angle | backslash) & HIGH_BITS;
}

/** True if no byte of the text needs an escape. */
export function isPlain(from: usize, size: usize): bool {
  const end = from + size;
  for (; from + 8 <= end; from += 8) if (special(load<u64>(from)) != 0) return false;
  // The last bytes are tested together with some before them, which are known to be plain.
  if (size >= 8) return special(load<u64>(end - 8)) == 0;
  for (; from < end; from++) if (load<u8>(CLASSES + load<u8>(from)) != PLAIN) return false;
  return true;
}

/** Writes the string with its quotes and returns its end. There must be room for MAX_ESCAPE * size + 2 bytes. */
export function writeJsonString(at: usize, from: usize, size: usize): usize {
  store<u8>(at, 0x22);
  at = escapeInto(at + 1, from, size);
  store<u8>(at, 0x22);
  return at + 1;
}

/** Writes the string without its quotes. */
export function escapeInto(at: usize, from: usize, size: usize): usize {
  const end = from + size;
  let plain = false;
  while (from + 8 <= end) {
    const x = load<u64>(from);
    plain = special(x) == 0;
    if (plain) {
      store<u64>(at, x);
      at += 8;
      from += 8;
    } else {
      // Eight bytes, and the rest of the last character in them.
      at = escapeBytes(at, from, from + 8, end);
      from = escapedTo;
    }
  }
  if (from == end) return at;
  if (plain) {
    // The last bytes are written together with some before them, which are written a second time.
    const x = load<u64>(end - 8);
    if (special(x) == 0) {
      at += end - from;
      store<u64>(at - 8, x);
      return at;
    }
  }
  return escapeBytes(at, from, end, end);
}

/** Where `escapeBytes` stopped reading. */
let escapedTo: usize = 0;

function escapeBytes(at: usize, from: usize, until: usize, end: usize): usize {
  while (from < until) {
    const c = load<u8>(from);
    const kind = load<u8>(CLASSES + c);
    if (kind == PLAIN) {
      store<u8>(at++, c);
      from++;
    } else if (kind == MULTIBYTE) {
      const n = sequenceSize(from, end);
      if (n == 0) {
        store<u32>(at, 0x6666755c); // \uff
        store<u16>(at, 0x6466, 4); // fd
        at += 6;
        from++;
      } else if (n == 3 && load<u16>(from) == 0x80e2 && (load<u8>(from, 2) | 1) == 0xa9) {
        store<u32>(at, 0x3032755c); // \u20
        store<u16>(at, load<u8>(from, 2) == 0xa8 ? 0x3832 : 0x3932, 4);
        at += 6;
        from += 3;
      } else {
        for (let i: u32 = 0; i < n; i++) store<u8>(at++, load<u8>(from++));
      }
    } else if (kind == UNICODE) {
      store<u32>(at, 0x3030755c); // \u00
      store<u8>(at, load<u8>(HEX + (c >> 4)), 4);
      store<u8>(at, load<u8>(HEX + (c & 15)), 5);
      at += 6;
      from++;
    } else {
      store<u8>(at, 0x5c);
      store<u8>(at, kind, 1);
      at += 2;
      from++;
    }
  }
  escapedTo = from;
  return at;
}
