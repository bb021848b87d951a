// Floating-point numbers as strconv.AppendFloat writes them: the shortest digits, or as many as the precision asks for, rounded exactly.
import { add, assign, compare, multiply, multiplyPowerOf10, newBignum, shift, subtract } from '../../json/bignum';
import { DIGITS, digitCount, point, shortest } from '../../json/shortest';
import { put, putByte, putRepeated, putSigned } from './text';

const R = newBignum();
const S = newBignum();
const MAX_PRECISION = 1000;
const buffer = heap.alloc(MAX_PRECISION + 400);
let digitsAt: usize = buffer;
let count: i32 = 0;
/** The number is 0.DIGITS * 10^exponent. */
let exponent: i32 = 0;

/** Writes a number >= 0. The form is e, E, f, g or G; precision -1 is the shortest. `sharp` keeps the zeros of %g. */
export function appendFloat(value: f64, form: u32, precision: i32, sharp: bool = false): void {
  const isShortest = precision < 0;
  precision = min(precision, MAX_PRECISION);
  const general = form == 0x67 || form == 0x47;
  if (isShortest) shortestDigits(value);
  else if (general) {
    if (precision == 0) precision = 1;
    rounded(value, precision, false);
  } else rounded(value, form == 0x66 ? precision : precision + 1, form == 0x66);
  if (form == 0x66) return fixed(isShortest ? max(count - exponent, 0) : precision, sharp);
  if (!general) return scientific(isShortest ? count - 1 : precision, form, sharp);
  const power = exponent - 1;
  let limit = precision;
  if (limit > count && count >= exponent) limit = count;
  if (isShortest) limit = 6;
  const padded = sharp ? (isShortest ? 6 : precision) : 0;
  if (power < -4 || power >= max(limit, sharp && !isShortest ? precision : 0) || (isShortest && power >= 21)) {
    const n = isShortest ? count : min(precision, count);
    return scientific(max(n, padded) - 1, form == 0x67 ? 0x65 : 0x45, sharp);
  }
  fixed(max(max(count, padded) - exponent, 0), sharp);
}

function shortestDigits(value: f64): void {
  if (value == 0) {
    count = 0;
    exponent = 0;
    return;
  }
  shortest(value);
  digitsAt = DIGITS;
  count = digitCount;
  exponent = point;
}

/** Finds `wanted` digits; with `afterPoint` as many after the point. */
function rounded(value: f64, wanted: i32, afterPoint: bool): void {
  digitsAt = buffer;
  count = 0;
  exponent = 0;
  if (value == 0) return;
  const bits = reinterpret<u64>(value);
  const biased = <i32>(bits >>> 52);
  const mantissa = (bits & 0xfffffffffffff) | (biased == 0 ? 0 : (<u64>1) << 52);
  const power = biased == 0 ? -1074 : biased - 1075;
  assign(R, mantissa);
  assign(S, 1);
  if (power > 0) shift(R, power);
  else shift(S, -power);
  let k = <i32>Math.ceil(Math.log10(value) - 1e-10);
  if (k >= 0) multiplyPowerOf10(S, k);
  else multiplyPowerOf10(R, -k);
  // 0.DIGITS * 10^k must be the value: R / S is below 1.
  if (compare(R, S) >= 0) {
    multiply(S, 10);
    k++;
  }
  exponent = k;
  const n = min(afterPoint ? k + wanted : wanted, MAX_PRECISION + 330);
  if (n < 0) {
    exponent = 0;
    return;
  }
  for (let i = 0; i < n; i++) {
    multiply(R, 10);
    let d: u8 = 0;
    while (compare(R, S) >= 0) {
      subtract(R, S);
      d++;
    }
    store<u8>(buffer + count++, 0x30 + d);
  }
  add(R, R, R);
  const half = compare(R, S);
  const odd = count > 0 && (load<u8>(buffer + count - 1) & 1) == 1;
  if (half > 0 || (half == 0 && odd)) roundUp();
  if (count == 0) exponent = 0;
  while (count > 0 && load<u8>(buffer + count - 1) == 0x30) count--;
}

function roundUp(): void {
  let i = count - 1;
  for (; i >= 0; i--) {
    if (load<u8>(buffer + i) != 0x39) {
      store<u8>(buffer + i, load<u8>(buffer + i) + 1);
      return;
    }
    store<u8>(buffer + i, 0x30);
  }
  store<u8>(buffer, 0x31);
  count = max(count, 1);
  exponent++;
}

/** Digits from `from` on, with zeros after them. */
function digits(from: i32, n: i32): void {
  const have = max(0, min(n, count - from));
  if (have > 0) put(digitsAt + from, have);
  putRepeated(0x30, n - have);
}

function fixed(decimals: i32, sharp: bool = false): void {
  if (exponent > 0) digits(0, exponent);
  else putByte(0x30);
  if (decimals > 0 || sharp) putByte(0x2e);
  if (decimals <= 0) return;
  const zeros = min(decimals, max(0, -exponent));
  putRepeated(0x30, zeros);
  digits(max(0, exponent), decimals - zeros);
}

function scientific(decimals: i32, letter: u32, sharp: bool = false): void {
  if (count > 0) put(digitsAt, 1);
  else putByte(0x30);
  if (decimals > 0 || sharp) putByte(0x2e);
  if (decimals > 0) digits(1, decimals);
  putByte(letter);
  let e = count == 0 ? 0 : exponent - 1;
  putByte(e < 0 ? 0x2d : 0x2b);
  if (e < 0) e = -e;
  if (e < 10) putByte(0x30);
  putSigned(e);
}
