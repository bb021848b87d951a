import { copy } from './memory';

const DIGITS = memory.data(24);
const END: usize = 20;

/** Number of characters of `value` in decimal. */
export function decimalSize(value: u64): u32 {
  let n: u32 = 1;
  while (value >= 10000) {
    value /= 10000;
    n += 4;
  }
  return value < 10 ? n : value < 100 ? n + 1 : value < 1000 ? n + 2 : n + 3;
}

/** Writes `value` in decimal and returns the end. */
export function writeDecimal(at: usize, value: u64): usize {
  let p = DIGITS + END;
  while (value > <u64>u32.MAX_VALUE) {
    const quotient = value / 10;
    store<u8>(--p, <u8>(48 + (value - quotient * 10)));
    value = quotient;
  }
  let rest = <u32>value;
  do {
    const quotient = rest / 10;
    store<u8>(--p, <u8>(48 + (rest - quotient * 10)));
    rest = quotient;
  } while (rest != 0);
  return copy(at, p, DIGITS + END - p);
}

/** Writes `value` in decimal, with its sign, and returns the end. */
export function writeSigned(at: usize, value: i64): usize {
  if (value < 0) {
    store<u8>(at++, 45);
    return writeDecimal(at, 0 - <u64>value);
  }
  return writeDecimal(at, <u64>value);
}
