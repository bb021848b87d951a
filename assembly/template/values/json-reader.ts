// encoding/json's reading of any value, with its messages for the first error.
import { encodeRune } from '../../bytes/runes';
import { rune, runeSize } from '../../bytes/runes';
import { alloc, enter, failed, leave, step } from './limits';
import { setList } from './lists';
import { parseFloat64, parsedFloat } from './numbers';
import { newTable, put as putPair, setMap } from './tables';
import { VALUE, Value, addressOf, copyValue, element, newValue, setBool, setFloat, setNone, setText } from './value';

/** The error of the last `parseJson`. */
export let problemAt: string = '';

let at: usize = 0;
let end: usize = 0;

/** Parses a JSON text. False: it is none, see `problemAt`. */
export function parseJson(text: Value, out: Value): bool {
  at = addressOf(text);
  end = at + text.size;
  problemAt = '';
  skip();
  if (!value(out)) return false;
  skip();
  return at >= end || bad('after top-level value');
}

function skip(): void {
  while (at < end && (load<u8>(at) == 0x20 || load<u8>(at) == 9 || load<u8>(at) == 10 || load<u8>(at) == 13)) at++;
}

function bad(context: string): bool {
  if (problemAt != '') return false;
  // In the middle of a literal, number or escape Go sees the end as a space.
  const inside = context.startsWith('in ') || context.startsWith('after decimal');
  if (at >= end && !inside) {
    problemAt = 'unexpected end of JSON input';
    return false;
  }
  const c: u8 = at < end ? load<u8>(at) : 0x20;
  const shown =
    c == 0x27
      ? "\\'"
      : c == 0x22
        ? '"'
        : c < 0x20
          ? c == 10
            ? '\\n'
            : c == 9
              ? '\\t'
              : c == 13
                ? '\\r'
                : '\\x' + (c < 16 ? '0' : '') + c.toString(16)
          : String.fromCharCode(c);
  problemAt = "invalid character '" + shown + "' " + context;
  return false;
}

function word(text: string): bool {
  for (let i = 0; i < text.length; i++, at++) {
    if (at >= end || load<u8>(at) != text.charCodeAt(i)) {
      return bad('in literal ' + text + " (expecting '" + text.charAt(i) + "')");
    }
  }
  return true;
}

function value(out: Value): bool {
  if (at >= end) return bad('');
  if (!step() || !enter()) return false;
  const c = load<u8>(at);
  let valid = true;
  if (c == 0x22) valid = text(out);
  else if (c == 0x7b) valid = object(out);
  else if (c == 0x5b) valid = array(out);
  else if (c == 0x74) {
    valid = word('true');
    setBool(out, true);
  } else if (c == 0x66) {
    valid = word('false');
    setBool(out, false);
  } else if (c == 0x6e) {
    valid = word('null');
    setNone(out);
  } else if (c == 0x2d || c - 0x30 <= 9) valid = number(out);
  else valid = bad('looking for beginning of value');
  leave();
  return valid && !failed;
}

function digits(): bool {
  const from = at;
  while (at < end && load<u8>(at) - 0x30 <= 9) at++;
  return at > from;
}

function number(out: Value): bool {
  const from = at;
  if (load<u8>(at) == 0x2d) at++;
  if (at < end && load<u8>(at) == 0x30) at++;
  else if (!digits()) return bad('in numeric literal');
  if (at < end && load<u8>(at) == 0x2e) {
    at++;
    if (!digits()) return bad('after decimal point in numeric literal');
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
    if (!digits()) return bad('in exponent of numeric literal');
  }
  if (!parseFloat64(from, at - from)) {
    problemAt = 'json: cannot unmarshal number ' + String.UTF8.decodeUnsafe(from, at - from) + ' into Go value of type float64';
    return false;
  }
  setFloat(out, parsedFloat);
  return true;
}

function hex4(): i32 {
  let n = 0;
  for (let i = 0; i < 4; i++, at++) {
    if (at >= end) return -1;
    const c: i32 = load<u8>(at);
    const d = c >= 0x30 && c <= 0x39 ? c - 0x30 : (c | 0x20) >= 0x61 && (c | 0x20) <= 0x66 ? (c | 0x20) - 87 : -1;
    if (d < 0) return -1;
    n = n * 16 + d;
  }
  return n;
}

function text(out: Value): bool {
  const from = ++at;
  while (at < end && load<u8>(at) != 0x22 && load<u8>(at) != 0x5c && load<u8>(at) >= 0x20 && load<u8>(at) < 0x80) at++;
  if (at < end && load<u8>(at) == 0x22) {
    setText(out, from, at - from);
    at++;
    return true;
  }
  // Every byte that is not UTF-8 becomes three.
  let until = at;
  while (until < end && load<u8>(until) != 0x22) until += load<u8>(until) == 0x5c ? 2 : 1;
  const to = alloc(max<usize>(8, (min(until, end) - from) * 3));
  if (to == 0) return false;
  memory.copy(to, from, at - from);
  let p = to + (at - from);
  while (true) {
    if (at >= end) return bad('');
    const c = load<u8>(at);
    if (c == 0x22) break;
    if (c < 0x20) return bad('in string literal');
    if (c != 0x5c) {
      const r = rune(at, end);
      at += runeSize;
      p = encodeRune(p, r);
      continue;
    }
    at++;
    if (at >= end) return bad('in string escape code');
    const e = load<u8>(at);
    const known = '"\\/bfnrt'.indexOf(String.fromCharCode(e));
    if (known >= 0) {
      store<u8>(p++, <u8>'"\\/\b\f\n\r\t'.charCodeAt(known));
      at++;
      continue;
    }
    if (e != 0x75) return bad('in string escape code');
    at++;
    let r = hex4();
    if (r < 0) return bad('in \\u hexadecimal character escape');
    if (r >= 0xd800 && r < 0xdc00 && at + 6 <= end && load<u8>(at) == 0x5c && load<u8>(at + 1) == 0x75) {
      const back = at;
      at += 2;
      const low = hex4();
      if (low >= 0xdc00 && low < 0xe000) r = 0x10000 + ((r - 0xd800) << 10) + (low - 0xdc00);
      else at = back;
    }
    p = encodeRune(p, r);
  }
  at++;
  setText(out, to, p - to);
  return true;
}

function array(out: Value): bool {
  at++;
  skip();
  let capacity: u32 = 4;
  let items = alloc(<usize>capacity * VALUE);
  let count: u32 = 0;
  if (at < end && load<u8>(at) == 0x5d) {
    at++;
    setList(out, items, 0);
    return !failed;
  }
  const item = newValue();
  while (true) {
    skip();
    if (!value(item)) return false;
    if (count == capacity) {
      const moved = alloc(<usize>capacity * 2 * VALUE);
      if (failed) return false;
      memory.copy(moved, items, <usize>count * VALUE);
      items = moved;
      capacity *= 2;
    }
    copyValue(element(items, count++), item);
    skip();
    if (at < end && load<u8>(at) == 0x2c) {
      at++;
      continue;
    }
    if (at < end && load<u8>(at) == 0x5d) break;
    return bad('after array element');
  }
  at++;
  setList(out, items, count);
  return true;
}

function object(out: Value): bool {
  at++;
  skip();
  const table = newTable(4);
  if (at < end && load<u8>(at) == 0x7d) {
    at++;
    setMap(out, table);
    return !failed;
  }
  const key = newValue();
  const item = newValue();
  while (true) {
    skip();
    if (at >= end || load<u8>(at) != 0x22) return bad('looking for beginning of object key string');
    if (!text(key)) return false;
    skip();
    if (at >= end || load<u8>(at) != 0x3a) return bad('after object key');
    at++;
    skip();
    if (!value(item)) return false;
    putPair(table, addressOf(key), key.size, item);
    if (failed) return false;
    skip();
    if (at < end && load<u8>(at) == 0x2c) {
      at++;
      continue;
    }
    if (at < end && load<u8>(at) == 0x7d) break;
    return bad('after object key:value pair');
  }
  at++;
  setMap(out, table);
  return true;
}
