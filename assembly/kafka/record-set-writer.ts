// Writes records of a record batch, magic 2. A record begins with lengths that are known last, so its value is written where it
// belongs if these lengths take as many bytes as those of the record before it, which is nearly always so; else it is moved.
import { copy } from '../bytes/memory';
import { varintSize, writeVarint, zigzag } from '../bytes/varint';

const ATTRIBUTES_AND_TIMESTAMP: u32 = 2;
let lengthWidth: u32 = 2;
let valueWidth: u32 = 2;

/** Bytes that a record takes beside key, value and headers at most. */
export const MAX_RECORD_OVERHEAD: usize = 32;

/** Where the value of the next record is to be written. */
@inline
export function valueStart(at: usize, index: u32, keySize: i32): usize {
  return (
    at +
    lengthWidth +
    ATTRIBUTES_AND_TIMESTAMP +
    varintSize(zigzag(index)) +
    varintSize(zigzag(keySize)) +
    <u32>max(keySize, 0) +
    valueWidth
  );
}

/** Bytes of a record; sizes of -1 are null. `headersSize` counts the headers and their number. */
@inline
export function recordSize(index: u32, keySize: i32, valueSize: i32, headersSize: u32): u32 {
  const body = bodySize(index, keySize, valueSize, headersSize);
  return varintSize(zigzag(body)) + body;
}


@inline
function bodySize(index: u32, keySize: i32, valueSize: i32, headersSize: u32): u32 {
  const lengths = varintSize(zigzag(index)) + varintSize(zigzag(keySize)) + varintSize(zigzag(valueSize));
  return ATTRIBUTES_AND_TIMESTAMP + lengths + <u32>max(keySize, 0) + <u32>max(valueSize, 0) + headersSize;
}

/** Writes everything in front of the headers, with the value from `valueAt`, and returns where the headers go. */
export function writeRecord(at: usize, index: u32, keyAt: usize, keySize: i32, valueAt: usize, valueSize: i32, headersSize: u32): usize {
  const body = bodySize(index, keySize, valueSize, headersSize);
  lengthWidth = varintSize(zigzag(body));
  if (valueSize >= 0) valueWidth = varintSize(zigzag(valueSize));
  const start = valueStart(at, index, keySize);
  // Before the front is written: it may lie where the value was.
  if (valueSize > 0 && start != valueAt) memory.copy(start, valueAt, valueSize);
  at = writeVarint(at, zigzag(body));
  store<u16>(at, 0); // attributes, timestamp delta
  at = writeVarint(at + 2, zigzag(index));
  at = writeVarint(at, zigzag(keySize));
  if (keySize > 0) at = copy(at, keyAt, keySize);
  at = writeVarint(at, zigzag(valueSize));
  return valueSize > 0 ? at + valueSize : at;
}
