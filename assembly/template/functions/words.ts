// sprig's texts by words: cases of identifiers, initials, abbreviations and wrapping, as goutils and xstrings make them.
import { isDigit, isLetter, isLower, isSpace, isUpper, rune, runeSize, toLower, toUpper } from '../../bytes/runes';
import { step } from '../values/limits';
import { close, open, put, putByte, putRune, putText, putValue } from '../values/text';
import { Value, addressOf, copyValue } from '../values/value';
import { argumentAt, endOf, intOf, resultAt } from './call';
import { register } from './table';

export function registerWords(): void {
  register('abbrev', 'is', abbrev);
  register('abbrevboth', 'iis', abbrevBoth);
  register('initials', 's', initials);
  register('untitle', 's', untitle);
  register('nospace', 's', noSpace);
  register('swapcase', 's', swapCase);
  register('snakecase', 's', snakeCase);
  register('kebabcase', 's', kebabCase);
  register('camelcase', 's', camelCase);
  register('wrap', 'is', wrap);
  register('wrapWith', 'iss', wrapWith);
}

function abbreviate(v: Value, offset: i64, width: i64, out: Value): void {
  const size = <i64>v.size;
  const at = addressOf(v);
  if (size <= width) return copyValue(out, v);
  if (offset > size) offset = size;
  if (size - offset < width - 3) offset = size - (width - 3);
  open();
  if (offset <= 4) {
    put(at, <usize>(width - 3));
    putText('...');
  } else if (width >= 7) {
    putText('...');
    if (offset + width - 3 < size) {
      put(at + <usize>offset, <usize>(width - 6));
      putText('...');
    } else put(at + <usize>(size - (width - 3)), <usize>(width - 3));
  }
  close(out);
}

function abbrev(argv: usize, count: u32, out: usize): void {
  const width = intOf(argumentAt(argv, 0));
  if (width < 4) copyValue(resultAt(out), argumentAt(argv, 1));
  else abbreviate(argumentAt(argv, 1), 0, width, resultAt(out));
}

function abbrevBoth(argv: usize, count: u32, out: usize): void {
  const left = intOf(argumentAt(argv, 0));
  const right = intOf(argumentAt(argv, 1));
  if (right < 4 || (left > 0 && right < 7)) copyValue(resultAt(out), argumentAt(argv, 2));
  else abbreviate(argumentAt(argv, 2), left, right, resultAt(out));
}

/** A single byte as Go converts it to a character. */
function isSpaceByte(c: u32): bool {
  return isSpace(c);
}

function initials(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let gap = true;
  open();
  for (let p = addressOf(v); p < endOf(v); p++) {
    const c: u32 = load<u8>(p);
    if (isSpaceByte(c)) gap = true;
    else if (gap) {
      putRune(c);
      gap = false;
    }
  }
  close(resultAt(out));
}

function noSpace(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let spaces = false;
  for (let p = addressOf(v); p < endOf(v); p++) spaces = spaces || isSpaceByte(load<u8>(p));
  if (!spaces) return copyValue(resultAt(out), v);
  open();
  for (let p = addressOf(v); p < endOf(v); p++) if (!isSpaceByte(load<u8>(p))) putRune(load<u8>(p));
  close(resultAt(out));
}

function untitle(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let next = true;
  open();
  for (let p = addressOf(v); p < endOf(v) && step();) {
    const r = rune(p, endOf(v));
    p += runeSize;
    const space = isSpace(r);
    putRune(next && !space ? toLower(r) : r);
    next = space;
  }
  close(resultAt(out));
}

function swapCase(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  open();
  for (let p = addressOf(v); p < endOf(v) && step();) {
    const r = rune(p, endOf(v));
    p += runeSize;
    putRune(isUpper(r) ? toLower(r) : isLower(r) ? toUpper(r) : r);
  }
  close(resultAt(out));
}

function isConnector(r: u32): bool {
  return r == 0x2d || r == 0x5f || isSpace(r);
}

function camelCase(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  const end = endOf(v);
  let p = addressOf(v);
  if (v.size == 0) return copyValue(resultAt(out), v);
  open();
  let firstIsUpper = false;
  let r0: u32 = 0;
  while (p < end) {
    r0 = rune(p, end);
    p += runeSize;
    if (!isConnector(r0)) {
      firstIsUpper = isUpper(r0);
      r0 = toUpper(r0);
      break;
    }
    putRune(r0);
  }
  if (p >= end) {
    // Go writes the last connector once more.
    putRune(r0);
    return close(resultAt(out));
  }
  while (p < end && step()) {
    const r1 = r0;
    r0 = rune(p, end);
    p += runeSize;
    if (isConnector(r0) && isConnector(r1)) {
      putRune(r1);
      continue;
    }
    if (isConnector(r1)) {
      firstIsUpper = isUpper(r0);
      r0 = toUpper(r0);
    } else {
      if (firstIsUpper) {
        if (isUpper(r0)) r0 = toLower(r0);
        else firstIsUpper = false;
      }
      putRune(r1);
    }
  }
  putRune(r0);
  close(resultAt(out));
}

const INVALID = 0;
const NUMBER = 1;
const UPPER = 2;
const ALPHABET = 3;
const CONNECTOR = 4;
const PUNCT = 5;
const OTHER = 6;

function isPunct(r: u32): bool {
  if (r >= 0x80)
    return (
      r == 0xa1 ||
      r == 0xa7 ||
      r == 0xab ||
      r == 0xb6 ||
      r == 0xb7 ||
      r == 0xbb ||
      r == 0xbf ||
      (r >= 0x2010 && r <= 0x2027) ||
      (r >= 0x2030 && r <= 0x205e)
    );
  return (
    r > 0x20 &&
    r < 0x7f &&
    !isDigit(r) &&
    !isLetter(r) &&
    r != 0x24 &&
    r != 0x2b &&
    r != 0x3c &&
    r != 0x3d &&
    r != 0x3e &&
    r != 0x5e &&
    r != 0x60 &&
    r != 0x7c &&
    r != 0x7e
  );
}

function isAlphabet(r: u32): bool {
  return isLetter(r);
}

let wordAt: usize = 0;
let wordEnd: usize = 0;
let rest: usize = 0;

/** Reads the next word from `rest`, as xstrings does. Returns its kind. */
function nextWord(end: usize): i32 {
  wordAt = wordEnd = rest;
  if (rest >= end) return INVALID;
  const r = rune(rest, end);
  let p = rest + runeSize;
  let kind = OTHER;
  if (isConnector(r)) {
    kind = CONNECTOR;
    while (p < end && isConnector(rune(p, end))) p += runeSize;
  } else if (isPunct(r)) {
    kind = PUNCT;
    while (p < end && isPunct(rune(p, end))) p += runeSize;
  } else if (isUpper(r)) {
    kind = UPPER;
    if (p < end) {
      let next = rune(p, end);
      if (isUpper(next)) {
        let previous = runeSize;
        p += runeSize;
        while (p < end) {
          next = rune(p, end);
          if (!isUpper(next)) break;
          previous = runeSize;
          p += runeSize;
        }
        if (p < end && isAlphabet(next)) p -= previous;
      } else if (isAlphabet(next)) {
        p += runeSize;
        while (p < end) {
          next = rune(p, end);
          if (!isAlphabet(next) || isUpper(next)) break;
          rune(p, end);
          p += runeSize;
        }
      }
    }
  } else if (isAlphabet(r)) {
    kind = ALPHABET;
    while (p < end) {
      const next = rune(p, end);
      if (!isAlphabet(next) || isUpper(next)) break;
      rune(p, end);
      p += runeSize;
    }
  } else if (isDigit(r)) {
    kind = NUMBER;
    while (p < end && isDigit(rune(p, end))) p += runeSize;
  } else {
    while (p < end) {
      const next = rune(p, end);
      if (isConnector(next) || isAlphabet(next) || isDigit(next) || isPunct(next)) break;
      rune(p, end);
      p += runeSize;
    }
  }
  wordEnd = p;
  rest = p;
  return kind;
}

function putLower(kind: i32, at: usize, end: usize, connector: u32): void {
  if (kind != UPPER && kind != CONNECTOR) return put(at, end - at);
  while (at < end) {
    const r = rune(at, end);
    at += runeSize;
    putRune(isConnector(r) ? connector : toLower(r));
  }
}

function joined(v: Value, connector: u32, out: Value): void {
  if (v.size == 0) return copyValue(out, v);
  const end = endOf(v);
  rest = addressOf(v);
  open();
  let kind = nextWord(end);
  while (rest < end && step()) {
    if (kind != CONNECTOR) putLower(kind, wordAt, wordEnd, connector);
    const previous = kind;
    const lastAt = wordAt;
    const lastEnd = wordEnd;
    kind = nextWord(end);
    if (previous == NUMBER) {
      while (kind == ALPHABET || kind == NUMBER) {
        putLower(kind, wordAt, wordEnd, connector);
        kind = nextWord(end);
      }
      if (kind != INVALID && kind != PUNCT && kind != CONNECTOR) putRune(connector);
    } else if (previous == CONNECTOR) putLower(previous, lastAt, lastEnd, connector);
    else if (previous != PUNCT) afterWord(kind, end, connector);
    if (changed >= 0) kind = changed;
    changed = -1;
  }
  putLower(kind, wordAt, wordEnd, connector);
  close(out);
}

/** The kind of the word that `afterWord` read; -1: it read none. */
let changed: i32 = -1;

function afterWord(kind: i32, end: usize, connector: u32): void {
  if (kind != NUMBER) {
    if (kind != CONNECTOR && kind != PUNCT) putRune(connector);
    return;
  }
  if (rest >= end) return;
  const at = wordAt;
  const to = wordEnd;
  kind = nextWord(end);
  if (kind != ALPHABET) {
    putLower(NUMBER, at, to, connector);
    if (kind != CONNECTOR && kind != PUNCT) putRune(connector);
    changed = kind;
    return;
  }
  putRune(connector);
  putLower(NUMBER, at, to, connector);
  while (kind == ALPHABET || kind == NUMBER) {
    putLower(kind, wordAt, wordEnd, connector);
    kind = nextWord(end);
  }
  if (kind != INVALID && kind != CONNECTOR && kind != PUNCT) putRune(connector);
  changed = kind;
}

function snakeCase(argv: usize, count: u32, out: usize): void {
  joined(argumentAt(argv, 0), 0x5f, resultAt(out));
}

function kebabCase(argv: usize, count: u32, out: usize): void {
  joined(argumentAt(argv, 0), 0x2d, resultAt(out));
}

function putWrapped(v: Value, width: i64, separator: Value | null, splits: bool): void {
  if (width < 1) width = 1;
  const at = addressOf(v);
  const size = <i64>v.size;
  let offset: i64 = 0;
  while (size - offset > width && step()) {
    if (load<u8>(at + <usize>offset) == 0x20) {
      offset++;
      continue;
    }
    let space = offset + width;
    while (space >= offset && load<u8>(at + <usize>space) != 0x20) space--;
    if (space < offset) {
      space = offset + width;
      if (!splits) {
        while (space < size && load<u8>(at + <usize>space) != 0x20) space++;
        if (space == size) {
          put(at + <usize>offset, <usize>(size - offset));
          offset = size;
          break;
        }
      }
      put(at + <usize>offset, <usize>(space - offset));
      offset = splits ? space : space + 1;
    } else {
      put(at + <usize>offset, <usize>(space - offset));
      offset = space + 1;
    }
    if (separator === null || separator.size == 0) putByte(0x0a);
    else putValue(separator);
  }
  put(at + <usize>offset, <usize>(size - offset));
}

function wrap(argv: usize, count: u32, out: usize): void {
  open();
  putWrapped(argumentAt(argv, 1), intOf(argumentAt(argv, 0)), null, false);
  close(resultAt(out));
}

function wrapWith(argv: usize, count: u32, out: usize): void {
  open();
  putWrapped(argumentAt(argv, 2), intOf(argumentAt(argv, 0)), argumentAt(argv, 1), true);
  close(resultAt(out));
}
