// net/url as far as sprig's urlParse and urlJoin need it.
import { tableOf } from './data';
import { fail, failed } from './limits';
import { lookup, newTable, put as putPair, setMap } from './tables';
import { close, open, putByte, putText, putValue } from './text';
import { Table, Type, Value, addressOf, element, kindName, lift, newValue, setLiteral, setText, quoted } from './value';

function member(table: Table, name: string, v: Value): void {
  const key = newValue();
  setLiteral(key, name);
  if (!failed) putPair(table, addressOf(key), key.size, v);
}

function part(table: Table, name: string, at: usize, end: usize): void {
  const v = newValue();
  setText(v, at, end > at ? end - at : 0);
  member(table, name, v);
}

function find(c: u8, at: usize, end: usize): usize {
  while (at < end && load<u8>(at) != c) at++;
  return at;
}

function hex(c: u8): i32 {
  if (c - 0x30 <= 9) return c - 0x30;
  const l = c | 0x20;
  return l - 0x61 <= 5 ? l - 87 : -1;
}

/** The text without its percent escapes. False: one is invalid. */
function unescaped(at: usize, end: usize, out: Value): bool {
  open();
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c != 0x25) {
      putByte(c);
      continue;
    }
    const high = at + 1 < end ? hex(load<u8>(at + 1)) : -1;
    const low = at + 2 < end ? hex(load<u8>(at + 2)) : -1;
    if (high < 0 || low < 0) {
      const text = String.UTF8.decodeUnsafe(at, min<usize>(3, end - at));
      close(out);
      fail('invalid URL escape ' + quoted(text));
      return false;
    }
    putByte((high << 4) | low);
    at += 2;
  }
  close(out);
  return true;
}

function refuse(text: Value, why: string): void {
  fail('unable to parse url: parse ' + quoted(lift(text)) + ': ' + why);
}

/** The end of the scheme, or `at` if there is none. 0: there is nothing before the colon. */
function schemeEnd(at: usize, end: usize): usize {
  for (let p = at; p < end; p++) {
    const c = load<u8>(p);
    if ((c | 0x20) - 0x61 <= 25) continue;
    if (c == 0x3a) return p == at ? 0 : p;
    if (p == at || !(c - 0x30 <= 9 || c == 0x2b || c == 0x2d || c == 0x2e)) return at;
  }
  return at;
}

export function parseUrl(argv: usize, count: u32, out: usize): void {
  const text = element(argv, 0);
  let at = addressOf(text);
  let end = at + text.size;
  for (let p = at; p < end; p++)
    if (load<u8>(p) < 0x20 || load<u8>(p) == 0x7f) return refuse(text, 'net/url: invalid control character in URL');
  const table = newTable(8);
  const hash = find(0x23, at, end);
  const scratch = newValue();
  if (hash < end && !unescaped(hash + 1, end, scratch)) return;
  if (hash >= end) setText(scratch, 8, 0);
  member(table, 'fragment', scratch);
  end = hash;
  const colon = schemeEnd(at, end);
  if (colon == 0) return refuse(text, 'missing protocol scheme');
  open();
  for (let p = at; p < colon; p++) putByte(load<u8>(p) - 0x41 <= 25 ? load<u8>(p) | 0x20 : load<u8>(p));
  close(scratch);
  member(table, 'scheme', scratch);
  const hasScheme = colon > at;
  if (hasScheme) at = colon + 1;
  const question = find(0x3f, at, end);
  part(table, 'query', min(question + 1, end), end);
  end = question;
  part(table, 'opaque', 0, 0);
  part(table, 'host', 0, 0);
  part(table, 'hostname', 0, 0);
  part(table, 'userinfo', 0, 0);
  if (at < end && load<u8>(at) != 0x2f) {
    if (hasScheme) {
      part(table, 'opaque', at, end);
      part(table, 'path', 0, 0);
      return setMap(changetype<Value>(out), table);
    }
    const slash = find(0x2f, at, end);
    if (find(0x3a, at, end) < slash) return refuse(text, 'first path segment in URL cannot contain colon');
  }
  if (at + 1 < end && load<u8>(at) == 0x2f && load<u8>(at + 1) == 0x2f && (hasScheme || !(at + 2 < end && load<u8>(at + 2) == 0x2f))) {
    const from = at + 2;
    at = find(0x2f, from, end);
    authority(text, table, from, at);
    if (failed) return;
  }
  if (!unescaped(at, end, scratch)) return;
  member(table, 'path', scratch);
  setMap(changetype<Value>(out), table);
}

const IN_HOST = '-_.~!$&\'()*+,;=:[]<>"';

function authority(text: Value, table: Table, at: usize, end: usize): void {
  let host = at;
  for (let p = at; p < end; p++) if (load<u8>(p) == 0x40) host = p + 1;
  if (host > at) part(table, 'userinfo', at, host - 1);
  const v = newValue();
  for (let p = host; p < end; p++) {
    const c = load<u8>(p);
    if (c >= 0x80 || c == 0x25 || c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25 || IN_HOST.includes(String.fromCharCode(c))) continue;
    return refuse(text, 'invalid character ' + quoted(String.fromCharCode(c)) + ' in host name');
  }
  if (!unescaped(host, end, v)) return;
  member(table, 'host', v);
  const from = addressOf(v);
  let to = from + v.size;
  if (v.size > 0 && load<u8>(from) == 0x5b) {
    part(table, 'hostname', from + 1, find(0x5d, from, to));
    return;
  }
  for (let p = to; p > from; p--) {
    const c = load<u8>(p - 1);
    if (c == 0x3a) {
      to = p - 1;
      break;
    }
    if (c - 0x30 > 9) break;
  }
  part(table, 'hostname', from, to);
}

function textOf(table: Table, name: string): Value {
  const v = newValue();
  const key = newValue();
  setLiteral(key, name);
  setText(v, 8, 0);
  const found = lookup(table, addressOf(key), key.size);
  if (found === null) return v;
  if (found.type == Type.string) return found;
  fail('unable to parse ' + name + ' key, must be of type string, but ' + kindName(found) + ' found');
  return v;
}

const HEX = '0123456789ABCDEF';

/** Escapes what may not stand in a path, host or fragment. */
function putEscaped(v: Value, plain: string): void {
  for (let p = addressOf(v); p < addressOf(v) + v.size; p++) {
    const c = load<u8>(p);
    if (c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25 || (c < 0x80 && plain.includes(String.fromCharCode(c)))) putByte(c);
    else {
      putByte(0x25);
      putByte(HEX.charCodeAt(c >> 4));
      putByte(HEX.charCodeAt(c & 15));
    }
  }
}

export function joinUrl(argv: usize, count: u32, out: usize): void {
  const table = tableOf(element(argv, 0));
  const scheme = textOf(table, 'scheme');
  const host = textOf(table, 'host');
  const path = textOf(table, 'path');
  const query = textOf(table, 'query');
  const opaque = textOf(table, 'opaque');
  const fragment = textOf(table, 'fragment');
  const user = textOf(table, 'userinfo');
  if (failed) return;
  open();
  if (scheme.size > 0) {
    putValue(scheme);
    putByte(0x3a);
  }
  if (opaque.size > 0) putValue(opaque);
  else {
    const rooted = path.size > 0 && load<u8>(addressOf(path)) == 0x2f;
    if (scheme.size > 0 || host.size > 0 || user.size > 0) {
      if (host.size > 0 || path.size > 0 || user.size > 0) putText('//');
      if (user.size > 0) {
        putValue(user);
        putByte(0x40);
      }
      putEscaped(host, IN_HOST);
    }
    if (path.size > 0 && !rooted && host.size > 0) putByte(0x2f);
    putEscaped(path, "-_.~$&+,/:;=@!'()*");
  }
  if (query.size > 0) {
    putByte(0x3f);
    putValue(query);
  }
  if (fragment.size > 0) {
    putByte(0x23);
    putEscaped(fragment, '-_.~$&+,/:;=?@!()*');
  }
  close(changetype<Value>(out));
}
