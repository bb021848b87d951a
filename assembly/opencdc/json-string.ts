// JSON strings with the escapes of goccy/go-json v0.10.6, which Conduit writes records with: `<`, `>`, `&`, U+2028 and U+2029 are
// escaped, control characters are \u00xx except \n, \r and \t, and a byte that belongs to no valid UTF-8 sequence is \ufffd.
import { copy, literal } from "../bytes/memory";
import { sequenceSize } from "../bytes/utf8";

/** Bytes that one byte of a string can become at most. */
export const MAX_ESCAPE: usize = 6;

const HEX = literal("0123456789abcdef");
const PLAIN: u8 = 0;
const UNICODE: u8 = 1; // \u00xx
const MULTIBYTE: u8 = 2;
// Every other class is the character behind the backslash.
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

/** Number of leading bytes that are written as they are. */
@inline
export function plainSize(from: usize, size: usize): usize {
  let i: usize = 0;
  while (i < size && load<u8>(CLASSES + load<u8>(from + i)) == PLAIN) i++;
  return i;
}

/** Writes the string with its quotes and returns the end; there is room for MAX_ESCAPE * size + 2 bytes. */
export function writeJsonString(at: usize, from: usize, size: usize): usize {
  store<u8>(at++, 0x22);
  const plain = plainSize(from, size);
  at = copy(at, from, plain);
  if (plain < size) at = escapeInto(at, from + plain, size - plain);
  store<u8>(at, 0x22);
  return at + 1;
}

/** Writes the string without its quotes. */
export function escapeInto(at: usize, from: usize, size: usize): usize {
  const end = from + size;
  while (from < end) {
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
  return at;
}
