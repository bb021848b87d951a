// sprig's paths and URLs.
import { alloc } from '../values/limits';
import { joinUrl, parseUrl } from '../values/urls';
import { Value, addressOf, setBool, setLiteral, setText } from '../values/value';
import { argumentAt, endOf, resultAt, setPart } from './call';
import { register } from './table';

export function registerPaths(): void {
  register('base', 's', base);
  register('dir', 's', dir);
  register('clean', 's', clean);
  register('ext', 's', ext);
  register('isAbs', 's', isAbs);
  register('osBase', 's', base);
  register('osDir', 's', dir);
  register('osClean', 's', clean);
  register('osExt', 's', ext);
  register('osIsAbs', 's', isAbs);
  register('urlParse', 's', parseUrl);
  register('urlJoin', 'm', joinUrl);
}

const SLASH: u8 = 0x2f;

function base(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let at = addressOf(v);
  let end = endOf(v);
  if (v.size == 0) return setLiteral(resultAt(out), '.');
  while (end > at && load<u8>(end - 1) == SLASH) end--;
  if (end == at) return setLiteral(resultAt(out), '/');
  for (let p = end; p > at; p--) {
    if (load<u8>(p - 1) != SLASH) continue;
    at = p;
    break;
  }
  setPart(resultAt(out), at, end);
}

/** path.Clean */
function cleaned(at: usize, size: usize, out: Value): void {
  if (size == 0) return setLiteral(out, '.');
  const end = at + size;
  const rooted = load<u8>(at) == SLASH;
  // The result is never longer than the path.
  const copy = newCopy(size + 1);
  if (copy == 0) return;
  let w = copy;
  let floor = copy;
  let p = at;
  if (rooted) {
    store<u8>(w++, SLASH);
    p++;
    floor = w;
  }
  while (p < end) {
    const c = load<u8>(p);
    const next: u8 = p + 1 < end ? load<u8>(p + 1) : SLASH;
    if (c == SLASH) p++;
    else if (c == 0x2e && next == SLASH) p++;
    else if (c == 0x2e && next == 0x2e && (p + 2 == end || load<u8>(p + 2) == SLASH)) {
      p += 2;
      if (w > floor) {
        w--;
        while (w > floor && load<u8>(w) != SLASH) w--;
      } else if (!rooted) {
        if (w > copy) store<u8>(w++, SLASH);
        store<u16>(w, 0x2e2e);
        w += 2;
        floor = w;
      }
    } else {
      if ((rooted && w != copy + 1) || (!rooted && w != copy)) store<u8>(w++, SLASH);
      while (p < end && load<u8>(p) != SLASH) store<u8>(w++, load<u8>(p++));
    }
  }
  if (w == copy) return setLiteral(out, '.');
  setText(out, copy, w - copy);
}

function newCopy(size: usize): usize {
  return alloc(max<usize>(8, size));
}

function clean(argv: usize, count: u32, out: usize): void {
  cleaned(addressOf(argumentAt(argv, 0)), argumentAt(argv, 0).size, resultAt(out));
}

function dir(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  let end = endOf(v);
  while (end > addressOf(v) && load<u8>(end - 1) != SLASH) end--;
  cleaned(addressOf(v), end - addressOf(v), resultAt(out));
}

function ext(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  setText(resultAt(out), 8, 0);
  for (let p = endOf(v); p > addressOf(v) && load<u8>(p - 1) != SLASH; p--) {
    if (load<u8>(p - 1) == 0x2e) return setPart(resultAt(out), p - 1, endOf(v));
  }
}

function isAbs(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  setBool(resultAt(out), v.size > 0 && load<u8>(addressOf(v)) == SLASH);
}
