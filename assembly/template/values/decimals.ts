// Decimal arithmetic of sprig's addf and the like: on the digits that a double prints, so that 0.1 + 0.2 is 0.3. Numbers whose digits do not fit into
// 64 bits are calculated as doubles.
import { DIGITS, digitCount, point, shortest } from '../../json/shortest';
import { exactFloat } from './decimal-float';

let coefficient: i64 = 0;
let exponent: i32 = 0;

function take(value: f64): void {
  coefficient = 0;
  exponent = 0;
  if (value == 0 || !isFinite(value)) return;
  shortest(Math.abs(value));
  for (let i: u32 = 0; i < digitCount; i++) coefficient = coefficient * 10 + (load<u8>(DIGITS + i) - 48);
  exponent = point - <i32>digitCount;
  if (value < 0) coefficient = -coefficient;
}

/** coefficient * 10^exponent as a double. */
function double(n: i64, e: i32): f64 {
  const text = n.toString() + 'e' + e.toString();
  const bytes = String.UTF8.encode(text);
  return exactFloat(changetype<usize>(bytes), bytes.byteLength);
}

/** n * 10^power, or -1 if that does not fit. */
function scaled(n: i64, power: i32): i64 {
  const limit: i64 = 1_000_000_000_000_000_000;
  for (; power > 0; power--) {
    if (n > limit / 10 || n < -limit / 10) return i64.MIN_VALUE;
    n *= 10;
  }
  return n;
}

export function decimalAdd(a: f64, b: f64): f64 {
  take(a);
  const x = coefficient;
  const e = exponent;
  take(b);
  if (x == 0) return b;
  if (coefficient == 0) return a;
  const low = min(e, exponent);
  const left = scaled(x, e - low);
  const right = scaled(coefficient, exponent - low);
  if (left == i64.MIN_VALUE || right == i64.MIN_VALUE) return a + b;
  return double(left + right, low);
}

export function decimalSubtract(a: f64, b: f64): f64 {
  return decimalAdd(a, -b);
}

export function decimalMultiply(a: f64, b: f64): f64 {
  take(a);
  const x = coefficient;
  const e = exponent;
  take(b);
  const y = coefficient;
  if (x == 0 || y == 0) return 0;
  const product = x * y;
  if (Math.abs(<f64>x * <f64>y) > 9e18) return a * b;
  return double(product, e + exponent);
}

/** With 16 decimal places, rounded half away from zero. */
export function decimalDivide(a: f64, b: f64): f64 {
  take(a);
  let x = coefficient;
  let e = exponent;
  take(b);
  let y = coefficient;
  if (x == 0) return 0;
  e -= exponent;
  const negative = x < 0 != y < 0;
  if (x < 0) x = -x;
  if (y < 0) y = -y;
  // x / y * 10^e with 16 places: digits of x / y until the place 16.
  const limit: i64 = 900_000_000_000_000_000;
  if (y > limit || x > limit) return a / b;
  let text = (x / y).toString();
  let rest = x % y;
  const places = 16 + e;
  if (places < 0 || places > 400) return a / b;
  for (let i = 0; i < places; i++) {
    rest *= 10;
    text += (rest / y).toString();
    rest %= y;
  }
  const up = rest * 2 >= y;
  text = (negative ? '-' : '') + (up ? increment(text) : text) + 'e-16';
  const bytes = String.UTF8.encode(text);
  return exactFloat(changetype<usize>(bytes), bytes.byteLength);
}

function increment(digits: string): string {
  let out = '';
  let carry = true;
  for (let i = digits.length - 1; i >= 0; i--) {
    const d = digits.charCodeAt(i) - 48 + (carry ? 1 : 0);
    carry = d == 10;
    out = (carry ? 0 : d).toString() + out;
  }
  return carry ? '1' + out : out;
}
