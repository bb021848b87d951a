// Go's own functions, without the comparisons.
import { isPrint, rune, runeSize } from '../../bytes/runes';
import { tableOf } from '../values/data';
import { fail, failed } from '../values/limits';
import { elementOf } from '../values/lists';
import { printArgument, printPlain } from '../values/print';
import { printFormat } from '../values/printf';
import { lookup } from '../values/tables';
import { close, open, put, putByte, putText } from '../values/text';
import { isTrue } from '../values/truth';
import {
  Type,
  Value,
  Wrap,
  addressOf,
  copyValue,
  element,
  isInteger,
  isMap,
  isSlice,
  isUnsigned,
  newValue,
  setBool,
  setInt,
  setNone,
  typeName,
} from '../values/value';
import { flags } from '../values/verbs';
import { register } from './table';


@inline
function valueAt(argv: usize, i: u32): Value {
  return element(argv, i);
}


@inline
function result(out: usize): Value {
  return changetype<Value>(out);
}

export function registerBuiltins(): void {
  register('and', 'vV', nothing);
  register('or', 'vV', nothing);
  register('not', 'v', not);
  register('len', 'v', length);
  register('index', 'vV', index);
  register('print', 'A', print);
  register('println', 'A', println);
  register('printf', 'sA', printf);
  register('html', 'A', html);
  register('js', 'A', js);
  register('urlquery', 'A', urlquery);
}

function nothing(argv: usize, count: u32, out: usize): void {}

function not(argv: usize, count: u32, out: usize): void {
  setBool(result(out), !isTrue(valueAt(argv, 0)));
}

function length(argv: usize, count: u32, out: usize): void {
  const v = valueAt(argv, 0);
  const t = v.type;
  if (t <= Type.missing) return fail(v.wrap == Wrap.nothing ? 'reflect: call of reflect.Value.Type on zero Value' : 'len of nil pointer');
  if (isMap(t)) setInt(result(out), tableOf(v).count);
  else if (t == Type.string || isSlice(t)) setInt(result(out), v.size);
  else fail('len of type ' + (t == Type.semver ? 'semver.Version' : typeName(v)));
}

function index(argv: usize, count: u32, out: usize): void {
  const item = result(out);
  copyValue(item, valueAt(argv, 0));
  if (item.type <= Type.missing) return fail('index of untyped nil');
  const held = newValue();
  for (let i: u32 = 1; i < count && !failed; i++) {
    const at = valueAt(argv, i);
    const t = item.type;
    if (t <= Type.missing)
      return fail(item.wrap == Wrap.nothing ? 'reflect: call of reflect.Value.Type on zero Value' : 'index of nil pointer');
    if (t == Type.string || isSlice(t)) {
      const at_ = at.type;
      if (at_ <= Type.missing) return fail('cannot index slice/array with nil');
      if (!isInteger(at_) && !isUnsigned(at_)) return fail('cannot index slice/array with type ' + typeName(at));
      const n = <i64>at.bits;
      if (n < 0 || n > <i64>item.size) return fail('index out of range: ' + n.toString());
      if (n == <i64>item.size) return fail(t == Type.string ? 'reflect: string index out of range' : 'reflect: slice index out of range');
      copyValue(held, item);
      elementOf(held, <u32>n, item);
    } else if (isMap(t)) {
      if (at.type != Type.string) {
        return fail(
          at.type <= Type.missing ? 'value is nil; should be of type string' : 'value has type ' + typeName(at) + '; should be string',
        );
      }
      const found = lookup(tableOf(item), addressOf(at), at.size);
      const any = t == Type.map || t == Type.structuredData;
      if (found !== null) copyValue(item, found);
      else if (any) setNone(item);
      else changetype<Value>(out).type = Type.string;
      if (found === null && !any) {
        item.size = 0;
        item.bits = 8;
        item.lazy = 0;
      }
      item.wrap = any ? Wrap.any : Wrap.nothing;
    } else return fail("can't index item of type " + (t == Type.semver ? 'semver.Version' : typeName(item)));
  }
}

function isStringKind(v: Value): bool {
  return v.type == Type.string;
}

/** fmt.Sprint: a space between two values of which neither is a text. */
function sprint(argv: usize, count: u32): void {
  let previous = false;
  for (let i: u32 = 0; i < count && !failed; i++) {
    const v = valueAt(argv, i);
    const isText = isStringKind(v);
    if (i > 0 && !isText && !previous) putByte(0x20);
    flags.clear();
    printArgument(v, 0x76);
    previous = isText;
  }
}

function print(argv: usize, count: u32, out: usize): void {
  open();
  sprint(argv, count);
  close(result(out));
}

function println(argv: usize, count: u32, out: usize): void {
  open();
  for (let i: u32 = 0; i < count && !failed; i++) {
    if (i > 0) putByte(0x20);
    flags.clear();
    printArgument(valueAt(argv, i), 0x76);
  }
  putByte(0x0a);
  close(result(out));
}

function printf(argv: usize, count: u32, out: usize): void {
  open();
  printFormat(valueAt(argv, 0), argv + 16, count - 1);
  close(result(out));
}

/** The text that html, js and urlquery escape. */
function joined(argv: usize, count: u32): Value {
  const v = newValue();
  if (count == 1 && valueAt(argv, 0).type == Type.string) {
    copyValue(v, valueAt(argv, 0));
    return v;
  }
  open();
  let previous = false;
  for (let i: u32 = 0; i < count && !failed; i++) {
    const a = valueAt(argv, i);
    const isText = isStringKind(a) || a.type <= Type.missing;
    if (i > 0 && !isText && !previous) putByte(0x20);
    printPlain(a);
    previous = isText;
  }
  close(v);
  return v;
}

function html(argv: usize, count: u32, out: usize): void {
  const text = joined(argv, count);
  open();
  for (let p = addressOf(text); p < addressOf(text) + text.size; p++) {
    const c = load<u8>(p);
    if (c == 0x22) putText('&#34;');
    else if (c == 0x27) putText('&#39;');
    else if (c == 0x26) putText('&amp;');
    else if (c == 0x3c) putText('&lt;');
    else if (c == 0x3e) putText('&gt;');
    else if (c == 0) putText('\ufffd');
    else putByte(c);
  }
  close(result(out));
}

const HEX = '0123456789ABCDEF';

function putHex(n: u32, digits: u32): void {
  for (let i = digits; i > 0; i--) putByte(HEX.charCodeAt((n >> ((i - 1) * 4)) & 15));
}

function js(argv: usize, count: u32, out: usize): void {
  const text = joined(argv, count);
  const end = addressOf(text) + text.size;
  open();
  for (let p = addressOf(text); p < end;) {
    const r = rune(p, end);
    if (r == 0x5c || r == 0x27 || r == 0x22) {
      putByte(0x5c);
      putByte(r);
    } else if (r < 0x20 || r == 0x3c || r == 0x3e || r == 0x26 || r == 0x3d || (r >= 0x80 && !isPrint(r))) {
      putText('\\u');
      putHex(r, r < 0x10000 ? 4 : 5);
    } else put(p, runeSize);
    p += runeSize;
  }
  close(result(out));
}

function urlquery(argv: usize, count: u32, out: usize): void {
  const text = joined(argv, count);
  open();
  for (let p = addressOf(text); p < addressOf(text) + text.size; p++) {
    const c: u32 = load<u8>(p);
    const plain = c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25 || c == 0x2d || c == 0x5f || c == 0x2e || c == 0x7e;
    if (plain) putByte(c);
    else if (c == 0x20) putByte(0x2b);
    else {
      putByte(0x25);
      putHex(c, 2);
    }
  }
  close(result(out));
}
