// Reads numbers as Go's strconv does.
import { exactFloat } from './decimal-float';

export let parsedFloat: f64 = 0;
export let parsedInt: i64 = 0;

/** ParseFloat(text, 64), without hexadecimal forms. False: it is no number. */
export function parseFloat64(at: usize, size: usize): bool {
  const end = at + size;
  let p = at;
  if (p < end && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
  const negative = p > at && load<u8>(at) == 0x2d;
  const word = String.UTF8.decodeUnsafe(p, min<usize>(end - p, 9)).toLowerCase();
  if (word == 'inf' || word == 'infinity') {
    parsedFloat = negative ? -Infinity : Infinity;
    return true;
  }
  if (word == 'nan' && p == at) {
    parsedFloat = NaN;
    return true;
  }
  let digits = 0;
  while (p < end && isDigitAt(p)) {
    p++;
    digits++;
  }
  if (p < end && load<u8>(p) == 0x2e) {
    p++;
    while (p < end && isDigitAt(p)) {
      p++;
      digits++;
    }
  }
  if (digits == 0) return false;
  if (p < end && (load<u8>(p) | 0x20) == 0x65) {
    p++;
    if (p < end && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
    const before = p;
    while (p < end && isDigitAt(p)) p++;
    if (p == before) return false;
  }
  if (p != end) return false;
  parsedFloat = exactFloat(at, size);
  return isFinite(parsedFloat);
}


@inline
function isDigitAt(p: usize): bool {
  return load<u8>(p) - 0x30 <= 9;
}

/** ParseInt(text, 10, 64). False: it is no integer, or does not fit: `parsedInt` is then the nearest number that does. */
export function parseInt64(at: usize, size: usize): bool {
  const end = at + size;
  let p = at;
  const negative = size > 0 && load<u8>(p) == 0x2d;
  if (size > 0 && (negative || load<u8>(p) == 0x2b)) p++;
  parsedInt = 0;
  if (p == end) return false;
  let n: u64 = 0;
  let fits = true;
  for (; p < end; p++) {
    const d = (<u64>(load<u8>(p) - 0x30)) & 0xff;
    if (d > 9) return false;
    if (n > (u64.MAX_VALUE - d) / 10) fits = false;
    n = n * 10 + d;
  }
  if (!fits || n > <u64>i64.MAX_VALUE + (negative ? 1 : 0)) {
    parsedInt = negative ? i64.MIN_VALUE : i64.MAX_VALUE;
    return false;
  }
  parsedInt = negative ? <i64>(0 - n) : <i64>n;
  return true;
}
