// Finds the shortest decimal digits that read back as the same double, and among these the closest, as Go's strconv and JavaScript print them.
// AssemblyScript's own dtoa (Grisu2) sometimes gives more digits. Nearly all numbers have up to 15 digits and take a fast path. The others take the
// exact algorithm of Steele, White, Burger and Dybvig, with big numbers and without tables.
import { writeDecimal } from '../bytes/decimal';
import { add, assign, compare, multiply, multiplyPowerOf10, newBignum, shift, subtract } from './bignum';

/** The digits in ASCII, without leading or trailing zeros. */
export const DIGITS = heap.alloc(32);
export let digitCount: u32 = 0;
/** The number is 0.DIGITS * 10^point. */
export let point: i32 = 0;

const R = newBignum();
const S = newBignum();
const UPPER = newBignum();
const LOWER = newBignum();
const SUM = newBignum();
const LIMIT: f64 = 1e15; // below, a decimal of as many digits as it has stands for one double only

/** Finds the digits of a finite number greater than 0. */
export function shortest(value: f64): void {
  if (!short(value)) exact(value);
}

/** n / 10^k is correctly rounded for n < 2^53 and k <= 22, so the first k that gives the number back is the answer. */
function short(value: f64): bool {
  if (value >= LIMIT || value < 1e-5) return false;
  let power: f64 = 1;
  for (let k = 0; k <= 20; k++, power *= 10) {
    const n = nearest<f64>(value * power);
    if (n >= LIMIT) return false;
    if (n / power != value) continue;
    digitCount = <u32>(writeDecimal(DIGITS, <u64>n) - DIGITS);
    point = <i32>digitCount - k;
    trim();
    return true;
  }
  return false;
}

function trim(): void {
  while (digitCount > 1 && load<u8>(DIGITS + digitCount - 1) == 48) digitCount--;
}

function exact(value: f64): void {
  const bits = reinterpret<u64>(value);
  const biased = <i32>(bits >>> 52);
  let mantissa = bits & 0xfffffffffffff;
  const exponent = biased == 0 ? -1074 : biased - 1075;
  if (biased != 0) mantissa |= (<u64>1) << 52;
  // Half the distances to the neighbours are UPPER / S and LOWER / S. At a power of two the neighbour below is nearer.
  const closer = biased > 1 && mantissa == (<u64>1) << 52;
  const up: u32 = exponent > 0 ? exponent : 0;
  const down: u32 = exponent < 0 ? -exponent : 0;
  const extra: u32 = closer ? 1 : 0;
  assign(R, mantissa);
  shift(R, up + 1 + extra);
  assign(S, 1);
  shift(S, down + 1 + extra);
  assign(UPPER, 1);
  shift(UPPER, up + extra);
  assign(LOWER, 1);
  shift(LOWER, up);
  // The estimate is at most one too small.
  let k = <i32>Math.ceil(Math.log10(value) - 1e-10);
  if (k >= 0) multiplyPowerOf10(S, k);
  else {
    multiplyPowerOf10(R, -k);
    multiplyPowerOf10(UPPER, -k);
    multiplyPowerOf10(LOWER, -k);
  }
  const even = (mantissa & 1) == 0; // then the borders round to this number
  add(R, UPPER, SUM);
  const high = compare(SUM, S);
  if (even ? high >= 0 : high > 0) k++;
  else times10();
  point = k;
  generate(even);
}

function times10(): void {
  multiply(R, 10);
  multiply(UPPER, 10);
  multiply(LOWER, 10);
}

function generate(even: bool): void {
  digitCount = 0;
  while (true) {
    let digit: u32 = 0;
    while (compare(R, S) >= 0) {
      subtract(R, S);
      digit++;
    }
    const below = compare(R, LOWER);
    const low = even ? below <= 0 : below < 0;
    add(R, UPPER, SUM);
    const above = compare(SUM, S);
    const high = even ? above >= 0 : above > 0;
    if (low || high) {
      add(R, R, SUM);
      const half = compare(SUM, S);
      if (low && high ? half > 0 || (half == 0 && (digit & 1) == 1) : high) digit++;
      store<u8>(DIGITS + digitCount++, <u8>(48 + digit));
      return;
    }
    store<u8>(DIGITS + digitCount++, <u8>(48 + digit));
    times10();
  }
}
