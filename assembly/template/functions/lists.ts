// sprig's lists. A list never changes: every function makes a new one.
import { castInt } from '../values/cast';
import { deepEqual } from '../values/equal';
import { fail, failed, step } from '../values/limits';
import { itemOf, itemsOf, setList } from '../values/lists';
import { compareBytes } from '../values/tables';
import {
  Type,
  VALUE,
  Value,
  addressOf,
  copyValue,
  element,
  isBytes,
  isSlice,
  kindName,
  newElements,
  newValue,
  set,
  setBool,
} from '../values/value';
import { argumentAt, intOf, resultAt } from './call';
import { isEmpty } from './defaults';
import { textsOf } from './strings';
import { register } from './table';

export function registerLists(): void {
  register('list', 'A', list);
  register('tuple', 'A', list);
  both('append', 'aa', append);
  both('push', 'aa', append);
  both('prepend', 'aa', prepend);
  both('first', 'a', first);
  both('last', 'a', last);
  both('rest', 'a', rest);
  both('initial', 'a', initial);
  both('reverse', 'a', reverse);
  both('uniq', 'a', uniq);
  both('compact', 'a', compact);
  both('without', 'aA', without);
  both('has', 'aa', has);
  both('slice', 'aA', slice);
  both('chunk', 'ia', chunk);
  register('concat', 'A', concat);
  register('sortAlpha', 'a', sortAlpha);
}

/** A function and its `must` form: both fail alike. */
function both(name: string, signature: string, body: (argv: usize, count: u32, out: usize) => void): void {
  register(name, signature, body);
  register('must' + name.charAt(0).toUpperCase() + name.substring(1), signature, body);
}

/** Fails with `words`, and the kind, if the value is no list. */
function isNoList(v: Value, words: string): bool {
  if (isSlice(v.type)) return false;
  fail(v.type <= Type.missing ? 'runtime error: invalid memory address or nil pointer dereference' : words + kindName(v));
  return true;
}

function list(argv: usize, count: u32, out: usize): void {
  const at = newElements(count);
  if (at == 0) return;
  memory.copy(at, argv, <usize>count * VALUE);
  setList(resultAt(out), at, count);
}

function append(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isNoList(v, 'Cannot push on type ')) return;
  const at = itemsOf(v, 1);
  if (at == 0) return;
  copyValue(element(at, v.size), argumentAt(argv, 1));
  setList(resultAt(out), at, v.size + 1);
}

function prepend(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isNoList(v, 'Cannot prepend on type ')) return;
  const at = newElements(v.size + 1);
  if (at == 0) return;
  copyValue(element(at, 0), argumentAt(argv, 1));
  for (let i: u32 = 0; i < v.size; i++) itemOf(v, i, element(at, i + 1));
  setList(resultAt(out), at, v.size + 1);
}

function first(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!isNoList(v, 'Cannot find first on type ') && v.size > 0) itemOf(v, 0, resultAt(out));
}

function last(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!isNoList(v, 'Cannot find last on type ') && v.size > 0) itemOf(v, v.size - 1, resultAt(out));
}

/** The elements from `from` to `to` as a list; nil of an empty one. */
function part(v: Value, from: u32, to: u32, out: Value): void {
  if (v.size == 0) return set(out, Type.list, 0, 0);
  const at = newElements(to - from);
  if (at == 0) return;
  for (let i = from; i < to; i++) itemOf(v, i, element(at, i - from));
  setList(out, at, to - from);
}

function rest(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!isNoList(v, 'Cannot find rest on type ')) part(v, 1, v.size, resultAt(out));
}

function initial(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!isNoList(v, 'Cannot find initial on type ')) part(v, 0, v.size - 1, resultAt(out));
}

function reverse(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isNoList(v, 'Cannot find reverse on type ')) return;
  const at = newElements(v.size);
  if (at == 0) return;
  for (let i: u32 = 0; i < v.size; i++) itemOf(v, i, element(at, v.size - 1 - i));
  setList(resultAt(out), at, v.size);
}

function isIn(at: usize, count: u32, v: Value): bool {
  for (let i: u32 = 0; i < count && step(); i++) if (deepEqual(element(at, i), v)) return true;
  return false;
}

function uniq(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isNoList(v, 'Cannot find uniq on type ')) return;
  const at = newElements(v.size);
  if (at == 0) return;
  let n: u32 = 0;
  for (let i: u32 = 0; i < v.size && !failed; i++) {
    itemOf(v, i, element(at, n));
    if (!isIn(at, n, element(at, n))) n++;
  }
  setList(resultAt(out), at, n);
}

function compact(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isNoList(v, 'Cannot compact on type ')) return;
  const at = newElements(v.size);
  if (at == 0) return;
  let n: u32 = 0;
  for (let i: u32 = 0; i < v.size; i++) {
    itemOf(v, i, element(at, n));
    if (!isEmpty(element(at, n))) n++;
  }
  setList(resultAt(out), at, n);
}

function without(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isNoList(v, 'Cannot find without on type ')) return;
  const at = newElements(v.size);
  if (at == 0) return;
  let n: u32 = 0;
  for (let i: u32 = 0; i < v.size && !failed; i++) {
    itemOf(v, i, element(at, n));
    if (!isIn(argv + VALUE, count - 1, element(at, n))) n++;
  }
  setList(resultAt(out), at, n);
}

function has(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 1);
  setBool(resultAt(out), false);
  if (v.type <= Type.missing) return;
  if (isNoList(v, 'Cannot find has on type ')) return;
  const item = newValue();
  for (let i: u32 = 0; i < v.size && step(); i++) {
    itemOf(v, i, item);
    if (deepEqual(argumentAt(argv, 0), item)) return setBool(resultAt(out), true);
  }
}

function slice(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isNoList(v, 'list should be type of slice or array but ') || v.size == 0) return;
  const start = count > 1 ? castInt(argumentAt(argv, 1)) : 0;
  const end = count > 2 ? castInt(argumentAt(argv, 2)) : <i64>v.size;
  if (start < 0 || end < start || end > <i64>v.size) return fail('reflect.Value.Slice: slice index out of bounds');
  const r = resultAt(out);
  copyValue(r, v);
  r.size = <u32>(end - start);
  r.bits += isBytes(v.type) ? <u64>start : <u64>start * VALUE;
}

function chunk(argv: usize, count: u32, out: usize): void {
  const size = intOf(argumentAt(argv, 0));
  const v = argumentAt(argv, 1);
  if (isNoList(v, 'Cannot chunk type ')) return;
  if (size <= 0) return fail(size == 0 ? 'runtime error: makeslice: len out of range' : 'reflect: slice index out of range');
  const n = <u32>((<i64>v.size + size - 1) / size);
  const items = itemsOf(v);
  const at = newElements(n);
  if (items == 0 || at == 0) return;
  for (let i: u32 = 0; i < n; i++) {
    const from = <u32>(<i64>i * size);
    setList(element(at, i), items + <usize>from * VALUE, min(<u32>size, v.size - from));
  }
  setList(resultAt(out), at, n, Type.lists);
}

function concat(argv: usize, count: u32, out: usize): void {
  let total: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const v = argumentAt(argv, i);
    if (!isSlice(v.type)) {
      return fail(
        v.type <= Type.missing
          ? 'runtime error: invalid memory address or nil pointer dereference'
          : 'Cannot concat type ' + kindName(v) + ' as list',
      );
    }
    total += v.size;
  }
  if (total == 0) return set(resultAt(out), Type.list, 0, 0);
  const at = newElements(total);
  if (at == 0) return;
  let n: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const v = argumentAt(argv, i);
    for (let j: u32 = 0; j < v.size; j++) itemOf(v, j, element(at, n++));
  }
  setList(resultAt(out), at, n);
}

function sortAlpha(argv: usize, count: u32, out: usize): void {
  const texts = newValue();
  textsOf(argumentAt(argv, 0), texts);
  const n = texts.size;
  const from = newElements(n);
  if (from == 0) return;
  memory.copy(from, addressOf(texts), <usize>n * VALUE);
  const to = newElements(n);
  if (to == 0) return;
  setList(resultAt(out), mergeSort(from, to, n), n, Type.strings);
}

function isAfter(a: Value, b: Value): bool {
  return compareBytes(addressOf(a), a.size, addressOf(b), b.size) > 0;
}

/** Sorts between two arrays; returns the one that holds the result. */
function mergeSort(from: usize, to: usize, n: u32): usize {
  for (let width: u32 = 1; width < n && step(n); width *= 2) {
    for (let left: u32 = 0; left < n; left += 2 * width) {
      const middle = min(left + width, n);
      const right = min(left + 2 * width, n);
      let i = left;
      let j = middle;
      for (let k = left; k < right; k++) {
        const takesRight = i >= middle || (j < right && isAfter(element(from, i), element(from, j)));
        copyValue(element(to, k), element(from, takesRight ? j++ : i++));
      }
    }
    const swapped = from;
    from = to;
    to = swapped;
  }
  return from;
}
