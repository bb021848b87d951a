// sprig's numbers. Whole numbers are 64 bits and wrap around, as in Go; add1f, addf and the like calculate in decimal.
import { castFloat, castInt } from '../values/cast';
import { decimalAdd, decimalDivide, decimalMultiply, decimalSubtract } from '../values/decimals';
import { fail, failed, step } from '../values/limits';
import { setList } from '../values/lists';
import { toText } from '../values/print';
import { close, open, putByte, putSigned } from '../values/text';
import { Type, Value, addressOf, element, floatOf, newElements, newValue, setFloat, setInt } from '../values/value';
import { argumentAt, intOf, resultAt } from './call';
import { register } from './table';

export function registerMath(): void {
  register('int', 'a', toInt);
  register('int64', 'a', toInt64);
  register('float64', 'a', toFloat64);
  register('toDecimal', 'a', toDecimal);
  register('add1', 'a', add1);
  register('add', 'A', add);
  register('sub', 'aa', sub);
  register('div', 'aa', div);
  register('mod', 'aa', mod);
  register('mul', 'aA', mul);
  register('add1f', 'a', add1f);
  register('addf', 'A', addf);
  register('subf', 'aA', subf);
  register('divf', 'aA', divf);
  register('mulf', 'aA', mulf);
  register('biggest', 'aA', max_);
  register('max', 'aA', max_);
  register('min', 'aA', min_);
  register('maxf', 'aA', maxf);
  register('minf', 'aA', minf);
  register('ceil', 'a', ceil);
  register('floor', 'a', floor);
  register('round', 'aiF', round);
  register('until', 'i', until);
  register('untilStep', 'iii', untilStep);
  register('seq', 'I', seq);
}

function toInt(argv: usize, count: u32, out: usize): void {
  setInt(resultAt(out), castInt(argumentAt(argv, 0)));
}

function toInt64(argv: usize, count: u32, out: usize): void {
  setInt(resultAt(out), castInt(argumentAt(argv, 0)), Type.int64);
}

function toFloat64(argv: usize, count: u32, out: usize): void {
  setFloat(resultAt(out), castFloat(argumentAt(argv, 0)));
}

/** Reads the text of a number as octal. */
function toDecimal(argv: usize, count: u32, out: usize): void {
  const text = newValue();
  toText(argumentAt(argv, 0), text);
  let at = addressOf(text);
  const end = at + text.size;
  const negative = text.size > 0 && load<u8>(at) == 0x2d;
  if (negative || (text.size > 0 && load<u8>(at) == 0x2b)) at++;
  let n: u64 = 0;
  let valid = at < end;
  for (; at < end && valid; at++) {
    const d = <u64>load<u8>(at) - 0x30;
    valid = d < 8 && n >> 60 == 0;
    n = n * 8 + d;
  }
  setInt(resultAt(out), !valid ? 0 : negative ? -(<i64>n) : <i64>n, Type.int64);
}

function set64(out: usize, n: i64): void {
  setInt(resultAt(out), n, Type.int64);
}

function add1(argv: usize, count: u32, out: usize): void {
  set64(out, castInt(argumentAt(argv, 0)) + 1);
}

function add(argv: usize, count: u32, out: usize): void {
  let sum: i64 = 0;
  for (let i: u32 = 0; i < count; i++) sum += castInt(argumentAt(argv, i));
  set64(out, sum);
}

function sub(argv: usize, count: u32, out: usize): void {
  set64(out, castInt(argumentAt(argv, 0)) - castInt(argumentAt(argv, 1)));
}

const BY_ZERO = 'runtime error: integer divide by zero';

function div(argv: usize, count: u32, out: usize): void {
  const a = castInt(argumentAt(argv, 0));
  const b = castInt(argumentAt(argv, 1));
  if (b == 0) return fail(BY_ZERO);
  set64(out, b == -1 ? 0 - a : a / b);
}

function mod(argv: usize, count: u32, out: usize): void {
  const a = castInt(argumentAt(argv, 0));
  const b = castInt(argumentAt(argv, 1));
  if (b == 0) return fail(BY_ZERO);
  set64(out, b == -1 ? 0 : a % b);
}

function mul(argv: usize, count: u32, out: usize): void {
  let product = castInt(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count; i++) product *= castInt(argumentAt(argv, i));
  set64(out, product);
}

function add1f(argv: usize, count: u32, out: usize): void {
  setFloat(resultAt(out), decimalAdd(castFloat(argumentAt(argv, 0)), 1));
}

function addf(argv: usize, count: u32, out: usize): void {
  let sum: f64 = 0;
  for (let i: u32 = 0; i < count; i++) sum = decimalAdd(sum, castFloat(argumentAt(argv, i)));
  setFloat(resultAt(out), sum);
}

function subf(argv: usize, count: u32, out: usize): void {
  let n = castFloat(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count; i++) n = decimalSubtract(n, castFloat(argumentAt(argv, i)));
  setFloat(resultAt(out), n);
}

function divf(argv: usize, count: u32, out: usize): void {
  let n = castFloat(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count && !failed; i++) {
    const by = castFloat(argumentAt(argv, i));
    if (by == 0) return fail('decimal division by 0');
    n = decimalDivide(n, by);
  }
  setFloat(resultAt(out), n);
}

function mulf(argv: usize, count: u32, out: usize): void {
  let n = castFloat(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count; i++) n = decimalMultiply(n, castFloat(argumentAt(argv, i)));
  setFloat(resultAt(out), n);
}

function max_(argv: usize, count: u32, out: usize): void {
  let n = castInt(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count; i++) n = max(n, castInt(argumentAt(argv, i)));
  set64(out, n);
}

function min_(argv: usize, count: u32, out: usize): void {
  let n = castInt(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count; i++) n = min(n, castInt(argumentAt(argv, i)));
  set64(out, n);
}

function maxf(argv: usize, count: u32, out: usize): void {
  let n = castFloat(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count; i++) n = max(n, castFloat(argumentAt(argv, i)));
  setFloat(resultAt(out), n);
}

function minf(argv: usize, count: u32, out: usize): void {
  let n = castFloat(argumentAt(argv, 0));
  for (let i: u32 = 1; i < count; i++) n = min(n, castFloat(argumentAt(argv, i)));
  setFloat(resultAt(out), n);
}

function ceil(argv: usize, count: u32, out: usize): void {
  setFloat(resultAt(out), Math.ceil(castFloat(argumentAt(argv, 0))));
}

function floor(argv: usize, count: u32, out: usize): void {
  setFloat(resultAt(out), Math.floor(castFloat(argumentAt(argv, 0))));
}

function powerOf10(n: i64): f64 {
  let power: f64 = 1;
  for (let i: i64 = 0; i < min<i64>(n < 0 ? -n : n, 330); i++) power *= 10;
  return n < 0 ? 1 / power : power;
}

function round(argv: usize, count: u32, out: usize): void {
  const on: f64 = count > 2 ? floatOf(argumentAt(argv, 2)) : 0.5;
  const power = powerOf10(intOf(argumentAt(argv, 1)));
  const digit = power * castFloat(argumentAt(argv, 0));
  const part = digit - Math.trunc(digit);
  setFloat(resultAt(out), (part >= on ? Math.ceil(digit) : Math.floor(digit)) / power);
}

/** untilStep: the numbers from `start` towards `stop`, which is not one of them. */
function range(start: i64, stop: i64, by: i64, out: Value): void {
  let n: i64 = 0;
  if (stop < start ? by < 0 : by > 0) n = stop < start ? (start - stop - 1) / -by + 1 : stop == start ? 0 : (stop - start - 1) / by + 1;
  if (n > 1 << 24) return fail('a list of ' + n.toString() + ' numbers is too large');
  const at = newElements(<u32>n);
  if (at == 0 || !step(<u32>n)) return;
  for (let i: i64 = 0; i < n; i++) setInt(element(at, <u32>i), start + i * by);
  setList(out, at, <u32>n, Type.ints);
}

function until(argv: usize, count: u32, out: usize): void {
  const n = intOf(argumentAt(argv, 0));
  range(0, n, n < 0 ? -1 : 1, resultAt(out));
}

function untilStep(argv: usize, count: u32, out: usize): void {
  range(intOf(argumentAt(argv, 0)), intOf(argumentAt(argv, 1)), intOf(argumentAt(argv, 2)), resultAt(out));
}

function seq(argv: usize, count: u32, out: usize): void {
  const list = newValue();
  setList(list, 8, 0, Type.ints);
  if (count >= 1 && count <= 3) {
    const start: i64 = count == 1 ? 1 : intOf(argumentAt(argv, 0));
    const end = intOf(argumentAt(argv, count - 1));
    const down = end < start;
    let by: i64 = down ? -1 : 1;
    if (count == 3) by = intOf(argumentAt(argv, 1));
    if (!(count == 3 && down && by > 0)) range(start, end + (down ? -1 : 1), by, list);
  }
  open();
  for (let i: u32 = 0; i < list.size; i++) {
    if (i > 0) putByte(0x20);
    putSigned(intOf(element(addressOf(list), i)));
  }
  close(resultAt(out));
}
