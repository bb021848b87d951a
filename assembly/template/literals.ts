// Go's literals: strconv.Unquote, and numbers as text/template reads them.
import { encodeRune } from '../bytes/runes';
import { rune, runeSize } from '../bytes/runes';
import { Flag, Node, constantOf, keep } from './node';
import { parseFloat64, parsedFloat } from './values/numbers';
import { setFloat, setInt, setText } from './values/value';

let cursor: usize = 0;
let value: u32 = 0;
let isByte: bool = false;

function hexDigit(c: u32): i32 {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  c |= 0x20;
  return c >= 0x61 && c <= 0x66 ? c - 87 : -1;
}

/** Reads the character at `cursor`. False: it is not valid there. */
function character(end: usize, quote: u32): bool {
  const r = rune(cursor, end);
  isByte = false;
  if (r == quote || r == 0x0a) return false;
  cursor += runeSize;
  value = r;
  if (r != 0x5c) return true;
  if (cursor >= end) return false;
  const c: u32 = load<u8>(cursor++);
  const at = 'abfnrtv\\'.indexOf(String.fromCharCode(c));
  if (at >= 0) {
    value = [7, 8, 12, 10, 13, 9, 11, 0x5c][at];
    return true;
  }
  if (c == 0x22 || c == 0x27) {
    value = c;
    return c == quote;
  }
  let digits = c == 0x78 ? 2 : c == 0x75 ? 4 : c == 0x55 ? 8 : 0;
  const octal = c >= 0x30 && c <= 0x37;
  if (digits == 0 && !octal) return false;
  value = octal ? c - 0x30 : 0;
  if (octal) digits = 2;
  isByte = octal || digits == 2;
  if (cursor + digits > end) return false;
  for (let i = 0; i < digits; i++) {
    const d = hexDigit(load<u8>(cursor++));
    if (d < 0 || (octal && d > 7)) return false;
    value = octal ? value * 8 + d : value * 16 + d;
  }
  return isByte ? value < 256 : value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
}

/** The content of a string in quotes, in kept memory, as the constant of the node. False: the syntax is invalid. */
export function unquote(node: Node, at: usize, end: usize): bool {
  const quote: u32 = load<u8>(at);
  const text = keep(end - at);
  let to = text;
  if (quote == 0x60) {
    for (let p = at + 1; p < end - 1; p++) if (load<u8>(p) != 0x0d) store<u8>(to++, load<u8>(p));
    setText(constantOf(node), text, to - text);
    return true;
  }
  cursor = at + 1;
  while (cursor < end - 1) {
    const from = cursor;
    if (!character(end - 1, quote)) return false;
    if (load<u8>(from) != 0x5c) {
      memory.copy(to, from, cursor - from);
      to += cursor - from;
    } else if (isByte) store<u8>(to++, <u8>value);
    else to = encodeRune(to, value);
  }
  setText(constantOf(node), text, to - text);
  return true;
}

/** Reads a character constant. Returns the error. */
function charConstant(node: Node, at: usize, end: usize, text: string): string {
  cursor = at + 1;
  if (cursor >= end || !character(end, 0x27)) return 'invalid syntax';
  if (cursor != end - 1) return 'malformed character constant: ' + text;
  node.integer = value;
  node.unsigned = value;
  node.float = value;
  node.flags = Flag.isInt | Flag.isUint | Flag.isFloat;
  setInt(constantOf(node), value);
  return '';
}

let magnitude: u64 = 0;

/** Reads an integer of any base, as ParseInt(text, 0, 64) does. False: it is none, or too large. */
function unsignedInteger(at: usize, end: usize): bool {
  let base: u64 = 10;
  let underscored = false;
  const begin = at;
  if (end - at >= 2 && load<u8>(at) == 0x30) {
    const c = load<u8>(at + 1) | 0x20;
    base = c == 0x78 ? 16 : c == 0x6f ? 8 : c == 0x62 ? 2 : 8;
    at += c == 0x78 || c == 0x6f || c == 0x62 ? 2 : 1;
  }
  if (at == end) return false;
  magnitude = 0;
  for (let p = at; p < end; p++) {
    const c = load<u8>(p);
    if (c == 0x5f) {
      if (underscored || p + 1 == end || p == begin) return false;
      underscored = true;
      continue;
    }
    underscored = false;
    const d = hexDigit(c);
    if (d < 0 || <u64>d >= base) return false;
    if (magnitude > (u64.MAX_VALUE - <u64>d) / base) return false;
    magnitude = magnitude * base + <u64>d;
  }
  return true;
}

/** Sets the constant of a number. Returns the error. */
export function readNumber(node: Node, at: usize, end: usize, isChar: bool): string {
  const text = String.UTF8.decodeUnsafe(at, end - at);
  if (isChar) return charConstant(node, at, end, text);
  if (load<u8>(end - 1) == 0x69) return 'complex numbers are not supported: ' + text;
  const sign = load<u8>(at);
  const negative = sign == 0x2d;
  const digits = at + (negative || sign == 0x2b ? 1 : 0);
  if (unsignedInteger(digits, end)) {
    if (sign != 0x2d && sign != 0x2b) {
      node.flags |= Flag.isUint;
      node.unsigned = magnitude;
    }
    if (magnitude <= <u64>i64.MAX_VALUE + (negative ? 1 : 0)) {
      node.flags |= Flag.isInt;
      node.integer = negative ? <i64>(0 - magnitude) : <i64>magnitude;
      if (node.integer == 0) {
        node.flags |= Flag.isUint;
        node.unsigned = 0;
      }
    }
  }
  if ((node.flags & Flag.isInt) != 0) {
    node.flags |= Flag.isFloat;
    node.float = <f64>node.integer;
  } else if ((node.flags & Flag.isUint) != 0) {
    node.flags |= Flag.isFloat;
    node.float = <f64>node.unsigned;
  } else if (parseFloat64(at, end - at)) {
    if (!text.includes('.') && !text.includes('e') && !text.includes('E') && !text.includes('p') && !text.includes('P'))
      return 'integer overflow: ' + '"' + text + '"';
    node.flags |= Flag.isFloat;
    node.float = parsedFloat;
    if (parsedFloat == Math.trunc(parsedFloat) && Math.abs(parsedFloat) < 9.2e18) {
      node.flags |= Flag.isInt;
      node.integer = <i64>parsedFloat;
      if (parsedFloat >= 0) {
        node.flags |= Flag.isUint;
        node.unsigned = <u64>parsedFloat;
      }
    }
  }
  if ((node.flags & (Flag.isInt | Flag.isUint | Flag.isFloat)) == 0) return 'illegal number syntax: "' + text + '"';
  const hex =
    text.length > 2 &&
    text.charAt(0) == '0' &&
    (text.charAt(1) == 'x' || text.charAt(1) == 'X') &&
    !text.includes('p') &&
    !text.includes('P');
  const marked = text.includes('.') || text.includes('e') || text.includes('E') || text.includes('p') || text.includes('P');
  if (!hex && marked) {
    node.flags |= Flag.prefersFloat;
    setFloat(constantOf(node), node.float);
  } else setInt(constantOf(node), node.integer);
  return '';
}
