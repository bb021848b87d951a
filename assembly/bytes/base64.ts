// Standard base64 with padding.
import { literal } from './memory';

const ALPHABET = literal('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING: u8 = 0x3d;
const INVALID: u8 = 0xff;

// A table from 12 bits to two characters, which halves the loads of the encoder.
const PAIRS = heap.alloc(8192);
for (let i: usize = 0; i < 4096; i++) {
  store<u8>(PAIRS + 2 * i, load<u8>(ALPHABET + (i >> 6)));
  store<u8>(PAIRS + 2 * i, load<u8>(ALPHABET + (i & 63)), 1);
}
const VALUES = heap.alloc(256);
memory.fill(VALUES, INVALID, 256);
for (let i: usize = 0; i < 64; i++) store<u8>(VALUES + load<u8>(ALPHABET + i), <u8>i);


@inline
function pair(bits: u32): u32 {
  return load<u16>(PAIRS + <usize>(bits << 1));
}

/** Number of characters of `size` bytes in base64. */
@inline
export function base64Size(size: u32): u32 {
  return ((size + 2) / 3) * 4;
}

/** Writes the base64 of `size` bytes at `from` and returns the end. */
export function writeBase64(to: usize, from: usize, size: usize): usize {
  const end = from + size;
  // Six bytes at a time come from one load of eight, which must not read beyond the input.
  while (from + 8 <= end) {
    const bits = bswap(load<u64>(from)) >>> 16;
    const high = pair(<u32>(bits >>> 36)) | (pair((<u32>(bits >>> 24)) & 0xfff) << 16);
    const low = pair((<u32>(bits >>> 12)) & 0xfff) | (pair((<u32>bits) & 0xfff) << 16);
    store<u64>(to, (<u64>high) | ((<u64>low) << 32));
    from += 6;
    to += 8;
  }
  while (from + 3 <= end) {
    const bits: u32 = ((<u32>load<u8>(from)) << 16) | ((<u32>load<u8>(from, 1)) << 8) | load<u8>(from, 2);
    store<u32>(to, pair(bits >>> 12) | (pair(bits & 0xfff) << 16));
    from += 3;
    to += 4;
  }
  const left = end - from;
  if (left == 0) return to;
  let bits: u32 = (<u32>load<u8>(from)) << 16;
  if (left == 2) bits |= (<u32>load<u8>(from, 1)) << 8;
  store<u32>(to, pair(bits >>> 12) | (pair(bits & 0xfff) << 16));
  store<u8>(to, PADDING, 3);
  if (left == 1) store<u8>(to, PADDING, 2);
  return to + 4;
}

/** Decodes the base64 at `from` and returns the end of the bytes; 0 if it is not padded standard base64. */
export function readBase64(to: usize, from: usize, size: usize): usize {
  if (size & 3) return 0;
  const end = from + size;
  while (from < end) {
    const a = value(from);
    const b = value(from + 1);
    let c = value(from + 2);
    let d = value(from + 3);
    from += 4;
    let bytes: usize = 3;
    if (from == end && load<u8>(from - 1) == PADDING) {
      d = 0;
      bytes = 2;
      if (load<u8>(from - 2) == PADDING) {
        c = 0;
        bytes = 1;
      }
    }
    if ((a | b | c | d) & 0xc0) return 0;
    const bits = (a << 18) | (b << 12) | (c << 6) | d;
    store<u8>(to, <u8>(bits >>> 16));
    if (bytes > 1) store<u8>(to, <u8>(bits >>> 8), 1);
    if (bytes > 2) store<u8>(to, <u8>bits, 2);
    to += bytes;
  }
  return to;
}


@inline
function value(at: usize): u32 {
  return load<u8>(VALUES + load<u8>(at));
}
