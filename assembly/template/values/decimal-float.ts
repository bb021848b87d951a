// The double nearest to a decimal text, exactly: AssemblyScript's own parser is not always correctly rounded. It starts from a close double and moves it
// to the neighbour that the text lies nearer to, comparing with big numbers.
import { add, assign, compare, multiply, multiplyPowerOf10, newBignum, shift } from '../../json/bignum';

const MANY = 325;
const LEFT = newBignum();
const RIGHT = newBignum();
const ADDED = newBignum();
// The bignum holds 1,280 bits: of more digits than this the rest only decides ties, and is left out.
const MAX_DIGITS = 40;

/** The text must have the form of a decimal number. */
export function exactFloat(at: usize, size: usize): f64 {
  const end = at + size;
  let p = at;
  const negative = load<u8>(p) == 0x2d;
  if (negative || load<u8>(p) == 0x2b) p++;
  let mantissa: u64 = 0;
  let count = 0;
  let exponent = 0;
  let seenPoint = false;
  const digitsAt = p;
  for (; p < end; p++) {
    const c = load<u8>(p);
    if (c == 0x2e) {
      seenPoint = true;
      continue;
    }
    if (c < 0x30 || c > 0x39) break;
    if (count == 0 && c == 0x30) {
      if (seenPoint) exponent--;
      continue;
    }
    if (count < 19) mantissa = mantissa * 10 + (c - 0x30);
    else exponent++;
    count++;
    if (seenPoint) exponent--;
  }
  const digitsEnd = p;
  if (p < end) {
    p++;
    const sign = load<u8>(p);
    if (sign == 0x2b || sign == 0x2d) p++;
    let e = 0;
    for (; p < end; p++) if (e < 100000) e = e * 10 + (load<u8>(p) - 0x30);
    exponent += sign == 0x2d ? -e : e;
  }
  if (mantissa == 0) return negative ? -0.0 : 0;
  let value: f64;
  if (count <= 19 && mantissa < (<u64>1) << 53 && exponent >= -22 && exponent <= 22) {
    const power = powerOf10(exponent < 0 ? -exponent : exponent);
    value = exponent < 0 ? <f64>mantissa / power : <f64>mantissa * power;
  } else if (exponent + 19 < -MANY) value = 0;
  else if (exponent > 310) value = Infinity;
  else value = nearest10(close(mantissa, exponent), mantissa, exponent, digitsAt, digitsEnd, count);
  return negative ? -value : value;
}

function powerOf10(k: i32): f64 {
  let power: f64 = 1;
  for (; k > 0; k--) power *= 10;
  return power;
}

function close(mantissa: u64, exponent: i32): f64 {
  let value = <f64>mantissa;
  while (exponent > 0) {
    value *= powerOf10(min(22, exponent));
    exponent -= min(22, exponent);
  }
  while (exponent < 0) {
    value /= powerOf10(min(22, -exponent));
    exponent += min(22, -exponent);
  }
  return value == Infinity ? f64.MAX_VALUE : value;
}

/** Moves `value` until the text lies between the halves to its neighbours. */
function nearest10(value: f64, mantissa: u64, exponent: i32, at: usize, end: usize, count: i32): f64 {
  for (let turn = 0; turn < 200; turn++) {
    const up = relation(value, mantissa, exponent, at, end, count);
    const odd = (reinterpret<u64>(value) & 1) != 0;
    if (up > 0 || (up == 0 && odd)) {
      value = reinterpret<f64>(reinterpret<u64>(value) + 1);
      if (value == Infinity) return value;
      continue;
    }
    if (value == 0) return value;
    const below = reinterpret<f64>(reinterpret<u64>(value) - 1);
    const down = relation(below, mantissa, exponent, at, end, count);
    if (down < 0 || (down == 0 && (reinterpret<u64>(below) & 1) == 0)) {
      value = below;
      continue;
    }
    return value;
  }
  return value;
}

/** Compares the text with the middle between `value` and the next double. */
function relation(value: f64, mantissa: u64, exponent: i32, at: usize, end: usize, count: i32): i32 {
  const bits = reinterpret<u64>(value);
  const biased = <i32>(bits >>> 52);
  const whole = (bits & 0xfffffffffffff) | (biased == 0 ? 0 : (<u64>1) << 52);
  const power = (biased == 0 ? -1074 : biased - 1075) - 1;
  assign(LEFT, 0);
  let used = 0;
  let dropped = 0;
  for (let p = at; p < end; p++) {
    const c = load<u8>(p);
    if (c == 0x2e || (used == 0 && c == 0x30)) continue;
    if (used >= MAX_DIGITS) {
      dropped++;
      continue;
    }
    multiply(LEFT, 10);
    assign(ADDED, c - 0x30);
    add(LEFT, ADDED, LEFT);
    used++;
  }
  // The text is LEFT * 10^ten.
  const ten = exponent - (used > 19 ? used - 19 : 0);
  assign(RIGHT, (whole << 1) + 1);
  if (ten >= 0) multiplyPowerOf10(LEFT, ten);
  else multiplyPowerOf10(RIGHT, -ten);
  if (power >= 0) shift(RIGHT, power);
  else shift(LEFT, -power);
  return compare(LEFT, RIGHT);
}
