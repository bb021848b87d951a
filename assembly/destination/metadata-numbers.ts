// Numbers in the metadata of a record that say how it is written: its partition and its timestamp.
import { literal, same } from '../bytes/memory';
import { entry } from '../json/entries';
import { useTimestampDelta } from '../kafka/record-set-writer';
import { metadataCount } from '../opencdc/record-reader';
import { timestamp } from './sets';

const PARTITION = literal('kafka.partition');
const CREATED_AT = literal('opencdc.createdAt');

/** The result of `partitionOf` for a text that is no partition. */
export const BAD_NUMBER: i32 = -3;

let value: i64 = 0;
/** What `find` found. */
namespace Found {
  export const none: u8 = 0;
  export const number: u8 = 1;
  export const other: u8 = 2;
}

/** The partition that the metadata of the current record names; -1 if it names none. */
export function partitionOf(): i32 {
  const found = find(PARTITION, 15);
  if (found == Found.none) return -1;
  return found == Found.number && value >= 0 && value <= i32.MAX_VALUE ? <i32>value : BAD_NUMBER;
}

/** Sets the timestamp of the current record to its `opencdc.createdAt`, if it has one. False: that is no number. */
export function useCreatedAt(): bool {
  const found = find(CREATED_AT, 17);
  if (found == Found.other) return false;
  const ms = value / 1_000_000;
  useTimestampDelta(found == Found.none ? 0 : (ms * 1_000_000 > value ? ms - 1 : ms) - timestamp);
  return true;
}

/** Finds the metadata entry with this key. The search runs backwards, because of equal keys the last one counts. */
function find(keyAt: usize, keySize: u32): u8 {
  for (let i = metadataCount; i > 0; i--) {
    const e = entry(0, i - 1);
    if (e.keySize == keySize && same(e.keyAt, keyAt, keySize)) return parse(e.valueAt, e.valueSize) ? Found.number : Found.other;
  }
  return Found.none;
}

/** Parses a decimal number of 64 bits into `value`. */
function parse(at: usize, size: u32): bool {
  const negative = size > 0 && load<u8>(at) == 0x2d;
  const end = at + size;
  if (negative) at++;
  if (at == end) return false;
  const limit: u64 = negative ? (<u64>1) << 63 : <u64>i64.MAX_VALUE;
  let v: u64 = 0;
  for (; at < end; at++) {
    const digit = <u64>load<u8>(at) - 0x30;
    if (digit > 9 || v > (limit - digit) / 10) return false;
    v = v * 10 + digit;
  }
  value = negative ? <i64>(0 - v) : <i64>v;
  return true;
}
