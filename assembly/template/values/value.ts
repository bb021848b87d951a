// The values of a template: Go's types as far as a template can meet them. A value takes 16 bytes and lies in the memory of the record's evaluation,
// as does what it points to, so nothing is freed by itself.
import { same } from '../../bytes/memory';
import { alloc, fail } from './limits';

export namespace Type {
  /** Go's zero reflect.Value: a missing key, or nil. */
  export const none: u8 = 0;
  /** No value came through the pipe. */
  export const missing: u8 = 1;
  export const bool: u8 = 2;
  export const int: u8 = 3;
  export const int64: u8 = 4;
  export const operation: u8 = 5;
  export const month: u8 = 6;
  export const weekday: u8 = 7;
  export const duration: u8 = 8;
  export const uint8: u8 = 9;
  export const uint64: u8 = 10;
  export const float: u8 = 11;
  export const string: u8 = 12;
  export const bytes: u8 = 13;
  export const rawData: u8 = 14;
  export const position: u8 = 15;
  export const list: u8 = 16;
  export const strings: u8 = 17;
  export const ints: u8 = 18;
  export const lists: u8 = 19;
  export const map: u8 = 20;
  export const structuredData: u8 = 21;
  export const metadata: u8 = 22;
  export const stringMap: u8 = 23;
  export const record: u8 = 24;
  export const change: u8 = 25;
  export const time: u8 = 26;
  export const semver: u8 = 27;
}

/** The static type that a value is wrapped in. */
export namespace Wrap {
  export const nothing: u8 = 0;
  /** interface {} */
  export const any: u8 = 1;
  /** opencdc.Data */
  export const data: u8 = 2;
}


@unmanaged
export class Value {
  type: u8;
  wrap: u8;
  /** The content is still protobuf: see data.ts. */
  lazy: u16;
  /** Bytes of a text, elements of a list. */
  size: u32;
  /** A number, or an address. */
  bits: u64;
}
export const VALUE: usize = 16;

/** The content of a map: entries sorted by the bytes of their keys. Maps are shared, as in Go. */
@unmanaged
export class Table {
  count: u32;
  capacity: u32;
  at: u32;
  spare: u32;
}


@unmanaged
export class Pair {
  keyAt: u32;
  keySize: u32;
  value: u64; // the Value begins here
  rest: u64;
}
export const PAIR: usize = 24;
export const PAIR_VALUE: usize = 8;


@inline
export function copyValue(to: Value, from: Value): void {
  store<u64>(changetype<usize>(to), load<u64>(changetype<usize>(from)));
  store<u64>(changetype<usize>(to), load<u64>(changetype<usize>(from), 8), 8);
}


@inline
export function set(v: Value, type: u8, size: u32, bits: u64): void {
  store<u64>(changetype<usize>(v), (<u64>type) | ((<u64>size) << 32));
  v.bits = bits;
}


@inline
export function setNone(v: Value): void {
  set(v, Type.none, 0, 0);
}


@inline
export function setBool(v: Value, b: bool): void {
  set(v, Type.bool, 0, b ? 1 : 0);
}


@inline
export function setInt(v: Value, n: i64, type: u8 = Type.int): void {
  set(v, type, 0, <u64>n);
}


@inline
export function setFloat(v: Value, n: f64): void {
  set(v, Type.float, 0, reinterpret<u64>(n));
}


@inline
export function setText(v: Value, at: usize, size: usize, type: u8 = Type.string): void {
  set(v, type, <u32>size, <u64>at);
}

/** A text of the program, for results and messages. */
export function setLiteral(v: Value, text: string): void {
  const size = String.UTF8.byteLength(text);
  const at = alloc(max(1, size));
  if (at == 0) return;
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  setText(v, at, size);
}


@inline
export function addressOf(v: Value): usize {
  return <usize>v.bits;
}


@inline
export function floatOf(v: Value): f64 {
  return reinterpret<f64>(v.bits);
}

/** Most bytes of a text that becomes a managed string: the heap is small. */
export const MAX_LIFTED: u32 = 10_000;

/** The text of a value of bytes, for messages; of a long one the beginning. */
export function lift(v: Value): string {
  return String.UTF8.decodeUnsafe(addressOf(v), min(v.size, MAX_LIFTED));
}


@inline
export function sameText(v: Value, at: usize, size: u32): bool {
  return v.size == size && same(addressOf(v), at, size);
}


@inline
export function element(list: usize, i: u32): Value {
  return changetype<Value>(list + <usize>i * VALUE);
}

export function newValue(): Value {
  return changetype<Value>(alloc(VALUE));
}

/** A list of `count` elements that the caller must set. Null: there is no memory. */
export function newElements(count: u32): usize {
  if (<u64>count * VALUE > 1 << 30) {
    fail('a list of ' + count.toString() + ' elements is too large');
    return 0;
  }
  const at = alloc(max<usize>(8, <usize>count * VALUE));
  if (at != 0 && count <= 256) memory.fill(at, 0, <usize>count * VALUE);
  else if (at != 0) memory.fill(at, 0, <usize>count * VALUE);
  return at;
}


@inline
export function isInteger(type: u8): bool {
  return type >= Type.int && type <= Type.duration;
}


@inline
export function isUnsigned(type: u8): bool {
  return type == Type.uint8 || type == Type.uint64;
}


@inline
export function isText(type: u8): bool {
  return type == Type.string;
}

/** A slice of bytes in Go. */
@inline
export function isBytes(type: u8): bool {
  return type >= Type.bytes && type <= Type.position;
}


@inline
export function isList(type: u8): bool {
  return type >= Type.list && type <= Type.lists;
}


@inline
export function isMap(type: u8): bool {
  return type >= Type.map && type <= Type.stringMap;
}

/** A slice, in Go's eyes. */
@inline
export function isSlice(type: u8): bool {
  return isBytes(type) || isList(type);
}

const NAMES: string[] = [
  '<nil>',
  '<nil>',
  'bool',
  'int',
  'int64',
  'opencdc.Operation',
  'time.Month',
  'time.Weekday',
  'time.Duration',
  'uint8',
  'uint64',
  'float64',
  'string',
  '[]uint8',
  'opencdc.RawData',
  'opencdc.Position',
  '[]interface {}',
  '[]string',
  '[]int',
  '[][]interface {}',
  'map[string]interface {}',
  'opencdc.StructuredData',
  'opencdc.Metadata',
  'map[string]string',
  'opencdc.Record',
  'opencdc.Change',
  'time.Time',
  '*semver.Version',
];

/** The name of Go's dynamic type. */
export function typeName(v: Value): string {
  return NAMES[v.type];
}

/** The name of Go's static type, which says `interface {}` for an element of a map or list. */
export function staticName(v: Value): string {
  return v.wrap == Wrap.any ? 'interface {}' : v.wrap == Wrap.data ? 'opencdc.Data' : NAMES[v.type];
}

/** The name of Go's kind. */
export function kindName(v: Value): string {
  const t = v.type;
  if (t <= Type.missing) return 'invalid';
  if (t == Type.int || (t >= Type.operation && t <= Type.weekday)) return 'int';
  if (t == Type.int64 || t == Type.duration) return 'int64';
  if (isSlice(t)) return 'slice';
  if (isMap(t)) return 'map';
  if (t == Type.semver) return 'ptr';
  return t >= Type.record ? 'struct' : NAMES[t];
}

/** A name in quotes, for messages. */
export function quoted(name: string): string {
  return '"' + name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\t', '\\t') + '"';
}
