// Turns a JSON object into a google.protobuf.Struct, so that everything that reads structured data can read it.
import { writeVarint } from '../bytes/varint';
import { tableOf } from './values/data';
import { parseJson } from './values/json-reader';
import { failed } from './values/limits';
import { pairAt, pairValue } from './values/tables';
import { begin, close, open, putByte, putValue, room, wrote } from './values/text';
import { Type, Value, addressOf, element, floatOf, newValue, setText } from './values/value';

/** The Struct that `structOfJson` made; 0 of the JSON text null. */
export let structAt: usize = 0;
export let structSize: u32 = 0;

/** Reads a JSON object, or null. False: the text is neither. */
export function structOfJson(at: usize, size: u32): bool {
  let p = at;
  while (p < at + size && (load<u8>(p) == 0x20 || (load<u8>(p) >= 9 && load<u8>(p) <= 13))) p++;
  // Nearly all raw data that is no object is known by its first byte.
  if (p == at + size || (load<u8>(p) != 0x7b && load<u8>(p) != 0x6e)) return false;
  begin();
  const text = newValue();
  const value = newValue();
  setText(text, at, size);
  if (!parseJson(text, value) || failed) return false;
  structAt = 0;
  structSize = 0;
  if (value.type == Type.none) return true;
  if (value.type != Type.map) return false;
  const out = newValue();
  open();
  putFields(value);
  close(out);
  structAt = addressOf(out);
  structSize = out.size;
  return !failed;
}

function putVarint(n: u64): void {
  const to = room(10);
  if (to != 0) wrote(writeVarint(to, <u32>n));
}

function putField(tag: u32, v: Value): void {
  putByte(tag);
  putVarint(v.size);
  putValue(v);
}

/** The fields of a Struct. */
function putFields(map: Value): void {
  const table = tableOf(map);
  const pair = newValue();
  const key = newValue();
  const value = newValue();
  for (let i: u32 = 0; i < table.count && !failed; i++) {
    const own = pairAt(table, i);
    setText(key, own.keyAt, own.keySize);
    open();
    putForm(pairValue(table, i));
    close(value);
    open();
    putField(0x0a, key);
    putField(0x12, value);
    close(pair);
    putField(0x0a, pair);
  }
}

/** The content of a Value. */
function putForm(v: Value): void {
  const t = v.type;
  if (t == Type.string) putField(0x1a, v);
  else if (t == Type.float) {
    putByte(0x11);
    const to = room(8);
    if (to == 0) return;
    store<f64>(to, floatOf(v));
    wrote(to + 8);
  } else if (t == Type.bool) {
    putByte(0x20);
    putByte(<u32>v.bits);
  } else if (t == Type.map || t == Type.list) {
    const inner = newValue();
    open();
    if (t == Type.map) putFields(v);
    else putItems(v);
    close(inner);
    putField(t == Type.map ? 0x2a : 0x32, inner);
  } else {
    putByte(0x08);
    putByte(0);
  }
}

function putItems(list: Value): void {
  const item = newValue();
  for (let i: u32 = 0; i < list.size && !failed; i++) {
    open();
    putForm(element(addressOf(list), i));
    close(item);
    putField(0x0a, item);
  }
}
