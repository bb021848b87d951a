// Writes a double as goccy/go-json does: strconv's shortest digits, no exponent from 1e-6 to below 1e21, and at least two digits in an exponent
// (encoding/json would write 1e-9). NaN and infinities become texts, as in protobuf's own Go code.
import { copy, literal } from '../bytes/memory';
import { writeDecimal } from '../bytes/decimal';
import { DIGITS, digitCount, point, shortest } from './shortest';

const NAN = literal('"NaN"');
const INFINITY = literal('"Infinity"');
const NEGATIVE_INFINITY = literal('"-Infinity"');

/** Writes the number and returns the end. */
export function writeJsonNumber(at: usize, value: f64): usize {
  if (value != value) return copy(at, NAN, 5);
  if (value == Infinity) return copy(at, INFINITY, 10);
  if (value == -Infinity) return copy(at, NEGATIVE_INFINITY, 11);
  if (reinterpret<u64>(value) >>> 63 != 0) {
    store<u8>(at++, 0x2d);
    value = -value;
  }
  if (value == 0) {
    store<u8>(at, 0x30);
    return at + 1;
  }
  shortest(value);
  return value < 1e-6 || value >= 1e21 ? withExponent(at) : plain(at);
}

function plain(at: usize): usize {
  const n = <i32>digitCount;
  if (point <= 0) {
    store<u16>(at, 0x2e30); // 0.
    at = zeros(at + 2, -point);
    return copy(at, DIGITS, n);
  }
  if (point >= n) return zeros(copy(at, DIGITS, n), point - n);
  at = copy(at, DIGITS, point);
  store<u8>(at, 0x2e);
  return copy(at + 1, DIGITS + point, n - point);
}

function zeros(at: usize, count: i32): usize {
  memory.fill(at, 0x30, count);
  return at + count;
}

function withExponent(at: usize): usize {
  store<u8>(at++, load<u8>(DIGITS));
  if (digitCount > 1) {
    store<u8>(at, 0x2e);
    at = copy(at + 1, DIGITS + 1, digitCount - 1);
  }
  let exponent = point - 1;
  store<u8>(at, 0x65);
  store<u8>(at, exponent < 0 ? 0x2d : 0x2b, 1);
  at += 2;
  if (exponent < 0) exponent = -exponent;
  if (exponent < 10) store<u8>(at++, 0x30);
  return writeDecimal(at, exponent);
}
