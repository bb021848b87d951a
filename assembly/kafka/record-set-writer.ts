// Writes records of a record batch, magic 2. A record begins with lengths that are known only after its value is written. So the value is written at
// the place that is right if these lengths take as many bytes as in the record before, which is nearly always so. Otherwise it is moved.
import { copy } from '../bytes/memory';
import { longVarintSize, varintSize, writeLongVarint, writeVarint, zigzag, zigzag64 } from '../bytes/varint';

// The timestamp of the next record as the difference to the base of its set, in zigzag form, and the bytes that it takes with the attributes.
let timestampDelta: u64 = 0;
let attributesAndTimestamp: u32 = 2;
let lengthWidth: u32 = 2;
let valueWidth: u32 = 2;

/** Most bytes that a record takes besides key, value and headers. */
export const MAX_RECORD_OVERHEAD: usize = 32;

/** Sets the timestamp of the records that follow, as the difference to the base of their set. It is 0 before the first call. */
export function useTimestampDelta(delta: i64): void {
  timestampDelta = zigzag64(delta);
  attributesAndTimestamp = 1 + longVarintSize(timestampDelta);
}

/** Address at which the value of the next record must be written. */
@inline
export function valueStart(at: usize, index: u32, keySize: i32): usize {
  return (
    at + lengthWidth + attributesAndTimestamp + varintSize(zigzag(index)) + varintSize(zigzag(keySize)) + <u32>max(keySize, 0) + valueWidth
  );
}

/** Size of a record in bytes. Sizes of -1 mean null. `headersSize` includes the header count. */
@inline
export function recordSize(index: u32, keySize: i32, valueSize: i32, headersSize: u32): u32 {
  const body = bodySize(index, keySize, valueSize, headersSize);
  return varintSize(zigzag(body)) + body;
}


@inline
function bodySize(index: u32, keySize: i32, valueSize: i32, headersSize: u32): u32 {
  const lengths = varintSize(zigzag(index)) + varintSize(zigzag(keySize)) + varintSize(zigzag(valueSize));
  return attributesAndTimestamp + lengths + <u32>max(keySize, 0) + <u32>max(valueSize, 0) + headersSize;
}

/** Writes everything before the headers, with the value that lies at `valueAt`, and returns the address for the headers. */
export function writeRecord(at: usize, index: u32, keyAt: usize, keySize: i32, valueAt: usize, valueSize: i32, headersSize: u32): usize {
  const body = bodySize(index, keySize, valueSize, headersSize);
  lengthWidth = varintSize(zigzag(body));
  if (valueSize >= 0) valueWidth = varintSize(zigzag(valueSize));
  const start = valueStart(at, index, keySize);
  // The value is moved first, because the fields before it may be written over its old place.
  if (valueSize > 0 && start != valueAt) memory.copy(start, valueAt, valueSize);
  at = writeVarint(at, zigzag(body));
  store<u16>(at, 0); // attributes, timestamp delta
  at = timestampDelta == 0 ? at + 2 : writeLongVarint(at + 1, timestampDelta);
  at = writeVarint(at, zigzag(index));
  at = writeVarint(at, zigzag(keySize));
  if (keySize > 0) at = copy(at, keyAt, keySize);
  at = writeVarint(at, zigzag(valueSize));
  return valueSize > 0 ? at + valueSize : at;
}
