// What the functions share: their arguments, and results.
import { Type, Value, addressOf, element, set, setText } from '../values/value';


@inline
export function argumentAt(argv: usize, i: u32): Value {
  return element(argv, i);
}


@inline
export function resultAt(out: usize): Value {
  return changetype<Value>(out);
}

/** A value that is a part of another text. */
@inline
export function setPart(v: Value, at: usize, end: usize): void {
  setText(v, at, end > at ? end - at : 0);
}


@inline
export function endOf(v: Value): usize {
  return addressOf(v) + v.size;
}


@inline
export function setNull(v: Value, type: u8): void {
  set(v, type, 0, 0);
}


@inline
export function intOf(v: Value): i64 {
  return <i64>v.bits;
}

/** Where `needle` begins in the text at or after `from`; -1: nowhere. */
export function indexOf(at: usize, size: u32, needle: usize, needleSize: u32, from: u32 = 0): i32 {
  if (needleSize > size) return -1;
  const last = size - needleSize;
  for (let i = from; i <= last; i++) {
    if (needleSize == 0 || (load<u8>(at + i) == load<u8>(needle) && memory.compare(at + i, needle, needleSize) == 0)) return i;
  }
  return -1;
}


@inline
export function isTextType(v: Value): bool {
  return v.type == Type.string;
}
