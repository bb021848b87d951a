// sprig's texts: trimming, case, parts, joining and quoting.
import { isLetter, isDigit, isSpace, lastRune, rune, runeSize, toLower, toTitle, toUpper } from '../../bytes/runes';
import { fail, failed, step } from '../values/limits';
import { itemOf, setList } from '../values/lists';
import { parseInt64, parsedInt } from '../values/numbers';
import { isStringer, printArgument, setStringOf, toText } from '../values/print';
import { newTable, put as putPair, setMap } from '../values/tables';
import { close, open, put, putByte, putRepeated, putRune, putSigned, putText, putValue, room, wrote } from '../values/text';
import { Type, Value, addressOf, copyValue, element, isSlice, newElements, newValue, set, setBool, setInt, setText } from '../values/value';
import { flags, putQuoted } from '../values/verbs';
import { argumentAt, endOf, indexOf, intOf, resultAt, setPart } from './call';
import { register } from './table';

export function registerStrings(): void {
  register('trim', 's', trim);
  register('lower', 's', lower);
  register('upper', 's', upper);
  register('title', 's', title);
  register('repeat', 'is', repeat);
  register('trunc', 'is', trunc);
  register('substr', 'iis', substr);
  register('trimall', 'ss', trimAll);
  register('trimAll', 'ss', trimAll);
  register('trimSuffix', 'ss', trimSuffix);
  register('trimPrefix', 'ss', trimPrefix);
  register('contains', 'ss', contains);
  register('hasPrefix', 'ss', hasPrefix);
  register('hasSuffix', 'ss', hasSuffix);
  register('replace', 'sss', replace);
  register('quote', 'A', quote);
  register('squote', 'A', squote);
  register('cat', 'A', cat);
  register('indent', 'is', indent);
  register('nindent', 'is', nindent);
  register('plural', 'ssi', plural);
  register('toString', 'a', toString);
  register('toStrings', 'a', toStrings);
  register('join', 'sa', join);
  register('split', 'ss', split);
  register('splitn', 'sis', splitn);
  register('splitList', 'ss', splitList);
  register('atoi', 's', atoi);
  register('hello', '', hello);
}

/** sprig's strval. */
export function toStringValue(v: Value, out: Value): void {
  if (v.type == Type.bytes) setText(out, addressOf(v), v.size);
  else if (isStringer(v.type)) setStringOf(v, out);
  else if (v.type == Type.none) {
    open();
    putText('<nil>');
    close(out);
  } else toText(v, out);
}

/** sprig's strslice: a new list of texts. */
export function textsOf(v: Value, out: Value): void {
  if (v.type == Type.strings) return copyValue(out, v);
  const many = isSlice(v.type);
  const n: u32 = many ? v.size : v.type <= Type.missing ? 0 : 1;
  const at = newElements(n);
  if (at == 0) return;
  let count: u32 = 0;
  const item = newValue();
  for (let i: u32 = 0; i < n && step(); i++) {
    if (many) itemOf(v, i, item);
    else copyValue(item, v);
    if (item.type > Type.missing) toStringValue(item, element(at, count++));
  }
  setList(out, at, count, Type.strings);
}

function trim(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let at = addressOf(v);
  let end = endOf(v);
  while (at < end && isSpace(rune(at, end))) at += runeSize;
  while (at < end && isSpace(lastRune(at, end))) end -= runeSize;
  setPart(resultAt(out), at, end);
}

function isIn(r: u32, set: Value): bool {
  for (let p = addressOf(set); p < endOf(set); p += runeSize) if (rune(p, endOf(set)) == r) return true;
  return false;
}

function trimAll(argv: usize, count: u32, out: usize): void {
  const set = argumentAt(argv, 0);
  const v = argumentAt(argv, 1);
  let at = addressOf(v);
  let end = endOf(v);
  while (at < end) {
    const r = rune(at, end);
    const n = runeSize;
    if (!isIn(r, set)) break;
    at += n;
  }
  while (at < end) {
    const r = lastRune(at, end);
    const n = runeSize;
    if (!isIn(r, set)) break;
    end -= n;
  }
  setPart(resultAt(out), at, end);
}

function mapCase(v: Value, up: bool, out: Value): void {
  const at = addressOf(v);
  const end = endOf(v);
  open();
  // ASCII in one go.
  const to = room(v.size + 1);
  let p = at;
  if (to != 0) {
    const first: u8 = up ? 0x61 : 0x41;
    for (; p < end; p++) {
      const c = load<u8>(p);
      if (c >= 0x80) break;
      store<u8>(to + (p - at), c - first < 26 ? c ^ 0x20 : c);
    }
    wrote(to + (p - at));
  }
  while (p < end && step()) {
    const r = rune(p, end);
    p += runeSize;
    putRune(up ? toUpper(r) : toLower(r));
  }
  close(out);
}

function lower(argv: usize, count: u32, out: usize): void {
  mapCase(argumentAt(argv, 0), false, resultAt(out));
}

function upper(argv: usize, count: u32, out: usize): void {
  mapCase(argumentAt(argv, 0), true, resultAt(out));
}

function title(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let previous: u32 = 0x20;
  open();
  for (let p = addressOf(v); p < endOf(v) && step();) {
    const r = rune(p, endOf(v));
    p += runeSize;
    // strings.Title: a letter after a separator.
    const inWord = isLetter(previous) || isDigit(previous) || previous == 0x5f || (previous >= 0x80 && !isSpace(previous));
    putRune(inWord ? r : toTitle(r));
    previous = r;
  }
  close(resultAt(out));
}

function repeat(argv: usize, count: u32, out: usize): void {
  const n = intOf(argumentAt(argv, 0));
  const v = argumentAt(argv, 1);
  if (n < 0) return fail('strings: negative Repeat count');
  open();
  if (v.size != 0 && n > 1 << 30) fail('strings: Repeat output length overflow');
  else if (v.size != 0) for (let i: i64 = 0; i < n && !failed && step(); i++) putValue(v);
  close(resultAt(out));
}

function trunc(argv: usize, count: u32, out: usize): void {
  const n = intOf(argumentAt(argv, 0));
  const v = argumentAt(argv, 1);
  const size = <i64>v.size;
  const at = addressOf(v);
  if (n < 0 && size + n > 0) setPart(resultAt(out), at + <usize>(size + n), endOf(v));
  else if (n >= 0 && size > n) setPart(resultAt(out), at, at + <usize>n);
  else copyValue(resultAt(out), v);
}

export function outOfRange(low: i64, high: i64, size: i64): void {
  if (high < 0 || high > size)
    fail('runtime error: slice bounds out of range [:' + high.toString() + ']' + (high > size ? ' with length ' + size.toString() : ''));
  else if (low < 0) fail('runtime error: slice bounds out of range [' + low.toString() + ':]');
  else fail('runtime error: slice bounds out of range [' + low.toString() + ':' + high.toString() + ']');
}

function substr(argv: usize, count: u32, out: usize): void {
  let start = intOf(argumentAt(argv, 0));
  let end = intOf(argumentAt(argv, 1));
  const v = argumentAt(argv, 2);
  const size = <i64>v.size;
  if (start < 0) start = 0;
  else if (end < 0 || end > size) {
    if (start > size) return fail('runtime error: slice bounds out of range [' + start.toString() + ':' + size.toString() + ']');
    end = size;
  }
  if (end < 0 || end > size || start > end) return outOfRange(start, end, size);
  setPart(resultAt(out), addressOf(v) + <usize>start, addressOf(v) + <usize>end);
}

function isPrefix(prefix: Value, v: Value): bool {
  return v.size >= prefix.size && memory.compare(addressOf(v), addressOf(prefix), prefix.size) == 0;
}

function isSuffix(suffix: Value, v: Value): bool {
  return v.size >= suffix.size && memory.compare(endOf(v) - suffix.size, addressOf(suffix), suffix.size) == 0;
}

function trimSuffix(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 1);
  const suffix = argumentAt(argv, 0);
  setPart(resultAt(out), addressOf(v), isSuffix(suffix, v) ? endOf(v) - suffix.size : endOf(v));
}

function trimPrefix(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 1);
  const prefix = argumentAt(argv, 0);
  setPart(resultAt(out), isPrefix(prefix, v) ? addressOf(v) + prefix.size : addressOf(v), endOf(v));
}

function contains(argv: usize, count: u32, out: usize): void {
  const part = argumentAt(argv, 0);
  const v = argumentAt(argv, 1);
  setBool(resultAt(out), step(v.size >> 4) && indexOf(addressOf(v), v.size, addressOf(part), part.size) >= 0);
}

function hasPrefix(argv: usize, count: u32, out: usize): void {
  setBool(resultAt(out), isPrefix(argumentAt(argv, 0), argumentAt(argv, 1)));
}

function hasSuffix(argv: usize, count: u32, out: usize): void {
  setBool(resultAt(out), isSuffix(argumentAt(argv, 0), argumentAt(argv, 1)));
}

/** strings.ReplaceAll into the open text. */
export function putReplaced(v: Value, old: Value, by: Value): void {
  const at = addressOf(v);
  let from: u32 = 0;
  if (old.size == 0) {
    putValue(by);
    for (let p = at; p < endOf(v) && step();) {
      rune(p, endOf(v));
      const n = runeSize;
      put(p, n);
      putValue(by);
      p += n;
    }
    return;
  }
  while (step()) {
    const i = indexOf(at, v.size, addressOf(old), old.size, from);
    if (i < 0) break;
    put(at + from, <u32>i - from);
    putValue(by);
    from = <u32>i + old.size;
  }
  put(at + from, v.size - from);
}

function replace(argv: usize, count: u32, out: usize): void {
  open();
  putReplaced(argumentAt(argv, 2), argumentAt(argv, 0), argumentAt(argv, 1));
  close(resultAt(out));
}

function quote(argv: usize, count: u32, out: usize): void {
  const text = newValue();
  open();
  let first = true;
  for (let i: u32 = 0; i < count && step(); i++) {
    const v = argumentAt(argv, i);
    if (v.type <= Type.missing) continue;
    if (!first) putByte(0x20);
    first = false;
    toStringValue(v, text);
    putQuoted(addressOf(text), text.size, 0x22);
  }
  close(resultAt(out));
}

function squote(argv: usize, count: u32, out: usize): void {
  open();
  let first = true;
  for (let i: u32 = 0; i < count && step(); i++) {
    const v = argumentAt(argv, i);
    if (v.type <= Type.missing) continue;
    if (!first) putByte(0x20);
    first = false;
    putByte(0x27);
    flags.clear();
    printArgument(v, 0x76);
    putByte(0x27);
  }
  close(resultAt(out));
}

function cat(argv: usize, count: u32, out: usize): void {
  open();
  let first = true;
  for (let i: u32 = 0; i < count && step(); i++) {
    const v = argumentAt(argv, i);
    if (v.type <= Type.missing) continue;
    if (!first) putByte(0x20);
    first = false;
    flags.clear();
    printArgument(v, 0x76);
  }
  close(resultAt(out));
}

function putIndented(spaces: i64, v: Value): void {
  if (spaces < 0) return fail('strings: negative Repeat count');
  const n = <i32>min<i64>(spaces, 1 << 28);
  putRepeated(0x20, n);
  for (let p = addressOf(v); p < endOf(v) && !failed; p++) {
    putByte(load<u8>(p));
    if (load<u8>(p) == 0x0a) putRepeated(0x20, n);
  }
}

function indent(argv: usize, count: u32, out: usize): void {
  open();
  putIndented(intOf(argumentAt(argv, 0)), argumentAt(argv, 1));
  close(resultAt(out));
}

function nindent(argv: usize, count: u32, out: usize): void {
  open();
  putByte(0x0a);
  putIndented(intOf(argumentAt(argv, 0)), argumentAt(argv, 1));
  close(resultAt(out));
}

function plural(argv: usize, count: u32, out: usize): void {
  copyValue(resultAt(out), argumentAt(argv, intOf(argumentAt(argv, 2)) == 1 ? 0 : 1));
}

function toString(argv: usize, count: u32, out: usize): void {
  toStringValue(argumentAt(argv, 0), resultAt(out));
}

function toStrings(argv: usize, count: u32, out: usize): void {
  textsOf(argumentAt(argv, 0), resultAt(out));
}

function join(argv: usize, count: u32, out: usize): void {
  const texts = newValue();
  textsOf(argumentAt(argv, 1), texts);
  open();
  for (let i: u32 = 0; i < texts.size && step(); i++) {
    if (i > 0) putValue(argumentAt(argv, 0));
    putValue(element(addressOf(texts), i));
  }
  close(resultAt(out));
}

/** strings.SplitN; `limit` < 0 is no limit. */
export function splitText(separator: Value, v: Value, limit: i64, out: Value): void {
  if (limit == 0) return set(out, Type.strings, 0, 0);
  const at = addressOf(v);
  let parts: u32 = 1;
  if (separator.size == 0) parts = v.size;
  else {
    for (let i = indexOf(at, v.size, addressOf(separator), separator.size); i >= 0 && step(); parts++) {
      i = indexOf(at, v.size, addressOf(separator), separator.size, <u32>i + separator.size);
    }
  }
  if (limit > 0 && <i64>parts > limit) parts = <u32>limit;
  const list = newElements(parts);
  if (list == 0) return;
  let from: u32 = 0;
  let n: u32 = 0;
  while (n + 1 < parts) {
    let next: u32;
    if (separator.size == 0) {
      if (from >= v.size) break;
      rune(at + from, endOf(v));
      next = from + runeSize;
    } else next = <u32>indexOf(at, v.size, addressOf(separator), separator.size, from);
    setPart(element(list, n++), at + from, at + next);
    from = next + separator.size;
  }
  if (separator.size != 0 || from < v.size) setPart(element(list, n++), at + from, endOf(v));
  setList(out, list, n, Type.strings);
}

function splitList(argv: usize, count: u32, out: usize): void {
  splitText(argumentAt(argv, 0), argumentAt(argv, 1), -1, resultAt(out));
}

function numbered(parts: Value, out: Value): void {
  const table = newTable(parts.size);
  const key = newValue();
  for (let i: u32 = 0; i < parts.size && step(); i++) {
    open();
    putByte(0x5f);
    putSigned(i);
    close(key);
    putPair(table, addressOf(key), key.size, element(addressOf(parts), i));
  }
  setMap(out, table, Type.stringMap);
}

function split(argv: usize, count: u32, out: usize): void {
  const parts = newValue();
  splitText(argumentAt(argv, 0), argumentAt(argv, 1), -1, parts);
  if (!failed) numbered(parts, resultAt(out));
}

function splitn(argv: usize, count: u32, out: usize): void {
  const parts = newValue();
  splitText(argumentAt(argv, 0), argumentAt(argv, 2), intOf(argumentAt(argv, 1)), parts);
  if (!failed) numbered(parts, resultAt(out));
}

function atoi(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  parseInt64(addressOf(v), v.size);
  setInt(resultAt(out), parsedInt);
}

function hello(argv: usize, count: u32, out: usize): void {
  open();
  putText('Hello!');
  close(resultAt(out));
}
