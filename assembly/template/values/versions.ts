// Semantic versions, and constraints on them, as Masterminds/semver v3 understands them.
import { alloc } from './limits';
import { SEMVER } from './parameters';
import { compareBytes } from './tables';
import { close, open, put, putByte, putUnsigned } from './text';
import { Type, Value, addressOf, set, setBool, setInt, setText } from './value';


@unmanaged
export class Version {
  major: u64;
  minor: u64;
  patch: u64;
  preAt: u32;
  preSize: u32;
  metadataAt: u32;
  metadataSize: u32;
  originalAt: u32;
  originalSize: u32;
}

export const INVALID = 'Invalid Semantic Version';
/** The error of the last `readVersion`. */
export let versionError: string = '';

let at: usize = 0;
let end: usize = 0;


@inline
function isDigit(c: u8): bool {
  return c - 0x30 <= 9;
}

function isPart(c: u8): bool {
  return isDigit(c) || (c | 0x20) - 0x61 <= 25 || c == 0x2d;
}

let number: u64 = 0;

function digits(): bool {
  const from = at;
  number = 0;
  for (; at < end && isDigit(load<u8>(at)); at++) number = number * 10 + (load<u8>(at) - 0x30);
  return at > from;
}

/** Reads dotted identifiers. False: there are none. */
function identifiers(): bool {
  while (true) {
    const from = at;
    while (at < end && isPart(load<u8>(at))) at++;
    if (at == from) return false;
    if (at >= end || load<u8>(at) != 0x2e) return true;
    at++;
  }
}

/** Reads a version. False: it is none, see `versionError`. */
export function readVersion(from: usize, size: usize, v: Version): bool {
  memory.fill(changetype<usize>(v), 0, 48);
  versionError = INVALID;
  at = from;
  end = from + size;
  v.originalAt = <u32>from;
  v.originalSize = <u32>size;
  if (at < end && load<u8>(at) == 0x76) at++;
  if (!digits()) return false;
  v.major = number;
  if (at < end && load<u8>(at) == 0x2e) {
    at++;
    if (!digits()) return false;
    v.minor = number;
    if (at < end && load<u8>(at) == 0x2e) {
      at++;
      if (!digits()) return false;
      v.patch = number;
    }
  }
  if (at < end && load<u8>(at) == 0x2d) {
    v.preAt = <u32>++at;
    if (!identifiers()) return false;
    v.preSize = <u32>(at - v.preAt);
    for (let p: usize = v.preAt, part: usize = p, numeric = true; p <= at; p++) {
      if (p < at && load<u8>(p) != 0x2e) {
        numeric = numeric && isDigit(load<u8>(p));
        continue;
      }
      if (numeric && p - part > 1 && load<u8>(part) == 0x30) return false;
      part = p + 1;
      numeric = true;
    }
  }
  if (at < end && load<u8>(at) == 0x2b) {
    v.metadataAt = <u32>++at;
    if (!identifiers()) return false;
    v.metadataSize = <u32>(at - v.metadataAt);
  }
  return at == end;
}

function segment(a: u64, b: u64): i32 {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function compareVersions(a: Version, b: Version): i32 {
  let c = segment(a.major, b.major);
  if (c == 0) c = segment(a.minor, b.minor);
  if (c == 0) c = segment(a.patch, b.patch);
  if (c != 0) return c;
  if (a.preSize == 0 || b.preSize == 0) return a.preSize == b.preSize ? 0 : a.preSize == 0 ? 1 : -1;
  return comparePrerelease(a.preAt, a.preSize, b.preAt, b.preSize);
}

function partEnd(p: usize, to: usize): usize {
  while (p < to && load<u8>(p) != 0x2e) p++;
  return p;
}

function isNumeric(p: usize, to: usize): bool {
  for (; p < to; p++) if (!isDigit(load<u8>(p))) return false;
  return true;
}

export function comparePrerelease(a: usize, aSize: u32, b: usize, bSize: u32): i32 {
  const aEnd = a + aSize;
  const bEnd = b + bSize;
  while (true) {
    if (a >= aEnd || b >= bEnd) return a >= aEnd && b >= bEnd ? 0 : a >= aEnd ? -1 : 1;
    const x = partEnd(a, aEnd);
    const y = partEnd(b, bEnd);
    const xs = <u32>(x - a);
    const ys = <u32>(y - b);
    const xn = isNumeric(a, x);
    const yn = isNumeric(b, y);
    let c = 0;
    if (xn && yn) c = xs != ys ? (xs < ys ? -1 : 1) : compareBytes(a, xs, b, ys);
    else c = xn ? -1 : yn ? 1 : compareBytes(a, xs, b, ys);
    if (c != 0) return c;
    a = x + 1;
    b = y + 1;
  }
}

export function newVersion(): Version {
  return changetype<Version>(alloc(48));
}

export function putVersion(v: Value): void {
  const version = changetype<Version>(addressOf(v));
  putUnsigned(version.major);
  putByte(0x2e);
  putUnsigned(version.minor);
  putByte(0x2e);
  putUnsigned(version.patch);
  if (version.preSize != 0) {
    putByte(0x2d);
    put(version.preAt, version.preSize);
  }
  if (version.metadataSize != 0) {
    putByte(0x2b);
    put(version.metadataAt, version.metadataSize);
  }
}

const METHODS: string[] = ['Major', 'Minor', 'Patch', 'Prerelease', 'Metadata', 'Original', 'String', 'IncMajor', 'IncMinor', 'IncPatch'];

export function argumentsOf(name: string): i32 {
  if (name == 'Compare' || name == 'Equal' || name == 'LessThan' || name == 'GreaterThan') return SEMVER;
  return METHODS.includes(name) ? 0 : -1;
}

export function callMethod(v: Value, name: string, argument: Value, out: Value): string {
  const version = changetype<Version>(addressOf(v));
  if (name == 'Major') set(out, Type.uint64, 0, version.major);
  else if (name == 'Minor') set(out, Type.uint64, 0, version.minor);
  else if (name == 'Patch') set(out, Type.uint64, 0, version.patch);
  else if (name == 'Prerelease') setText(out, version.preAt, version.preSize);
  else if (name == 'Metadata') setText(out, version.metadataAt, version.metadataSize);
  else if (name == 'Original') setText(out, version.originalAt, version.originalSize);
  else if (name == 'String') {
    open();
    putVersion(v);
    close(out);
  } else if (name.startsWith('Inc')) {
    const next = newVersion();
    memory.copy(changetype<usize>(next), changetype<usize>(version), 48);
    next.preSize = 0;
    next.metadataSize = 0;
    if (name == 'IncPatch') next.patch += version.preSize == 0 ? 1 : 0;
    else next.patch = 0;
    if (name == 'IncMinor') next.minor++;
    if (name == 'IncMajor') {
      next.minor = 0;
      next.major++;
    }
    set(out, Type.semver, 0, <u64>changetype<usize>(next));
  } else {
    if (argument.type != Type.semver) return 'runtime error: invalid memory address or nil pointer dereference';
    const c = compareVersions(version, changetype<Version>(addressOf(argument)));
    if (name == 'Compare') setInt(out, c);
    else setBool(out, name == 'Equal' ? c == 0 : name == 'LessThan' ? c < 0 : c > 0);
  }
  return '';
}
