// Reads the records section of a Kafka record batch, magic 2 (KIP-98). The fields of the current record are module variables, so that no object is
// allocated per record. If the fields of a record do not fill it exactly, the reading ends with `reader.broken`.
import * as reader from '../bytes/reader';

export let offset: i64 = 0;
export let timestamp: i64 = 0;
export let keyAt: usize = 0;
/** -1: null. */
export let keySize: i32 = 0;
export let valueAt: usize = 0;
/** -1: null. */
export let valueSize: i32 = 0;
/** Headers of the current record that `nextHeader` has not read yet. */
export let headersLeft: u32 = 0;

export let headerNameAt: usize = 0;
export let headerNameSize: u32 = 0;
export let headerValueAt: usize = 0;
/** -1: null. */
export let headerValueSize: i32 = 0;

let baseOffset: i64 = 0;
let baseTimestamp: i64 = 0;
let stamped: bool = false;
let setEnd: usize = 0;
let recordEnd: usize = 0;

/** `logAppendTime`: every record has the base timestamp. */
export function openRecordSet(at: usize, size: usize, firstOffset: i64, firstTimestamp: i64, logAppendTime: bool): void {
  setEnd = at + size;
  recordEnd = at;
  reader.start(at, setEnd);
  baseOffset = firstOffset;
  baseTimestamp = firstTimestamp;
  stamped = logAppendTime;
}

/** Address after the last byte of the current record. */
export function position(): usize {
  return recordEnd;
}

/** Moves to the next record. The caller must know that there is one, and must have read all headers of the record before. */
export function nextRecord(): bool {
  reader.bound(setEnd);
  const size = reader.signed();
  if (size < 0 || size > <i64>(setEnd - reader.at)) {
    reader.fail();
    return false;
  }
  recordEnd = reader.at + <usize>size;
  reader.bound(recordEnd);
  reader.skip(1); // attributes, unused
  const delta = reader.signed();
  timestamp = stamped ? baseTimestamp : baseTimestamp + delta;
  offset = baseOffset + reader.signed();
  keySize = reader.nullableSize();
  keyAt = reader.at;
  reader.skip(max(keySize, 0));
  valueSize = reader.nullableSize();
  valueAt = reader.at;
  reader.skip(max(valueSize, 0));
  const headers = reader.signed();
  // A header takes at least two bytes, which bounds the count of a corrupt record.
  if (headers < 0 || headers > <i64>((recordEnd - reader.at) >> 1)) reader.fail();
  else if (headers == 0 && reader.at != recordEnd) reader.fail();
  headersLeft = <u32>headers;
  return !reader.broken;
}

/** Reads the next of `headersLeft`. */
export function nextHeader(): bool {
  headersLeft--;
  const size = reader.nullableSize();
  if (size < 0) reader.fail();
  headerNameAt = reader.at;
  headerNameSize = <u32>size;
  reader.skip(headerNameSize);
  headerValueSize = reader.nullableSize();
  headerValueAt = reader.at;
  reader.skip(max(headerValueSize, 0));
  if (headersLeft == 0 && reader.at != recordEnd) reader.fail();
  return !reader.broken;
}
