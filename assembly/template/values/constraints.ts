// Constraints on versions: `>=1.2.3, <2 || ~1.1`, with x for any number.
import { alloc, fail, failed } from './limits';
import { Version, comparePrerelease, compareVersions, readVersion } from './versions';

let at: usize = 0;
let end: usize = 0;

function spaces(): void {
  while (at < end && (load<u8>(at) == 0x20 || (load<u8>(at) >= 9 && load<u8>(at) <= 13))) at++;
}

function isX(p: usize): bool {
  return load<u8>(p) == 0x78 || load<u8>(p) == 0x58 || load<u8>(p) == 0x2a;
}

/** Reads a number or an x. Returns its end, 0 if there is none. */
function segment(p: usize): usize {
  const from = p;
  while (p < end && (load<u8>(p) - 0x30 <= 9 || isX(p))) p++;
  return p > from ? p : 0;
}

function extra(p: usize): usize {
  while (p < end && (load<u8>(p) - 0x30 <= 9 || (load<u8>(p) | 0x20) - 0x61 <= 25 || load<u8>(p) == 0x2d || load<u8>(p) == 0x2e)) p++;
  return p;
}

const WANTED = heap.alloc(48);
let dirty: bool = false;
let minorDirty: bool = false;
let patchDirty: bool = false;
let wordAt: usize = 0;
let wordEnd: usize = 0;

/** Reads a version with x in it, at `at`. False: there is none. */
function wanted(): bool {
  dirty = minorDirty = patchDirty = false;
  wordAt = at;
  let p = at;
  if (p < end && load<u8>(p) == 0x76) p++;
  const major = p;
  const majorEnd = segment(p);
  if (majorEnd == 0) return false;
  let minor: usize = 0;
  let minorEnd: usize = 0;
  let patch: usize = 0;
  let patchEnd: usize = 0;
  p = majorEnd;
  if (p < end && load<u8>(p) == 0x2e && segment(p + 1) != 0) {
    minor = p + 1;
    p = minorEnd = segment(minor);
    if (p < end && load<u8>(p) == 0x2e && segment(p + 1) != 0) {
      patch = p + 1;
      p = patchEnd = segment(patch);
    }
  }
  const numbersEnd = p;
  if (p < end && load<u8>(p) == 0x2d) p = extra(p + 1);
  const preEnd = p;
  if (p < end && load<u8>(p) == 0x2b) p = extra(p + 1);
  at = p;
  wordEnd = p;
  // The version with 0 for every x, and without its metadata.
  const text = alloc(preEnd - major + 16);
  if (failed) return false;
  let w = text;
  if (isX(major)) {
    dirty = true;
    w = copyText(w, '0.0.0');
  } else {
    memory.copy(w, major, majorEnd - major);
    w += majorEnd - major;
    if (minor == 0 || isX(minor)) {
      dirty = minorDirty = true;
      w = copyText(w, '.0.0');
    } else {
      store<u8>(w++, 0x2e);
      memory.copy(w, minor, minorEnd - minor);
      w += minorEnd - minor;
      if (patch == 0 || isX(patch)) {
        dirty = patchDirty = true;
        w = copyText(w, '.0');
      } else {
        store<u8>(w++, 0x2e);
        memory.copy(w, patch, patchEnd - patch);
        w += patchEnd - patch;
      }
    }
  }
  memory.copy(w, numbersEnd, preEnd - numbersEnd);
  w += preEnd - numbersEnd;
  if (readVersion(text, w - text, changetype<Version>(WANTED))) return true;
  fail('constraint Parser Error');
  return false;
}

function copyText(to: usize, text: string): usize {
  return to + String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, to);
}

function operator(): string {
  const from = at;
  while (
    at < end &&
    (load<u8>(at) == 0x3d ||
      load<u8>(at) == 0x21 ||
      load<u8>(at) == 0x3e ||
      load<u8>(at) == 0x3c ||
      load<u8>(at) == 0x7e ||
      load<u8>(at) == 0x5e)
  )
    at++;
  return String.UTF8.decodeUnsafe(from, at - from);
}

const OPERATORS: string[] = ['', '=', '!=', '>', '<', '>=', '=>', '<=', '=<', '~', '~>', '^'];

/** True if the version satisfies the constraints. Fails if they are none. */
export function satisfies(v: Version, from: usize, size: usize): bool {
  let any = false;
  const last = from + size;
  let p = from;
  while (p <= last && !failed) {
    let q = p;
    while (q < last && !(q + 1 < last && load<u8>(q) == 0x7c && load<u8>(q + 1) == 0x7c)) q++;
    at = p;
    end = q;
    if (conjunction(v, p, q)) any = true;
    p = q + 2;
    if (q >= last) break;
  }
  return any;
}

function improper(from: usize, to: usize): bool {
  fail('improper constraint: ' + String.UTF8.decodeUnsafe(from, to - from));
  return false;
}

function conjunction(v: Version, from: usize, to: usize): bool {
  let joy = true;
  let count = 0;
  while (!failed) {
    spaces();
    if (count > 0 && at < end && load<u8>(at) == 0x2c) {
      at++;
      spaces();
    } else if (count > 0 && at >= end) break;
    const op = operator();
    spaces();
    if (!OPERATORS.includes(op) || !wanted()) return improper(from, to);
    // A hyphen between two versions is a range.
    const back = at;
    spaces();
    if (op == '' && at > back && at + 1 < end && load<u8>(at) == 0x2d && load<u8>(at + 1) == 0x20) {
      joy = check(v, '>=') && joy;
      at++;
      spaces();
      if (!wanted()) return improper(from, to);
      joy = check(v, '<=') && joy;
    } else {
      at = back;
      joy = check(v, op) && joy;
    }
    count++;
  }
  return joy;
}

function check(v: Version, op: string): bool {
  const c = changetype<Version>(WANTED);
  if (op == '!=') {
    if (dirty) {
      if (v.preSize != 0 && c.preSize == 0) return false;
      if (c.major != v.major) return true;
      if (c.minor != v.minor && !minorDirty) return true;
      if (minorDirty) return false;
      if (c.patch != v.patch && !patchDirty) return true;
      if (patchDirty) return (v.preSize != 0 || c.preSize != 0) && comparePrerelease(v.preAt, v.preSize, c.preAt, c.preSize) != 0;
    }
    return compareVersions(v, c) != 0;
  }
  if (v.preSize != 0 && c.preSize == 0) return false;
  const order = compareVersions(v, c);
  if (op == '>') {
    if (!dirty) return order > 0;
    if (v.major != c.major) return v.major > c.major;
    if (minorDirty) return false;
    return patchDirty ? v.minor > c.minor : order > 0;
  }
  if (op == '<') return order < 0;
  if (op == '>=' || op == '=>') return order >= 0;
  if (op == '<=' || op == '=<') {
    if (!dirty) return order <= 0;
    if (v.major > c.major) return false;
    return !(v.major == c.major && v.minor > c.minor && !minorDirty);
  }
  if (op == '^') return caret(v, c, order);
  if (op == '~' || op == '~>' || dirty) {
    if (order < 0) return false;
    if (c.major == 0 && c.minor == 0 && c.patch == 0 && !minorDirty && !patchDirty) return true;
    return v.major == c.major && (v.minor == c.minor || minorDirty);
  }
  return order == 0;
}

function caret(v: Version, c: Version, order: i32): bool {
  if (order < 0) return false;
  if (c.major > 0 || minorDirty) return v.major == c.major;
  if (v.major > 0) return false;
  if (c.minor > 0 || patchDirty) return v.minor == c.minor;
  return v.minor == 0 && c.patch == v.patch;
}
