// sprig's regular expressions.
import { rune, runeSize } from '../../bytes/runes';
import { Regex } from '../../regex/regex';
import { fail, failed, step } from '../values/limits';
import { setList } from '../values/lists';
import { close, open, put, putByte, putValue } from '../values/text';
import { MAX_LIFTED, Type, Value, addressOf, element, lift, newElements, newValue, set, setBool, setText } from '../values/value';
import { argumentAt, endOf, intOf, resultAt, setPart } from './call';
import { register } from './table';

export function registerRegex(): void {
  register('regexMatch', 'ss', regexMatch);
  register('mustRegexMatch', 'ss', mustRegexMatch);
  register('regexFind', 'ss', regexFind);
  register('mustRegexFind', 'ss', mustRegexFind);
  register('regexFindAll', 'ssi', regexFindAll);
  register('mustRegexFindAll', 'ssi', mustRegexFindAll);
  register('regexReplaceAll', 'sss', regexReplaceAll);
  register('mustRegexReplaceAll', 'sss', mustRegexReplaceAll);
  register('regexReplaceAllLiteral', 'sss', regexReplaceAllLiteral);
  register('mustRegexReplaceAllLiteral', 'sss', mustRegexReplaceAllLiteral);
  register('regexSplit', 'ssi', regexSplit);
  register('mustRegexSplit', 'ssi', mustRegexSplit);
  register('regexQuoteMeta', 's', regexQuoteMeta);
}

// A template has few expressions, and usually the same for every record.
const KEPT = 16;
const sources: string[] = [];
const expressions: Regex[] = [];

/** The compiled expression; one that is invalid has an error. */
function compiled(pattern: Value): Regex {
  if (pattern.size > MAX_LIFTED) {
    fail('error parsing regexp: expression too large');
    return new Regex(0, 0);
  }
  const source = lift(pattern);
  const i = sources.indexOf(source);
  if (i >= 0) return expressions[i];
  const regex = new Regex(addressOf(pattern), pattern.size);
  if (sources.length == KEPT) {
    sources.shift();
    expressions.shift();
  }
  sources.push(source);
  expressions.push(regex);
  return regex;
}

/** The expression of a call; null after an invalid one. Go's functions without `must` panic with more words. */
function expression(argv: usize, must: bool): Regex | null {
  const regex = compiled(argumentAt(argv, 0));
  const text = argumentAt(argv, 1);
  if (regex.error != '') {
    fail(must ? regex.error : 'regexp: Compile(' + quotePattern(argumentAt(argv, 0)) + '): ' + regex.error);
    return null;
  }
  step((regex.cost * text.size) >> 3);
  return failed ? null : regex;
}

function quotePattern(pattern: Value): string {
  const text = lift(pattern);
  return text.includes('`') ? '"' + text.replaceAll('\\', '\\\\').replaceAll('"', '\\"') + '"' : '`' + text + '`';
}

function matches(argv: usize, must: bool, out: usize): void {
  const regex = compiled(argumentAt(argv, 0));
  if (regex.error != '') {
    if (must) fail(regex.error);
    return setBool(resultAt(out), false);
  }
  const text = argumentAt(argv, 1);
  if (!step((regex.cost * text.size) >> 3)) return;
  setBool(resultAt(out), regex.find(addressOf(text), endOf(text), addressOf(text)));
}

function regexMatch(argv: usize, count: u32, out: usize): void {
  matches(argv, false, out);
}

function mustRegexMatch(argv: usize, count: u32, out: usize): void {
  matches(argv, true, out);
}

function find(argv: usize, must: bool, out: usize): void {
  const regex = expression(argv, must);
  if (regex === null) return;
  const text = argumentAt(argv, 1);
  setText(resultAt(out), 8, 0);
  if (regex.find(addressOf(text), endOf(text), addressOf(text))) setPart(resultAt(out), regex.slots[0], regex.slots[1]);
}

function regexFind(argv: usize, count: u32, out: usize): void {
  find(argv, false, out);
}

function mustRegexFind(argv: usize, count: u32, out: usize): void {
  find(argv, true, out);
}

let searchAt: usize = 0;
let previousEnd: usize = 0;

function startSearch(text: Value): void {
  searchAt = addressOf(text);
  previousEnd = 0;
}

/** Finds the next match that does not touch the one before with nothing. */
function nextMatch(regex: Regex, text: Value): bool {
  const begin = addressOf(text);
  const end = endOf(text);
  while (searchAt <= end && step(regex.cost >> 3)) {
    if (!regex.find(begin, end, searchAt)) return false;
    const from = regex.slots[0];
    const to = regex.slots[1];
    const accepted = !(from == to && from == previousEnd);
    if (to > searchAt) searchAt = to;
    else if (to < end) {
      rune(to, end);
      searchAt = to + runeSize;
    } else searchAt = end + 1;
    if (accepted) {
      previousEnd = to;
      return true;
    }
  }
  return false;
}

/** All matches as a list of pairs of borders; -1 for no bound. */
function findAll(regex: Regex, text: Value, limit: i64, out: Value): void {
  let capacity: u32 = 8;
  let at = newElements(capacity);
  let n: u32 = 0;
  startSearch(text);
  while (at != 0 && (limit < 0 || <i64>n < limit) && nextMatch(regex, text)) {
    if (n == capacity) {
      const moved = newElements(capacity * 2);
      if (moved == 0) break;
      memory.copy(moved, at, (<usize>n) << 4);
      at = moved;
      capacity *= 2;
    }
    setPart(element(at, n++), regex.slots[0], regex.slots[1]);
  }
  setList(out, n == 0 ? 0 : at, n, Type.strings);
}

function all(argv: usize, must: bool, out: usize): void {
  const regex = expression(argv, must);
  if (regex !== null) findAll(regex, argumentAt(argv, 1), intOf(argumentAt(argv, 2)), resultAt(out));
}

function regexFindAll(argv: usize, count: u32, out: usize): void {
  all(argv, false, out);
}

function mustRegexFindAll(argv: usize, count: u32, out: usize): void {
  all(argv, true, out);
}

function isNameByte(c: u8): bool {
  return c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25 || c == 0x5f;
}

function putGroup(regex: Regex, name: string): void {
  let n = -1;
  let numeric = name.length > 0;
  for (let i = 0; i < name.length; i++) numeric = numeric && name.charCodeAt(i) >= 0x30 && name.charCodeAt(i) <= 0x39;
  if (numeric) n = name.length > 6 ? 1_000_000 : <i32>parseInt(name);
  else n = regex.groupNames.indexOf(name);
  if (n < 0 || n >= regex.groupNames.length) return;
  const from = regex.slots[2 * n];
  const to = regex.slots[2 * n + 1];
  if (from != 0 && to > from) put(from, to - from);
}

/** Regexp.Expand: $1, ${name} and $$. */
function putExpanded(regex: Regex, template: Value): void {
  const end = endOf(template);
  let p = addressOf(template);
  while (p < end) {
    if (load<u8>(p) != 0x24) {
      putByte(load<u8>(p++));
      continue;
    }
    if (p + 1 < end && load<u8>(p + 1) == 0x24) {
      putByte(0x24);
      p += 2;
      continue;
    }
    const braces = p + 1 < end && load<u8>(p + 1) == 0x7b;
    let q = p + (braces ? 2 : 1);
    const from = q;
    while (q < end && isNameByte(load<u8>(q))) q++;
    if (q == from || (braces && (q == end || load<u8>(q) != 0x7d))) {
      putByte(0x24);
      p++;
      continue;
    }
    putGroup(regex, String.UTF8.decodeUnsafe(from, q - from));
    p = braces ? q + 1 : q;
  }
}

function replaceAll(argv: usize, must: bool, literal: bool, out: usize): void {
  const regex = expression(argv, must);
  if (regex === null) return;
  const text = argumentAt(argv, 1);
  const by = argumentAt(argv, 2);
  const begin = addressOf(text);
  const end = endOf(text);
  let last = begin;
  let search = begin;
  open();
  while (search <= end && step(regex.cost >> 3)) {
    if (!regex.find(begin, end, search)) break;
    const from = regex.slots[0];
    const to = regex.slots[1];
    put(last, from - last);
    if (to > last || from == begin) {
      if (literal) putValue(by);
      else putExpanded(regex, by);
    }
    last = to;
    let width: u32 = 1;
    if (search < end) {
      rune(search, end);
      width = runeSize;
    }
    if (search + width > to) search += width;
    else if (search + 1 > to) search++;
    else search = to;
  }
  put(last, end - last);
  close(resultAt(out));
}

function regexReplaceAll(argv: usize, count: u32, out: usize): void {
  replaceAll(argv, false, false, out);
}

function mustRegexReplaceAll(argv: usize, count: u32, out: usize): void {
  replaceAll(argv, true, false, out);
}

function regexReplaceAllLiteral(argv: usize, count: u32, out: usize): void {
  replaceAll(argv, false, true, out);
}

function mustRegexReplaceAllLiteral(argv: usize, count: u32, out: usize): void {
  replaceAll(argv, true, true, out);
}

function split(argv: usize, must: bool, out: usize): void {
  const regex = expression(argv, must);
  if (regex === null) return;
  const text = argumentAt(argv, 1);
  const limit = intOf(argumentAt(argv, 2));
  if (limit == 0) return set(resultAt(out), Type.strings, 0, 0);
  const end = endOf(text);
  const pattern = argumentAt(argv, 0);
  const matches = newValue();
  if (pattern.size == 0 || text.size != 0) findAll(regex, text, limit, matches);
  else setList(matches, 0, 0, Type.strings);
  const at = newElements(matches.size + 1);
  if (at == 0) return;
  let n: u32 = 0;
  let from = addressOf(text);
  let to: usize = from;
  for (let i: u32 = 0; i < matches.size; i++) {
    if (limit > 0 && <i64>n == limit - 1) break;
    const match = element(addressOf(matches), i);
    to = addressOf(match);
    if (endOf(match) != addressOf(text)) setPart(element(at, n++), from, to);
    from = endOf(match);
  }
  if (to != end || matches.size == 0) setPart(element(at, n++), from, end);
  setList(resultAt(out), at, n, Type.strings);
}

function regexSplit(argv: usize, count: u32, out: usize): void {
  split(argv, false, out);
}

function mustRegexSplit(argv: usize, count: u32, out: usize): void {
  split(argv, true, out);
}

const META = '\\.+*?()|[]{}^$';

function regexQuoteMeta(argv: usize, count: u32, out: usize): void {
  const text = argumentAt(argv, 0);
  open();
  for (let p = addressOf(text); p < endOf(text); p++) {
    const c = load<u8>(p);
    if (c < 0x80 && META.includes(String.fromCharCode(c))) putByte(0x5c);
    putByte(c);
  }
  close(resultAt(out));
}
