// Writes the value of a Kafka record in the form of `sdk.record.format`.
import { copy } from '../bytes/memory';
import { MAX_GROWTH, writeStruct } from '../json/struct';
import { recordJsonBound, writeRecordJson } from './opencdc-json';
import { Format } from './formats';
import { ABSENT, OPERATION_DELETE, RAW, after, operation } from '../opencdc/record-reader';

/** Most bytes that the value of the current record can take. */
export function valueBound(format: u8, recordSize: u32): u64 {
  if (format != Format.raw) return recordJsonBound(recordSize);
  return after.kind == RAW ? after.size : <u64>after.size * MAX_GROWTH + 16;
}

/** True if the value is null: `raw` writes a delete, and a record without data, as a tombstone. The other formats do so with deletes on demand. */
export function isNullValue(format: u8, deletesAsTombstones: bool): bool {
  if (operation == OPERATION_DELETE) return deletesAsTombstones || format == Format.raw;
  return format == Format.raw && after.kind == ABSENT;
}

/** Writes the value and returns its end. `entries` metadata entries are sorted. */
export function writeValue(format: u8, at: usize, entries: u32): usize {
  if (format != Format.raw) return writeRecordJson(at, entries);
  return after.kind == RAW ? copy(at, after.at, after.size) : writeStruct(at, after.at, after.size);
}
