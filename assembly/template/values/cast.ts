// spf13/cast: numbers from values of any type. What is no number is 0.
import { parseFloat64, parsedFloat } from './numbers';
import { Type, Value, addressOf, floatOf } from './value';

/** ToInt64, and ToInt on a machine of 64 bits. */
export function castInt(v: Value): i64 {
  const t = v.type;
  if (t == Type.int || t == Type.int64 || t == Type.month || t == Type.weekday) return <i64>v.bits;
  if (t == Type.bool || t == Type.uint8 || t == Type.uint64) return <i64>v.bits;
  if (t == Type.float) return truncated(floatOf(v));
  return t == Type.string ? textInt(addressOf(v), v.size) : 0;
}

/** The conversion of amd64: what does not fit is the smallest number. */
function truncated(n: f64): i64 {
  return n >= -9223372036854775808.0 && n < 9223372036854775808.0 ? <i64>n : i64.MIN_VALUE;
}

/** ToFloat64 */
export function castFloat(v: Value): f64 {
  const t = v.type;
  if (t == Type.float) return floatOf(v);
  if (t == Type.string) return parseFloat64(addressOf(v), v.size) ? parsedFloat : 0;
  if (t == Type.int || t == Type.int64 || t == Type.month || t == Type.weekday) return <f64>(<i64>v.bits);
  if (t == Type.bool || t == Type.uint8 || t == Type.uint64) return <f64>v.bits;
  return 0;
}

/** ParseInt(text without a trailing .0, 0, 64) */
function textInt(at: usize, size: u32): i64 {
  let end = at + size;
  let zeros = false;
  for (let p = end; p > at; p--) {
    const c = load<u8>(p - 1);
    if (c == 0x30) zeros = true;
    else {
      if (c == 0x2e && zeros) end = p - 1;
      break;
    }
  }
  let p = at;
  const negative = p < end && load<u8>(p) == 0x2d;
  if (negative || (p < end && load<u8>(p) == 0x2b)) p++;
  let base: u64 = 10;
  if (end - p > 1 && load<u8>(p) == 0x30) {
    const c = load<u8>(p + 1) | 0x20;
    base = c == 0x78 ? 16 : c == 0x62 ? 2 : 8;
    p += c == 0x78 || c == 0x62 || c == 0x6f ? 2 : 1;
  }
  if (p >= end) return 0;
  let n: u64 = 0;
  for (; p < end; p++) {
    let c: u64 = load<u8>(p);
    if (c == 0x5f) continue;
    c = c - 0x30 <= 9 ? c - 0x30 : (c | 0x20) - 0x61 <= 5 ? (c | 0x20) - 87 : 99;
    if (c >= base || n > (u64.MAX_VALUE - c) / base) return 0;
    n = n * base + c;
  }
  if (n > <u64>i64.MAX_VALUE + (negative ? 1 : 0)) return 0;
  return negative ? <i64>(0 - n) : <i64>n;
}
