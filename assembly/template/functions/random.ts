// sprig's random values, from wasi:random.
import { Random } from 'as-wasi/assembly';
import { base64Size, writeBase64 } from '../../bytes/base64';
import { rune, runeCount, runeSize } from '../../bytes/runes';
import { alloc, fail } from '../values/limits';
import { close, open, putByte, room, wrote } from '../values/text';
import { addressOf, setInt, setText } from '../values/value';
import { argumentAt, endOf, intOf, resultAt } from './call';
import { register } from './table';

export function registerRandom(): void {
  register('randAlphaNum', 'i', randAlphaNum);
  register('randAlpha', 'i', randAlpha);
  register('randAscii', 'i', randAscii);
  register('randNumeric', 'i', randNumeric);
  register('randBytes', 'i', randBytes);
  register('randInt', 'ii', randInt);
  register('uuidv4', '', uuidv4);
  register('shuffle', 's', shuffle);
}

const POOL = new ArrayBuffer(64);
let left: i32 = 0;

function randomByte(): u32 {
  if (left == 0) {
    Random.randomFill(POOL);
    left = 64;
  }
  return load<u8>(changetype<usize>(POOL) + --left);
}

/** A number below `n`, each as likely as the others. */
function below(n: u32): u32 {
  const limit = u32.MAX_VALUE - (u32.MAX_VALUE % n);
  while (true) {
    const r = randomByte() | (randomByte() << 8) | (randomByte() << 16) | (randomByte() << 24);
    if (r < limit) return r % n;
  }
}

const MAX_COUNT: i64 = 100_000;

/** Fails for a count that is negative or large. */
function isNoCount(n: i64): bool {
  if (n >= 0 && n <= MAX_COUNT) return false;
  fail('a random text of ' + n.toString() + ' characters is not possible: at most ' + MAX_COUNT.toString());
  return true;
}

function from(argv: usize, out: usize, characters: string): void {
  const n = intOf(argumentAt(argv, 0));
  if (isNoCount(n)) return;
  open();
  for (let i: i64 = 0; i < n; i++) {
    const at = below(characters == '' ? 95 : characters.length);
    putByte(characters == '' ? 32 + at : characters.charCodeAt(at));
  }
  close(resultAt(out));
}

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function randAlphaNum(argv: usize, count: u32, out: usize): void {
  from(argv, out, LETTERS + DIGITS);
}

function randAlpha(argv: usize, count: u32, out: usize): void {
  from(argv, out, LETTERS);
}

function randAscii(argv: usize, count: u32, out: usize): void {
  from(argv, out, '');
}

function randNumeric(argv: usize, count: u32, out: usize): void {
  from(argv, out, DIGITS);
}

function randBytes(argv: usize, count: u32, out: usize): void {
  const n = intOf(argumentAt(argv, 0));
  if (isNoCount(n)) return;
  const bytes = alloc(max<usize>(8, <usize>n));
  if (bytes == 0) return;
  for (let i: usize = 0; i < <usize>n; i++) store<u8>(bytes + i, <u8>randomByte());
  open();
  const to = room(<usize>base64Size(<u32>n) + 4);
  if (to != 0) wrote(writeBase64(to, bytes, <u32>n));
  close(resultAt(out));
}

function randInt(argv: usize, count: u32, out: usize): void {
  const low = intOf(argumentAt(argv, 0));
  const high = intOf(argumentAt(argv, 1));
  if (high <= low) return fail('invalid argument to Intn');
  const n = <u64>(high - low);
  let r: u64 = 0;
  for (let i = 0; i < 8; i++) r = (r << 8) | randomByte();
  setInt(resultAt(out), low + <i64>(r % n));
}

const HEX = '0123456789abcdef';

function uuidv4(argv: usize, count: u32, out: usize): void {
  open();
  for (let i = 0; i < 16; i++) {
    let b = randomByte();
    if (i == 6) b = (b & 15) | 0x40;
    if (i == 8) b = (b & 63) | 0x80;
    if (i == 4 || i == 6 || i == 8 || i == 10) putByte(0x2d);
    putByte(HEX.charCodeAt(b >> 4));
    putByte(HEX.charCodeAt(b & 15));
  }
  close(resultAt(out));
}

function shuffle(argv: usize, count: u32, out: usize): void {
  const v = argumentAt(argv, 0);
  const n = runeCount(addressOf(v), v.size);
  const at = alloc(max<usize>(8, (<usize>n) << 2));
  const to = alloc(max<usize>(8, v.size));
  if (at == 0 || to == 0) return;
  let i: u32 = 0;
  for (let p = addressOf(v); p < endOf(v); p += runeSize, i++) {
    rune(p, endOf(v));
    store<u32>(at + ((<usize>i) << 2), (<u32>(p << 3)) | runeSize);
  }
  let w = to;
  for (; i > 0; i--) {
    const other = at + ((<usize>below(i)) << 2);
    const chosen = load<u32>(other);
    store<u32>(other, load<u32>(at + ((<usize>i - 1) << 2)));
    memory.copy(w, chosen >> 3, chosen & 7);
    w += chosen & 7;
  }
  setText(resultAt(out), to, w - to);
}
