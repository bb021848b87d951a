// sprig's base64, base32 and checksums.
import { base64Size, writeBase64 } from '../../bytes/base64';
import { adler32, sha1, sha256, sha512 } from '../values/hashes';
import { step } from '../values/limits';
import { close, open, putByte, putText, putUnsigned, room, truncate, wrote } from '../values/text';
import { Value, addressOf } from '../values/value';
import { argumentAt, endOf, resultAt } from './call';
import { register } from './table';

export function registerEncodings(): void {
  register('b64enc', 's', b64enc);
  register('b64dec', 's', b64dec);
  register('b32enc', 's', b32enc);
  register('b32dec', 's', b32dec);
  register('sha1sum', 's', sha1sum);
  register('sha256sum', 's', sha256sum);
  register('sha512sum', 's', sha512sum);
  register('adler32sum', 's', adler32sum);
}

function b64enc(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  open();
  const to = room(<usize>base64Size(v.size) + 4);
  if (to != 0) wrote(writeBase64(to, addressOf(v), v.size));
  close(resultAt(out));
}

function digitOf(c: u32, isBase32: bool): i32 {
  if (isBase32) return c >= 0x41 && c <= 0x5a ? c - 0x41 : c >= 0x32 && c <= 0x37 ? c - 24 : -1;
  if (c >= 0x41 && c <= 0x5a) return c - 0x41;
  if (c >= 0x61 && c <= 0x7a) return c - 71;
  if (c >= 0x30 && c <= 0x39) return c + 4;
  return c == 0x2b ? 62 : c == 0x2f ? 63 : -1;
}

/** Go's decoders: newlines are skipped, padding is needed. Returns the offset of the first wrong byte, -1 for none. */
function decode(v: Value, isBase32: bool): i64 {
  const at = addressOf(v);
  const end = endOf(v);
  const group = isBase32 ? 8 : 4;
  const bits: u32 = isBase32 ? 5 : 6;
  let p = at;
  while (true) {
    let count = 0;
    let value: u64 = 0;
    while (count < group) {
      while (p < end && (load<u8>(p) == 10 || load<u8>(p) == 13)) p++;
      if (p == end) return count == 0 ? -1 : <i64>(p - at) - count;
      const c = load<u8>(p);
      if (c == 0x3d) break;
      const d = digitOf(c, isBase32);
      if (d < 0) return <i64>(p - at);
      value = (value << bits) | d;
      count++;
      p++;
    }
    const bytes: u32 = (count * bits) >> 3;
    if (count < group) {
      if (isBase32 ? count == 0 || count == 1 || count == 3 || count == 6 : count < 2) return <i64>(p - at);
      for (let padding = count; padding < group; padding++) {
        while (p < end && (load<u8>(p) == 10 || load<u8>(p) == 13)) p++;
        if (p == end) return <i64>v.size;
        if (load<u8>(p) != 0x3d) return <i64>(p - at);
        p++;
      }
      while (p < end && (load<u8>(p) == 10 || load<u8>(p) == 13)) p++;
      if (p < end) return <i64>(p - at);
    }
    value <<= <u64>(64 - count * bits);
    for (let i: u32 = 0; i < bytes; i++) putByte((<u32>(value >> (56 - 8 * i))) & 255);
    if (count < group) return -1;
  }
  return -1;
}

function decoded(v: Value, isBase32: bool, out: usize): void {
  open();
  const wrong = step(v.size >> 4) ? decode(v, isBase32) : -1;
  if (wrong >= 0) {
    truncate(0);
    putText('illegal base' + (isBase32 ? '32' : '64') + ' data at input byte ');
    putUnsigned(wrong);
  }
  close(resultAt(out));
}

function b64dec(argv: usize, count: u32, out: usize): void {
  decoded(argumentAt(argv, 0), false, out);
}

function b32dec(argv: usize, count: u32, out: usize): void {
  decoded(argumentAt(argv, 0), true, out);
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function b32enc(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  open();
  for (let p = addressOf(v); p < endOf(v) && step(); p += 5) {
    let value: u64 = 0;
    const have = min<usize>(5, endOf(v) - p);
    for (let i: usize = 0; i < 5; i++) value = (value << 8) | (i < have ? load<u8>(p + i) : 0);
    const digits = (have * 8 + 4) / 5;
    for (let i: usize = 0; i < 8; i++) putByte(i < digits ? BASE32.charCodeAt((<i32>(value >> (35 - 5 * <u64>i))) & 31) : 0x3d);
  }
  close(resultAt(out));
}

const HEX = '0123456789abcdef';
const SUM = heap.alloc(64);

function putSum(size: usize, out: usize): void {
  open();
  for (let i: usize = 0; i < size; i++) {
    putByte(HEX.charCodeAt(load<u8>(SUM + i) >> 4));
    putByte(HEX.charCodeAt(load<u8>(SUM + i) & 15));
  }
  close(resultAt(out));
}

function sha1sum(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!step(v.size >> 5)) return;
  sha1(addressOf(v), v.size, SUM);
  putSum(20, out);
}

function sha256sum(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!step(v.size >> 5)) return;
  sha256(addressOf(v), v.size, SUM);
  putSum(32, out);
}

function sha512sum(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!step(v.size >> 5)) return;
  sha512(addressOf(v), v.size, SUM);
  putSum(64, out);
}

function adler32sum(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  if (!step(v.size >> 5)) return;
  open();
  putUnsigned(adler32(addressOf(v), v.size));
  close(resultAt(out));
}
