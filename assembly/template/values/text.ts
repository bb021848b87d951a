// Builds texts in the memory of the evaluation. There is one open text; while another one is opened, it waits.
import { writeDecimal, writeSigned } from '../../bytes/decimal';
import { copy } from '../../bytes/memory';
import { encodeRune } from '../../bytes/runes';
import { MAX_OUTPUT, alloc, fail, failed, growBlock, startEvaluation } from './limits';
import { Type, Value, addressOf, setText } from './value';

let base: usize = 0;
let at: usize = 0;
let end: usize = 0;
const DEPTH = 256;
const waiting = heap.alloc(DEPTH * 12);
let level: u32 = 0;

/** Closes all texts. */
function resetTexts(): void {
  level = 0;
  base = at = end = 0;
}

export function open(): void {
  if (level == DEPTH) {
    fail('the template is nested too deeply');
    level = 0;
  }
  const slot = waiting + <usize>level * 12;
  level++;
  store<usize>(slot, base);
  store<usize>(slot, at, 4);
  store<usize>(slot, end, 8);
  base = at = end = 0;
}

/** Ends the open text and makes it the value. */
export function close(v: Value, type: u8 = Type.string): void {
  if (failed) at = base;
  // A text that is not null has an address.
  setText(v, base == 0 ? 8 : base, at - base, type);
  level--;
  const slot = waiting + <usize>level * 12;
  base = load<usize>(slot);
  at = load<usize>(slot, 4);
  end = load<usize>(slot, 8);
}


@inline
export function textSize(): usize {
  return at - base;
}

/** Bytes of the open text from its beginning. They move with the next byte that is written. */
@inline
export function textAt(): usize {
  return base;
}

/** Drops what was written after the first `size` bytes. */
@inline
export function truncate(size: usize): void {
  at = base + size;
}

/** Where to write up to `size` bytes; `wrote` ends it. 0: there is no memory. */
@inline
export function room(size: usize): usize {
  return size <= end - at ? at : grow(size);
}


@inline
export function wrote(to: usize): void {
  at = to;
}

function grow(size: usize): usize {
  const used = at - base;
  if (used + size > MAX_OUTPUT || size > MAX_OUTPUT) fail('the text is longer than ' + MAX_OUTPUT.toString() + ' bytes');
  if (failed) return 0;
  const capacity = max(used + size, max<usize>(64, used << 1));
  if (base != 0 && growBlock(base, end - base, capacity)) {
    end = base + capacity;
    return at;
  }
  const moved = alloc(capacity);
  if (failed) return 0;
  copy(moved, base, used);
  base = moved;
  at = moved + used;
  end = moved + capacity;
  return at;
}


@inline
export function putByte(c: u32): void {
  const to = room(1);
  if (to == 0) return;
  store<u8>(to, <u8>c);
  at = to + 1;
}

export function put(from: usize, size: usize): void {
  const to = room(size);
  if (to != 0) at = copy(to, from, size);
}


@inline
export function putValue(v: Value): void {
  put(addressOf(v), v.size);
}

export function putText(text: string): void {
  const to = room(<usize>text.length * 3);
  if (to != 0) at = to + String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, to);
}

export function putRepeated(c: u32, count: i32): void {
  if (count <= 0) return;
  const to = room(count);
  if (to == 0) return;
  memory.fill(to, <u8>c, count);
  at = to + count;
}

export function putSigned(n: i64): void {
  const to = room(24);
  if (to != 0) at = writeSigned(to, n);
}

export function putUnsigned(n: u64): void {
  const to = room(24);
  if (to != 0) at = writeDecimal(to, n);
}

export function putRune(r: u32): void {
  const to = room(4);
  if (to != 0) at = encodeRune(to, r);
}

/** Forgets the evaluation before. Must be called before the first text of a record is opened. */
export function begin(): void {
  startEvaluation();
  resetTexts();
}
