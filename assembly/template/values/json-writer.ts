// encoding/json: keys sorted by their bytes, <, > and & escaped unless asked otherwise, exponents without leading zeros.
import { base64Size, writeBase64 } from '../../bytes/base64';
import { rune, runeSize } from '../../bytes/runes';
import { AFTER_VALUE, BEFORE_VALUE, KEY_VALUE, METADATA_VALUE, setOperation, setPosition, tableOf } from './data';
import { appendFloat } from './float-text';
import { enter, fail, failed, leave, step } from './limits';
import { itemOf } from './lists';
import { setStringOf } from './print';
import { pairAt, pairValue } from './tables';
import { put, putByte, putRepeated, putSigned, putText, putUnsigned, room, textAt, textSize, truncate, wrote } from './text';
import { putRfc3339 } from './times';
import { Type, Value, addressOf, floatOf, isBytes, isInteger, isList, isMap, isUnsigned, newValue, set } from './value';

let escapesHtml: bool = true;
let pretty: bool = false;
let indent: i32 = 0;

export function putJson(v: Value, escapes: bool, isPretty: bool): void {
  escapesHtml = escapes;
  pretty = isPretty;
  indent = 0;
  write(v);
}

const HEX = '0123456789abcdef';

export function putJsonText(at: usize, size: u32): void {
  const end = at + size;
  putByte(0x22);
  let from = at;
  while (at < end && !failed) {
    const r = rune(at, end);
    const n = runeSize;
    const html = escapesHtml && (r == 0x3c || r == 0x3e || r == 0x26);
    const broken = r == 0xfffd && n == 1;
    if (r >= 0x20 && r != 0x22 && r != 0x5c && !html && !broken && r != 0x2028 && r != 0x2029) {
      at += n;
      continue;
    }
    put(from, at - from);
    at += n;
    from = at;
    putByte(0x5c);
    const short = '"\\\b\f\n\r\t'.indexOf(String.fromCharCode(r));
    if (short >= 0) putByte('"\\bfnrt'.charCodeAt(short));
    else {
      putByte(0x75);
      for (let shift = 12; shift >= 0; shift -= 4) putByte(HEX.charCodeAt((r >> shift) & 15));
    }
  }
  put(from, end - from);
  putByte(0x22);
}

function line(): void {
  if (!pretty) return;
  putByte(0x0a);
  putRepeated(0x20, indent * 2);
}

function write(v: Value): void {
  if (!step() || !enter()) return;
  writeDeep(v);
  leave();
}

function writeDeep(v: Value): void {
  const t = v.type;
  if (t == Type.string) putJsonText(addressOf(v), v.size);
  else if (t == Type.bool) putText(v.bits != 0 ? 'true' : 'false');
  else if (t == Type.float) putJsonFloat(floatOf(v));
  else if (t == Type.operation || t == Type.semver) {
    const text = newValue();
    setStringOf(v, text);
    putJsonText(addressOf(text), text.size);
  } else if (isInteger(t)) putSigned(<i64>v.bits);
  else if (isUnsigned(t)) putUnsigned(v.bits);
  else if (isBytes(t)) {
    if (v.bits == 0) return putText('null');
    const to = room(<usize>base64Size(v.size) + 2);
    if (to == 0) return;
    store<u8>(to, 0x22);
    const end = writeBase64(to + 1, addressOf(v), v.size);
    store<u8>(end, 0x22);
    wrote(end + 1);
  } else if (isList(t)) writeList(v);
  else if (isMap(t)) writeMap(v);
  else if (t == Type.time) putRfc3339(v);
  else if (t == Type.record) writeRecord();
  else if (t == Type.change) writeChange();
  else putText('null');
}

function putJsonFloat(n: f64): void {
  if (!isFinite(n)) return fail('json: unsupported value: ' + (n != n ? 'NaN' : n > 0 ? '+Inf' : '-Inf'));
  const size = Math.abs(n);
  if (reinterpret<i64>(n) < 0) putByte(0x2d);
  const scientific = n != 0 && (size < 1e-6 || size >= 1e21);
  const before = textSize();
  appendFloat(size, scientific ? 0x65 : 0x66, -1);
  // e-09 is written e-9.
  const length = textSize() - before;
  const at = textAt() + before;
  if (
    !scientific ||
    failed ||
    length < 4 ||
    load<u8>(at + length - 4) != 0x65 ||
    load<u8>(at + length - 3) != 0x2d ||
    load<u8>(at + length - 2) != 0x30
  )
    return;
  store<u8>(at + length - 2, load<u8>(at + length - 1));
  truncate(before + length - 1);
}

function writeList(v: Value): void {
  if (v.bits == 0) return putText('null');
  if (v.size == 0) return putText('[]');
  const item = newValue();
  putByte(0x5b);
  indent++;
  for (let i: u32 = 0; i < v.size && !failed; i++) {
    if (i > 0) putByte(0x2c);
    line();
    itemOf(v, i, item);
    write(item);
  }
  indent--;
  line();
  putByte(0x5d);
}

function name(at: usize, size: u32, isFirst: bool): void {
  if (!isFirst) putByte(0x2c);
  line();
  putJsonText(at, size);
  putByte(0x3a);
  if (pretty) putByte(0x20);
}

function writeMap(v: Value): void {
  const table = tableOf(v);
  if (v.bits == 0) return putText('null');
  if (table.count == 0) return putText('{}');
  putByte(0x7b);
  indent++;
  for (let i: u32 = 0; i < table.count && !failed; i++) {
    const pair = pairAt(table, i);
    name(pair.keyAt, pair.keySize, i == 0);
    write(pairValue(table, i));
  }
  indent--;
  line();
  putByte(0x7d);
}

function field(text: string, v: Value, isFirst: bool): void {
  if (!isFirst) putByte(0x2c);
  line();
  putText('"' + text + '":');
  if (pretty) putByte(0x20);
  write(v);
}

function writeRecord(): void {
  const value = newValue();
  putByte(0x7b);
  indent++;
  setPosition(value);
  field('position', value, true);
  setOperation(value);
  field('operation', value, false);
  field('metadata', METADATA_VALUE, false);
  field('key', KEY_VALUE, false);
  set(value, Type.change, 0, 0);
  field('payload', value, false);
  indent--;
  line();
  putByte(0x7d);
}

function writeChange(): void {
  putByte(0x7b);
  indent++;
  field('before', BEFORE_VALUE, true);
  field('after', AFTER_VALUE, false);
  indent--;
  line();
  putByte(0x7d);
}
