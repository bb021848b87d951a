// sprig's dicts. set, unset and merge change the dict that they are given, as in Go; keys and values come in the order of the keys.
import { tableOf, writable } from '../values/data';
import { enter, fail, failed, leave, step } from '../values/limits';
import { setList } from '../values/lists';
import { copyTable, find, lookup, newTable, pairAt, pairValue, position, put as putPair, remove, setMap } from '../values/tables';
import { isTrue } from '../values/truth';
import {
  Table,
  Type,
  Value,
  addressOf,
  copyValue,
  element,
  isList,
  isMap,
  newElements,
  newValue,
  setBool,
  setText,
  typeName,
} from '../values/value';
import { argumentAt, resultAt } from './call';
import { toStringValue } from './strings';
import { register } from './table';

export function registerDicts(): void {
  register('dict', 'A', dict);
  register('get', 'ms', get);
  register('set', 'msa', setKey);
  register('unset', 'ms', unset);
  register('hasKey', 'ms', hasKey);
  register('pluck', 'sM', pluck);
  register('keys', 'M', keys);
  register('values', 'm', values);
  register('pick', 'mS', pick);
  register('omit', 'mS', omit);
  register('merge', 'mM', merge);
  register('mustMerge', 'mM', merge);
  register('mergeOverwrite', 'mM', mergeOverwrite);
  register('mustMergeOverwrite', 'mM', mergeOverwrite);
  register('dig', 'A', dig);
  register('deepCopy', 'a', deepCopy);
  register('mustDeepCopy', 'a', deepCopy);
}

function dict(argv: usize, count: u32, out: usize): void {
  const table = newTable((count + 1) >> 1);
  const key = newValue();
  const nothing = newValue();
  for (let i: u32 = 0; i < count && step(); i += 2) {
    toStringValue(argumentAt(argv, i), key);
    setText(nothing, 8, 0);
    putPair(table, addressOf(key), key.size, i + 1 < count ? argumentAt(argv, i + 1) : nothing);
  }
  setMap(resultAt(out), table);
}

function get(argv: usize, count: u32, out: usize): void {
  const key = argumentAt(argv, 1);
  const found = lookup(tableOf(argumentAt(argv, 0)), addressOf(key), key.size);
  if (found === null) setText(resultAt(out), 8, 0);
  else copyValue(resultAt(out), found);
}

/** The dict as the result, with Go's type of it. */
function giveBack(v: Value, out: usize): void {
  copyValue(resultAt(out), v);
  resultAt(out).type = Type.map;
}

function setKey(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  const key = argumentAt(argv, 1);
  const table = writable(v);
  if (failed) return;
  putPair(table, addressOf(key), key.size, argumentAt(argv, 2));
  giveBack(v, out);
}

function unset(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  const key = argumentAt(argv, 1);
  remove(tableOf(v), addressOf(key), key.size);
  giveBack(v, out);
}

function hasKey(argv: usize, count: u32, out: usize): void {
  const key = argumentAt(argv, 1);
  setBool(resultAt(out), lookup(tableOf(argumentAt(argv, 0)), addressOf(key), key.size) !== null);
}

function pluck(argv: usize, count: u32, out: usize): void {
  const key = argumentAt(argv, 0);
  const at = newElements(count - 1);
  if (at == 0) return;
  let n: u32 = 0;
  for (let i: u32 = 1; i < count; i++) {
    const found = lookup(tableOf(argumentAt(argv, i)), addressOf(key), key.size);
    if (found !== null) copyValue(element(at, n++), found);
  }
  setList(resultAt(out), at, n);
}

function keys(argv: usize, count: u32, out: usize): void {
  let total: u32 = 0;
  for (let i: u32 = 0; i < count; i++) total += tableOf(argumentAt(argv, i)).count;
  const at = newElements(total);
  if (at == 0) return;
  let n: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const table = tableOf(argumentAt(argv, i));
    for (let j: u32 = 0; j < table.count; j++) setText(element(at, n++), pairAt(table, j).keyAt, pairAt(table, j).keySize);
  }
  setList(resultAt(out), at, n, Type.strings);
}

function values(argv: usize, count: u32, out: usize): void {
  const table = tableOf(argumentAt(argv, 0));
  const at = newElements(table.count);
  if (at == 0) return;
  for (let j: u32 = 0; j < table.count; j++) copyValue(element(at, j), pairValue(table, j));
  setList(resultAt(out), at, table.count);
}

function pick(argv: usize, count: u32, out: usize): void {
  const from = tableOf(argumentAt(argv, 0));
  const table = newTable(count);
  for (let i: u32 = 1; i < count && step(); i++) {
    const key = argumentAt(argv, i);
    const found = lookup(from, addressOf(key), key.size);
    if (found !== null) putPair(table, addressOf(key), key.size, found);
  }
  setMap(resultAt(out), table);
}

function omit(argv: usize, count: u32, out: usize): void {
  const table = copyTable(tableOf(argumentAt(argv, 0)));
  if (failed) return;
  for (let i: u32 = 1; i < count && step(); i++) remove(table, addressOf(argumentAt(argv, i)), argumentAt(argv, i).size);
  setMap(resultAt(out), table);
}

/** mergo.Merge of two maps: what the target has not, or has empty, comes from the other. */
function mergeTables(to: Table, from: Table, overwrites: bool): void {
  if (!enter()) return;
  for (let i: u32 = 0; i < from.count && step(); i++) {
    const pair = pairAt(from, i);
    const value = pairValue(from, i);
    const had = find(to, pair.keyAt, pair.keySize);
    const own = had ? pairValue(to, position) : value;
    if (value.type <= Type.missing) {
      if (overwrites) putPair(to, pair.keyAt, pair.keySize, value);
      continue;
    }
    const bothMaps = had && isMap(value.type) && isMap(own.type);
    if (bothMaps && own.bits != 0) mergeTables(tableOf(own), tableOf(value), overwrites);
    if (bothMaps && isTrue(own)) continue;
    if (!had || !isTrue(own) || overwrites) putPair(to, pair.keyAt, pair.keySize, value);
  }
  leave();
}

function mergeAll(argv: usize, count: u32, out: usize, overwrites: bool): void {
  const v = argumentAt(argv, 0);
  const table = writable(v);
  if (failed) return;
  for (let i: u32 = 1; i < count && !failed; i++) mergeTables(table, tableOf(argumentAt(argv, i)), overwrites);
  giveBack(v, out);
}

function merge(argv: usize, count: u32, out: usize): void {
  mergeAll(argv, count, out, false);
}

function mergeOverwrite(argv: usize, count: u32, out: usize): void {
  mergeAll(argv, count, out, true);
}

function isNot(v: Value, name: string): bool {
  if (typeName(v) == name) return false;
  fail('interface conversion: interface {} is ' + (v.type <= Type.missing ? 'nil' : typeName(v)) + ', not ' + name);
  return true;
}

function dig(argv: usize, count: u32, out: usize): void {
  if (count < 3) return fail('dig needs at least three arguments');
  let v = argumentAt(argv, count - 1);
  const last = count - 3;
  if (isNot(v, 'map[string]interface {}')) return;
  for (let i: u32 = 0; i <= last; i++) if (isNot(argumentAt(argv, i), 'string')) return;
  for (let i: u32 = 0; ; i++) {
    const key = argumentAt(argv, i);
    const found = lookup(tableOf(v), addressOf(key), key.size);
    if (found === null) return copyValue(resultAt(out), argumentAt(argv, count - 2));
    if (i == last) return copyValue(resultAt(out), found);
    if (isNot(found, 'map[string]interface {}')) return;
    v = found;
  }
}

function copied(from: Value, to: Value): void {
  if (!step() || !enter()) return;
  copyValue(to, from);
  if (isMap(from.type) && from.bits != 0) {
    const table = copyTable(tableOf(from));
    if (failed) return;
    for (let i: u32 = 0; i < table.count && !failed; i++) copied(pairValue(table, i), pairValue(table, i));
    setMap(to, table, from.type);
  } else if (isList(from.type) && from.bits != 0) {
    const at = newElements(from.size);
    const source = addressOf(from);
    for (let i: u32 = 0; i < from.size && !failed; i++) copied(element(source, i), element(at, i));
    setList(to, at, to.size, to.type);
  }
  leave();
}

function deepCopy(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (isMap(v.type)) tableOf(v);
  copied(v, resultAt(out));
}
