// The verbs of Go's fmt for single values, with flags, width and precision. Each function returns false for a verb that its type has not.
import { isPrint, rune, runeCount, runeSize } from '../../bytes/runes';
import { encodeRune } from '../../bytes/runes';
import { appendFloat } from './float-text';
import { close, open, put, putByte, putRepeated, putText } from './text';
import { Value, addressOf, newValue } from './value';

export class Flags {
  width: i32 = -1;
  precision: i32 = -1;
  minus: bool = false;
  plus: bool = false;
  sharp: bool = false;
  space: bool = false;
  zero: bool = false;
  plusV: bool = false;
  sharpV: bool = false;
  /** A value with a wrong verb is printed: without its methods. */
  erroring: bool = false;

  clear(): void {
    this.width = -1;
    this.precision = -1;
    this.minus = this.plus = this.sharp = this.space = this.zero = this.plusV = this.sharpV = false;
  }
}
export const flags = new Flags();

const BUFFER = heap.alloc(512);
const BUFFER_END = BUFFER + 512;

/** Writes a text with padding to the width. */
export function padBytes(at: usize, size: usize): void {
  if (flags.width <= 0) return put(at, size);
  const missing = flags.width - <i32>runeCount(at, size);
  if (flags.minus) put(at, size);
  putRepeated(flags.zero && !flags.minus ? 0x30 : 0x20, missing);
  if (!flags.minus) put(at, size);
}

export function pad(text: string): void {
  if (flags.width <= 0) return putText(text);
  const encoded = String.UTF8.encode(text);
  padBytes(changetype<usize>(encoded), encoded.byteLength);
}

export function formatBool(value: bool, verb: u32): bool {
  if (verb != 0x74 && verb != 0x76) return false;
  pad(value ? 'true' : 'false');
  return true;
}

function digit(d: u64, upper: bool): u8 {
  return <u8>(d < 10 ? 0x30 + d : (upper ? 55 : 87) + d);
}

export function formatInteger(bits: u64, signed: bool, verb: u32): bool {
  if (verb == 0x76) {
    if (flags.sharpV && !signed) {
      const sharp = flags.sharp;
      flags.sharp = true;
      integer(bits, 16, false, verb, false);
      flags.sharp = sharp;
    } else integer(bits, 10, signed, verb, false);
  } else if (verb == 0x64) integer(bits, 10, signed, verb, false);
  else if (verb == 0x62) integer(bits, 2, signed, verb, false);
  else if (verb == 0x6f || verb == 0x4f) integer(bits, 8, signed, verb, false);
  else if (verb == 0x78) integer(bits, 16, signed, verb, false);
  else if (verb == 0x58) integer(bits, 16, signed, verb, true);
  else if (verb == 0x63) {
    const end = encodeRune(BUFFER, bits > 0x10ffff ? 0xfffd : <u32>bits);
    padBytes(BUFFER, end - BUFFER);
  } else if (verb == 0x71) quotedRune(bits > 0x10ffff ? 0xfffd : <u32>bits);
  else if (verb == 0x55) unicode(bits);
  else return false;
  return true;
}

function integer(u: u64, base: u64, signed: bool, verb: u32, upper: bool): void {
  const negative = signed && <i64>u < 0;
  if (negative) u = 0 - u;
  let precision = 0;
  const zero = flags.zero;
  if (flags.precision >= 0) {
    precision = flags.precision;
    if (precision == 0 && u == 0) return putRepeated(0x20, flags.width);
  } else if (zero && !flags.minus && flags.width > 0) {
    precision = flags.width;
    if (negative || flags.plus || flags.space) precision--;
  }
  // Longer precisions are written as zeros before the buffer.
  let p = BUFFER_END;
  while (u >= base) {
    store<u8>(--p, digit(u % base, upper));
    u /= base;
  }
  store<u8>(--p, digit(u, upper));
  while (precision > <i32>(BUFFER_END - p) && p > BUFFER + 8) store<u8>(--p, 0x30);
  if (flags.sharp) {
    if (base == 2) {
      store<u8>(--p, 0x62);
      store<u8>(--p, 0x30);
    } else if (base == 8) {
      if (load<u8>(p) != 0x30) store<u8>(--p, 0x30);
    } else if (base == 16) {
      store<u8>(--p, upper ? 0x58 : 0x78);
      store<u8>(--p, 0x30);
    }
  }
  if (verb == 0x4f) {
    store<u8>(--p, 0x6f);
    store<u8>(--p, 0x30);
  }
  if (negative) store<u8>(--p, 0x2d);
  else if (flags.plus) store<u8>(--p, 0x2b);
  else if (flags.space) store<u8>(--p, 0x20);
  flags.zero = false;
  padBytes(p, BUFFER_END - p);
  flags.zero = zero;
}

function unicode(u: u64): void {
  const shown = u;
  let precision = flags.precision > 4 ? min(flags.precision, 400) : 4;
  let p = BUFFER_END;
  if (flags.sharp && u <= 0x10ffff && isPrint(<u32>u)) {
    const size = encodeRune(BUFFER, <u32>shown) - BUFFER;
    store<u8>(--p, 0x27);
    p -= size;
    encodeRune(p, <u32>shown);
    store<u8>(--p, 0x27);
    store<u8>(--p, 0x20);
  }
  for (; u >= 16; u >>= 4) {
    store<u8>(--p, digit(u & 15, true));
    precision--;
  }
  store<u8>(--p, digit(u, true));
  precision--;
  for (; precision > 0; precision--) store<u8>(--p, 0x30);
  store<u8>(--p, 0x2b);
  store<u8>(--p, 0x55);
  const zero = flags.zero;
  flags.zero = false;
  padBytes(p, BUFFER_END - p);
  flags.zero = zero;
}

export function formatText(at: usize, size: u32, verb: u32): bool {
  if (verb == 0x76 && !flags.sharpV) {
    if (flags.width <= 0 && flags.precision < 0) put(at, size);
    else padBytes(at, truncated(at, size));
  } else if (verb == 0x73) padBytes(at, truncated(at, size));
  else if (verb == 0x76 || verb == 0x71) quotedText(at, truncated(at, size));
  else if (verb == 0x78 || verb == 0x58) hex(at, size, verb == 0x58);
  else return false;
  return true;
}

export function formatBytes(at: usize, size: u32, verb: u32): void {
  formatText(at, size, verb);
}

/** The size of the text with as many characters as the precision allows. */
function truncated(at: usize, size: u32): u32 {
  if (flags.precision < 0) return size;
  let left = flags.precision;
  let p = at;
  while (p < at + size) {
    if (left-- == 0) break;
    rune(p, at + size);
    p += runeSize;
  }
  return <u32>(p - at);
}

function hex(at: usize, size: u32, upper: bool): void {
  const length: u32 = flags.precision >= 0 && <u32>flags.precision < size ? flags.precision : size;
  if (length == 0) return putRepeated(flags.zero && !flags.minus ? 0x30 : 0x20, flags.width);
  let width: i32 = 2 * length;
  if (flags.space) {
    if (flags.sharp) width *= 2;
    width += length - 1;
  } else if (flags.sharp) width += 2;
  if (!flags.minus) putRepeated(flags.zero ? 0x30 : 0x20, flags.width - width);
  const prefix = upper ? '0X' : '0x';
  if (flags.sharp) putText(prefix);
  for (let i: u32 = 0; i < length; i++) {
    if (flags.space && i > 0) {
      putByte(0x20);
      if (flags.sharp) putText(prefix);
    }
    const c: u64 = load<u8>(at + i);
    putByte(digit(c >> 4, upper));
    putByte(digit(c & 15, upper));
  }
  if (flags.minus) putRepeated(0x20, flags.width - width);
}

function quotedText(at: usize, size: u32): void {
  const value = newValue();
  open();
  if (flags.sharp && canBackquote(at, size)) {
    putByte(0x60);
    put(at, size);
    putByte(0x60);
  } else putQuoted(at, size, 0x22, flags.plus);
  close(value);
  padBytes(addressOf(value), value.size);
}

function canBackquote(at: usize, size: u32): bool {
  for (let p = at; p < at + size;) {
    const r = rune(p, at + size);
    if (r == 0xfffd && runeSize == 1) return false;
    if ((r < 0x20 && r != 9) || r == 0x60 || r == 0x7f || r == 0xfeff) return false;
    p += runeSize;
  }
  return true;
}

function quotedRune(r: u32): void {
  const value = newValue();
  const end = encodeRune(BUFFER, r);
  open();
  putQuoted(BUFFER, <u32>(end - BUFFER), 0x27, flags.plus);
  close(value);
  padBytes(addressOf(value), value.size);
}

/** strconv.Quote */
export function putQuoted(at: usize, size: u32, quote: u32, ascii: bool = false): void {
  const end = at + size;
  putByte(quote);
  while (at < end) {
    const r = rune(at, end);
    const n = runeSize;
    if (r == 0xfffd && n == 1) {
      putText('\\x');
      putByte(digit(load<u8>(at) >> 4, false));
      putByte(digit(load<u8>(at) & 15, false));
    } else if (r == quote || r == 0x5c) {
      putByte(0x5c);
      putByte(r);
    } else if (r < 0x80 ? r >= 0x20 && r != 0x7f : !ascii && isPrint(r)) put(at, n);
    else putEscaped(r);
    at += n;
  }
  putByte(quote);
}

function putEscaped(r: u32): void {
  const known = '\x07\b\f\n\r\t\v'.indexOf(String.fromCharCode(r));
  putByte(0x5c);
  if (known >= 0 && r < 0x20) return putByte('abfnrtv'.charCodeAt(known));
  let digits = r < 0x80 ? 2 : r < 0x10000 ? 4 : 8;
  putByte(digits == 2 ? 0x78 : digits == 4 ? 0x75 : 0x55);
  for (digits--; digits >= 0; digits--) putByte(digit((r >> (digits * 4)) & 15, false));
}

export function formatFloat(value: f64, verb: u32): bool {
  let form = verb;
  let precision = -1;
  if (verb == 0x76) form = 0x67;
  else if (verb == 0x66 || verb == 0x46 || verb == 0x65 || verb == 0x45) {
    precision = 6;
    if (verb == 0x46) form = 0x66;
  } else if (verb != 0x67 && verb != 0x47) return false;
  if (flags.precision >= 0) precision = flags.precision;
  const text = newValue();
  open();
  const negative = reinterpret<i64>(value) < 0 && value == value;
  putByte(negative ? 0x2d : 0x2b);
  if (value != value) putText('NaN');
  else if (!isFinite(value)) putText('Inf');
  else appendFloat(negative ? -value : value, form, precision, flags.sharp);
  close(text);
  writeFloat(text, isFinite(value), value != value);
  return true;
}

function writeFloat(text: Value, finite: bool, isNaN: bool): void {
  const at = addressOf(text);
  const size: usize = text.size;
  if (flags.space && load<u8>(at) == 0x2b && !flags.plus) store<u8>(at, 0x20);
  const zero = flags.zero;
  if (!finite) {
    flags.zero = false;
    const bare = isNaN ? !flags.space && !flags.plus : load<u8>(at) == 0x2b && !flags.plus;
    padBytes(bare ? at + 1 : at, bare ? size - 1 : size);
    flags.zero = zero;
    return;
  }
  if (flags.plus || load<u8>(at) != 0x2b) {
    if (zero && !flags.minus && flags.width > <i32>size) {
      putByte(load<u8>(at));
      putRepeated(0x30, flags.width - <i32>size);
      return put(at + 1, size - 1);
    }
    return padBytes(at, size);
  }
  padBytes(at + 1, size - 1);
}
