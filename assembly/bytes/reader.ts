// A bounded reader with one cursor for the whole instance (one call runs at a time). It never reads at or beyond the limit: a read that does not
// fit sets `broken` and moves the cursor to the limit, so that every loop over the input ends.
import { unzigzag64 } from './varint';

/** The cursor. */
export let at: usize = 0;
/** First address that must not be read. */
export let limit: usize = 0;
/** Set by the first read that did not fit; cleared by `start`. */
export let broken: bool = false;

/** Sets the range from `from` to `to`, and clears `broken`. */
@inline
export function start(from: usize, to: usize): void {
  at = from;
  limit = to;
  broken = false;
}

/** Narrows or widens the range. The caller must have checked that `to` lies within the input. */
@inline
export function bound(to: usize): void {
  limit = to;
}


@inline
export function seek(to: usize): void {
  at = to;
}

/** Sets `broken`, because the input is malformed. */
export function fail(): void {
  broken = true;
  at = limit;
}


@inline
export function varint(): u64 {
  const p = at;
  if (p < limit) {
    const first = load<u8>(p);
    if (first < 0x80) {
      at = p + 1;
      return first;
    }
  }
  return longVarint();
}

function longVarint(): u64 {
  let p = at;
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 70 && p < limit; shift += 7) {
    const byte = load<u8>(p++);
    value |= (<u64>(byte & 0x7f)) << shift;
    if (byte < 0x80) {
      at = p;
      return value;
    }
  }
  fail();
  return 0;
}

/** A zigzag number. */
@inline
export function signed(): i64 {
  return unzigzag64(varint());
}

/** Reads a length. The bytes that it counts must lie within the limit. */
@inline
export function size(): u32 {
  const n = varint();
  if (n > <u64>(limit - at)) {
    fail();
    return 0;
  }
  return <u32>n;
}

/** Reads Kafka's zigzag length, -1 for null. The bytes that it counts must lie within the limit. */
@inline
export function nullableSize(): i32 {
  const n = signed();
  if (n < -1 || n > <i64>(limit - at)) {
    fail();
    return -1;
  }
  return <i32>n;
}


@inline
export function skip(n: usize): void {
  if (n > limit - at) fail();
  else at += n;
}
