// fmt.Sprintf: the format, its flags, widths, precisions and argument numbers.
import { rune, runeSize } from '../../bytes/runes';
import { failed } from './limits';
import { printArgument } from './print';
import { put, putByte, putRune, putText } from './text';
import { Type, Value, addressOf, element, isInteger, isUnsigned, typeName } from './value';
import { flags } from './verbs';

/** Widths and precisions above this are errors, as in Go. */
const MAX_NUMBER = 1_000_000;

let at: usize = 0;
let end: usize = 0;
let argument: u32 = 0;
let total: u32 = 0;
let reordered: bool = false;
let goodNumber: bool = true;
let number: i32 = 0;

/** Reads digits at `at` into `number`. */
function digits(): bool {
  const from = at;
  number = 0;
  while (at < end && load<u8>(at) - 0x30 <= 9) {
    if (number > MAX_NUMBER) {
      at = from;
      return false;
    }
    number = number * 10 + (load<u8>(at++) - 0x30);
  }
  return at > from;
}

/** Reads `[n]`. True: there was one. */
function argumentNumber(): bool {
  if (at >= end || load<u8>(at) != 0x5b) return false;
  reordered = true;
  let close = at;
  while (close < end && load<u8>(close) != 0x5d) close++;
  if (close == end) {
    goodNumber = false;
    at++;
    return false;
  }
  at++;
  const ok = digits() && at == close;
  at = close + 1;
  if (ok && number >= 1 && <u32>number <= total) {
    argument = number - 1;
    return true;
  }
  goodNumber = false;
  return ok;
}

/** Takes the width or precision from an argument. */
function numberFromArgument(argv: usize): bool {
  if (argument >= total) return false;
  const v = element(argv, argument++);
  number = 0;
  if (!isInteger(v.type) && !isUnsigned(v.type)) return false;
  const n = <i64>v.bits;
  if (n > MAX_NUMBER || n < -MAX_NUMBER) return false;
  number = <i32>n;
  return true;
}

function bad(verb: u32, what: string): void {
  putText('%!');
  putRune(verb);
  putText(what);
}

/** Writes the formatted text into the open text. */
export function printFormat(format: Value, argv: usize, count: u32): void {
  at = addressOf(format);
  end = at + format.size;
  argument = 0;
  total = count;
  reordered = false;
  while (at < end && !failed) {
    const from = at;
    while (at < end && load<u8>(at) != 0x25) at++;
    put(from, at - from);
    if (at >= end) break;
    at++;
    directive(argv);
  }
  if (reordered || argument >= count || failed) return;
  flags.clear();
  putText('%!(EXTRA ');
  for (let i = argument; i < count && !failed; i++) {
    const v = element(argv, i);
    if (i > argument) putText(', ');
    if (v.type <= Type.missing) putText('<nil>');
    else {
      putText(typeName(v));
      putByte(0x3d);
      printArgument(v, 0x76);
    }
  }
  putByte(0x29);
}

function directive(argv: usize): void {
  goodNumber = true;
  flags.clear();
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c == 0x23) flags.sharp = true;
    else if (c == 0x30) flags.zero = true;
    else if (c == 0x2b) flags.plus = true;
    else if (c == 0x2d) flags.minus = true;
    else if (c == 0x20) flags.space = true;
    else break;
  }
  let afterIndex = argumentNumber();
  if (at < end && load<u8>(at) == 0x2a) {
    at++;
    if (numberFromArgument(argv)) {
      flags.width = number;
      if (number < 0) {
        flags.width = -number;
        flags.minus = true;
        flags.zero = false;
      }
    } else putText('%!(BADWIDTH)');
    afterIndex = false;
  } else if (digits()) {
    flags.width = number;
    if (afterIndex) goodNumber = false;
  }
  if (at + 1 < end && load<u8>(at) == 0x2e) {
    at++;
    if (afterIndex) goodNumber = false;
    afterIndex = argumentNumber();
    if (at < end && load<u8>(at) == 0x2a) {
      at++;
      if (numberFromArgument(argv) && number >= 0) flags.precision = number;
      else putText('%!(BADPREC)');
      afterIndex = false;
    } else flags.precision = digits() ? number : 0;
  }
  if (!afterIndex) argumentNumber();
  if (at >= end) return putText('%!(NOVERB)');
  const verb = rune(at, end);
  at += runeSize;
  if (verb == 0x25) return putByte(0x25);
  if (!goodNumber) return bad(verb, '(BADINDEX)');
  if (argument >= total) return bad(verb, '(MISSING)');
  if (verb == 0x76) {
    flags.sharpV = flags.sharp;
    flags.sharp = false;
    flags.plusV = flags.plus;
    flags.plus = false;
  }
  const nextAt = at;
  const nextEnd = end;
  printArgument(element(argv, argument++), verb);
  at = nextAt;
  end = nextEnd;
}
