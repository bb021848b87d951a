// sprig's defaults and choices.
import { fail } from '../values/limits';
import { isTrue } from '../values/truth';
import { Value, copyValue, lift, setBool } from '../values/value';
import { argumentAt, resultAt } from './call';
import { register } from './table';

export function registerDefaults(): void {
  register('default', 'aA', orDefault);
  register('empty', 'a', empty);
  register('coalesce', 'A', coalesce);
  register('all', 'A', all);
  register('any', 'A', any);
  register('ternary', 'aab', ternary);
  register('fail', 's', failWith);
}

/** sprig's empty: what Go calls untrue, but for times and records. */
export function isEmpty(v: Value): bool {
  return !isTrue(v);
}

function orDefault(argv: usize, count: u32, out: usize): void {
  const given = count > 1 && !isEmpty(argumentAt(argv, 1));
  copyValue(resultAt(out), argumentAt(argv, given ? 1 : 0));
}

function empty(argv: usize, count: u32, out: usize): void {
  setBool(resultAt(out), isEmpty(argumentAt(argv, 0)));
}

function coalesce(argv: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i++) if (!isEmpty(argumentAt(argv, i))) return copyValue(resultAt(out), argumentAt(argv, i));
}

function all(argv: usize, count: u32, out: usize): void {
  let yes = true;
  for (let i: u32 = 0; i < count; i++) yes = yes && !isEmpty(argumentAt(argv, i));
  setBool(resultAt(out), yes);
}

function any(argv: usize, count: u32, out: usize): void {
  let yes = false;
  for (let i: u32 = 0; i < count; i++) yes = yes || !isEmpty(argumentAt(argv, i));
  setBool(resultAt(out), yes);
}

function ternary(argv: usize, count: u32, out: usize): void {
  copyValue(resultAt(out), argumentAt(argv, argumentAt(argv, 2).bits != 0 ? 0 : 1));
}

function failWith(argv: usize, count: u32, out: usize): void {
  fail(lift(argumentAt(argv, 0)));
}
