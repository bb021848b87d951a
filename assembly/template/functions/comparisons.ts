// eq, ne, lt, le, gt and ge with Go's rules of types.
import { fail, failed } from '../values/limits';
import { textOf } from '../values/print';
import { compareBytes } from '../values/tables';
import {
  Type,
  Value,
  addressOf,
  element,
  floatOf,
  isInteger,
  isMap,
  isSlice,
  isUnsigned,
  kindName,
  setBool,
  typeName,
} from '../values/value';
import { register } from './table';

const INVALID = 0;
const BOOL = 1;
const INT = 3;
const FLOAT = 4;
const TEXT = 5;
const UINT = 6;

export function registerComparisons(): void {
  register('eq', 'vV', eq);
  register('ne', 'vv', ne);
  register('lt', 'vv', lt);
  register('le', 'vv', le);
  register('gt', 'vv', gt);
  register('ge', 'vv', ge);
}

function basicKind(v: Value): i32 {
  const t = v.type;
  if (t == Type.bool) return BOOL;
  if (isInteger(t)) return INT;
  if (isUnsigned(t)) return UINT;
  return t == Type.float ? FLOAT : t == Type.string ? TEXT : INVALID;
}

function isNil(v: Value): bool {
  const t = v.type;
  return t <= Type.missing || ((isMap(t) || isSlice(t)) && v.bits == 0 && v.lazy == 0);
}

function incompatible(a: Value, b: Value): bool {
  fail('incompatible types for comparison: ' + typeName(a) + ' and ' + typeName(b));
  return false;
}

/** The order of two values of one kind. */
function order(k: i32, a: Value, b: Value): i32 {
  if (k == TEXT) return compareBytes(addressOf(a), a.size, addressOf(b), b.size);
  if (k == FLOAT) return floatOf(a) < floatOf(b) ? -1 : floatOf(a) == floatOf(b) ? 0 : 1;
  if (k == INT) return <i64>a.bits < <i64>b.bits ? -1 : a.bits == b.bits ? 0 : 1;
  return a.bits < b.bits ? -1 : a.bits == b.bits ? 0 : 1;
}

function equal(a: Value, b: Value): bool {
  const x = basicKind(a);
  const y = basicKind(b);
  if (x != y) {
    if (x == INT && y == UINT) return <i64>a.bits >= 0 && a.bits == b.bits;
    if (x == UINT && y == INT) return <i64>b.bits >= 0 && a.bits == b.bits;
    if (a.type > Type.missing && b.type > Type.missing) return incompatible(a, b);
    return false;
  }
  if (x != INVALID) return order(x, a, b) == 0;
  const named = kindName(a) == kindName(b) || a.type <= Type.missing || b.type <= Type.missing;
  if (!named) {
    fail('non-comparable types ' + textOf(a) + ': ' + typeName(a) + ', ' + typeName(b) + ': ' + textOf(b));
    return false;
  }
  if (isNil(a) || isNil(b)) return isNil(a) == isNil(b);
  if (b.type != Type.time && b.type != Type.semver) {
    fail('non-comparable type ' + textOf(b) + ': ' + typeName(b));
    return false;
  }
  return a.bits == b.bits && a.type == b.type;
}

function eq(argv: usize, count: u32, out: usize): void {
  if (count == 1) return fail('missing argument for comparison');
  let found = false;
  for (let i: u32 = 1; i < count && !found && !failed; i++) found = equal(element(argv, 0), element(argv, i));
  setBool(changetype<Value>(out), found);
}

function ne(argv: usize, count: u32, out: usize): void {
  setBool(changetype<Value>(out), !equal(element(argv, 0), element(argv, 1)));
}

function less(a: Value, b: Value): bool {
  const x = basicKind(a);
  const y = basicKind(b);
  if (x == INVALID || y == INVALID || (x == y && x == BOOL)) {
    fail('invalid type for comparison');
    return false;
  }
  if (x == y) return order(x, a, b) < 0;
  if (x == INT && y == UINT) return <i64>a.bits < 0 || a.bits < b.bits;
  if (x == UINT && y == INT) return <i64>b.bits >= 0 && a.bits < b.bits;
  return incompatible(a, b);
}

function lt(argv: usize, count: u32, out: usize): void {
  setBool(changetype<Value>(out), less(element(argv, 0), element(argv, 1)));
}

function lessOrEqual(argv: usize): bool {
  const a = element(argv, 0);
  const b = element(argv, 1);
  return less(a, b) || (!failed && equal(a, b));
}

function le(argv: usize, count: u32, out: usize): void {
  setBool(changetype<Value>(out), lessOrEqual(argv));
}

function gt(argv: usize, count: u32, out: usize): void {
  setBool(changetype<Value>(out), !lessOrEqual(argv));
}

function ge(argv: usize, count: u32, out: usize): void {
  setBool(changetype<Value>(out), !less(element(argv, 0), element(argv, 1)));
}
