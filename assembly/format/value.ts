// Writes the value of a Kafka record in the form of `sdk.record.format` or `valueFormat`.
import { copy } from '../bytes/memory';
import { bytesFieldSize, writeBytesField } from '../bytes/protobuf';
import { MAX_GROWTH, writeStruct } from '../json/struct';
import { Template } from '../template/template';
import { render, renderedAt, renderedSize } from '../template/render';
import { debeziumBound, writeDebezium } from './debezium-json';
import { recordJsonBound, writeRecordJson } from './opencdc-json';
import { Format } from './formats';
import { ABSENT, Data, OPERATION_DELETE, RAW, after, operation } from '../opencdc/record-reader';

const RAW_DATA: u8 = 0x0a;
const STRUCTURED_DATA: u8 = 0x12;

/** The text that `renderValue` made. */
let textAt: usize = 0;
let textSize: u32 = 0;

/** Renders the value of the current record. Must be called before `valueBound`. Returns the error, empty if there is none. */
export function renderValue(template: Template): string {
  const error = render(template);
  textAt = renderedAt;
  textSize = renderedSize;
  return error == '' ? '' : 'template execution failed: ' + error;
}

/** Most bytes that the value of the current record can take. */
export function valueBound(format: u8, recordSize: u32): u64 {
  if (format == Format.opencdcJson) return recordJsonBound(recordSize);
  if (format == Format.data) return dataSize(after);
  if (format == Format.template) return textSize;
  if (format == Format.debeziumJson) return debeziumBound(recordSize);
  return after.kind == RAW ? after.size : <u64>after.size * MAX_GROWTH + 16;
}

/** True if the value of a message is `payload.after` alone. */
@inline
function isDataAlone(format: u8): bool {
  return format == Format.raw || format == Format.data;
}

/** True if the value is null: a delete, and a record without data, is a tombstone where the value is the data alone. Formats of whole records do so with deletes on demand. */
export function isNullValue(format: u8, deletesAsTombstones: bool): bool {
  if (operation == OPERATION_DELETE) return deletesAsTombstones || isDataAlone(format);
  return isDataAlone(format) && after.kind == ABSENT;
}

/** Writes the value and returns its end. `entries` metadata entries are sorted. */
export function writeValue(format: u8, at: usize, entries: u32): usize {
  if (format == Format.opencdcJson) return writeRecordJson(at, entries);
  if (format == Format.data) return writeData(at, after);
  if (format == Format.template) return copy(at, textAt, textSize);
  if (format == Format.debeziumJson) return writeDebezium(at, entries);
  return after.kind == RAW ? copy(at, after.at, after.size) : writeStruct(at, after.at, after.size);
}

/** Size of the message `opencdc.v1.Data` for the host to encode. */
export function dataSize(data: Data): u32 {
  return bytesFieldSize(data.size);
}

/** Writes the message `opencdc.v1.Data` and returns its end. `data` is not absent. */
export function writeData(at: usize, data: Data): usize {
  return writeBytesField(at, data.kind == RAW ? RAW_DATA : STRUCTURED_DATA, data.at, data.size);
}
