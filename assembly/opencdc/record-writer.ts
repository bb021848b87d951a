// Writes the current record of record-set-reader as one `records` entry of connector.v2.Source.Run.Response (field 1). The exact size is computed
// before the record is written, so that the caller can bound the batch and lengths are minimal varints.
//
// A null key or value is absent here, an empty one is present and empty: Conduit distinguishes the two.
import { decimalSize, writeDecimal, writeSigned } from '../bytes/decimal';
import { copy, literal } from '../bytes/memory';
import { bytesFieldSize, writeBytesField, writeBytesHead } from '../bytes/protobuf';
import * as record from '../kafka/record-set-reader';
import { collectHeaders, keepAllHeaders, writeHeaders } from './headers-to-metadata';
import { ReadForm } from './read-form';

const COLLECTION = literal('opencdc.collection');
const COLLECTION_SIZE: u32 = 18;
const READ_AT = literal('opencdc.readAt');
const READ_AT_SIZE: u32 = 14;
const CREATED_AT = literal('opencdc.createdAt');
const CREATED_AT_SIZE: u32 = 17;
const PARTITION = literal('kafka.partition');
const PARTITION_SIZE: u32 = 15;
const OFFSET = literal('kafka.offset');
const OFFSET_SIZE: u32 = 12;
const TIMESTAMP_TYPE = literal('kafka.timestampType');
const TIMESTAMP_TYPE_SIZE: u32 = 19;
const LEADER_EPOCH = literal('kafka.leaderEpoch');
const LEADER_EPOCH_SIZE: u32 = 17;
const CREATE_TIME = literal('CreateTime');
const LOG_APPEND_TIME = literal('LogAppendTime');
const OPERATION_CREATE: u16 = 0x0110;
const DELETE: u8 = 3;
const ZEROS: u32 = 0x30303030;
/** Most milliseconds that fit into 64 bits as nanoseconds. */
const MAX_MS: i64 = i64.MAX_VALUE / 1_000_000;

/** Keys and values that the host has decoded are the message `opencdc.v1.Data`; others are the bytes of the message's raw data. */
let keysAreData: bool = false;
let valuesAreData: bool = false;

let prefixAt: usize = 0;
let prefixSize: u32 = 0;
let sharedAt: usize = 0;
let sharedSize: u32 = 0;
let positionSize: u32 = 0;
let createdSize: u32 = 0;
let headersSize: u32 = 0;
let bodySize: u32 = 0;
let offsetSize: u32 = 0;
// The form of the records. These are module variables because an object costs time with every record.
let tombstonesAsDeletes: bool = false;
let kafkaMetadata: bool = false;

/** Address of the position of the last written record. */
export let positionAt: usize = 0;
export { positionSize };

/** Sets the form of all records. */
export function useForm(form: ReadForm): void {
  tombstonesAsDeletes = form.tombstonesAsDeletes;
  kafkaMetadata = form.kafkaMetadata;
  keepAllHeaders(form.keepAllHeaders);
}

/** Sets which of keys and values the host has decoded. */
export function useDecoded(keys: bool, values: bool): void {
  keysAreData = keys;
  valuesAreData = values;
}

/** Bytes that `writeShared` needs. */
export function sharedBound(topicSize: u32): usize {
  return <usize>topicSize + 320;
}

/** The record set whose records share their fields. */
export class SharedFields {
  topicAt: usize = 0;
  topicSize: u32 = 0;
  partition: i32 = 0;
  logAppendTime: bool = false;
  /** -1: not known. */
  leaderEpoch: i32 = -1;
}

/** Writes the fields that all records of a record set share, and returns their end. */
export function writeShared(at: usize, set: SharedFields, nowMs: u64): usize {
  store<u16>(at, OPERATION_CREATE);
  at = writeEntry(at + 2, COLLECTION, COLLECTION_SIZE, set.topicAt, set.topicSize);
  const digits = at + 60;
  at = writeEntry(at, READ_AT, READ_AT_SIZE, digits, <u32>(writeNanoseconds(digits, <i64>nowMs) - digits));
  if (!kafkaMetadata) return at;
  at = writeNumber(at, PARTITION, PARTITION_SIZE, set.partition);
  at = set.logAppendTime
    ? writeEntry(at, TIMESTAMP_TYPE, TIMESTAMP_TYPE_SIZE, LOG_APPEND_TIME, 13)
    : writeEntry(at, TIMESTAMP_TYPE, TIMESTAMP_TYPE_SIZE, CREATE_TIME, 10);
  return set.leaderEpoch < 0 ? at : writeNumber(at, LEADER_EPOCH, LEADER_EPOCH_SIZE, set.leaderEpoch);
}

function writeNumber(at: usize, keyAt: usize, keySize: u32, value: i32): usize {
  const digits = at + 60;
  return writeEntry(at, keyAt, keySize, digits, <u32>(writeSigned(digits, value) - digits));
}

function writeEntry(at: usize, keyAt: usize, keySize: u32, valueAt: usize, valueSize: u32): usize {
  at = writeBytesHead(at, 0x1a, bytesFieldSize(keySize) + bytesFieldSize(valueSize));
  return writeBytesField(writeBytesField(at, 0x0a, keyAt, keySize), 0x12, valueAt, valueSize);
}

/**
 * Number of characters of `writeNanoseconds`. 0: the record gets no createdAt. That is so for -1, which is Kafka's "no timestamp", and for timestamps
 * before 1677 or after 2262: readers of createdAt use 64 bits, and an overflow would be another time. Such a timestamp was not in milliseconds.
 */
function nanosecondsSize(ms: i64): u32 {
  if (ms == -1 || ms > MAX_MS || ms < -MAX_MS) return 0;
  if (ms < 0) return 7 + decimalSize(<u64>-ms);
  return decimalSize(<u64>ms) + (ms == 0 ? 0 : 6);
}

/** Writes milliseconds as nanoseconds in decimal. It appends six zeros to the digits, which cannot overflow. */
function writeNanoseconds(at: usize, ms: i64): usize {
  at = writeSigned(at, ms);
  if (ms == 0) return at;
  store<u32>(at, ZEROS);
  store<u16>(at, <u16>ZEROS, 4);
  return at + 6;
}

/** Sets the position prefix of a partition, and the fields that `writeShared` wrote, for its records. */
export function openRecords(positionPrefixAt: usize, positionPrefixSize: u32, metadataAt: usize, metadataSize: u32): void {
  prefixAt = positionPrefixAt;
  prefixSize = positionPrefixSize;
  sharedAt = metadataAt;
  sharedSize = metadataSize;
}

/** The size of the current record in bytes; 0 if its headers cannot be read. */
export function measureRecord(): usize {
  positionSize = prefixSize + decimalSize(<u64>record.offset) + 1;
  createdSize = nanosecondsSize(record.timestamp);
  headersSize = 0;
  if (record.headersLeft != 0) {
    headersSize = collectHeaders();
    if (headersSize == 0) return 0;
  }
  let size: u32 = bytesFieldSize(positionSize) + sharedSize + headersSize;
  if (createdSize != 0) size += createdSize + CREATED_AT_SIZE + 6;
  if (kafkaMetadata) {
    offsetSize = decimalSize(<u64>record.offset);
    size += offsetSize + OFFSET_SIZE + 6;
  }
  if (record.keySize >= 0) size += bytesFieldSize(keysAreData ? record.keySize : bytesFieldSize(record.keySize));
  bodySize = size + bytesFieldSize(payloadSize());
  return bytesFieldSize(bodySize);
}


@inline
function payloadSize(): u32 {
  if (record.valueSize < 0) return 0;
  return bytesFieldSize(valuesAreData ? record.valueSize : bytesFieldSize(record.valueSize));
}

/** Writes the record that `measureRecord` measured and returns the end. */
export function writeRecord(at: usize): usize {
  positionAt = writeBytesHead(writeBytesHead(at, 0x0a, bodySize), 0x0a, positionSize);
  at = positionAt;
  at = copy(at, prefixAt, prefixSize);
  at = writeDecimal(at, <u64>record.offset);
  store<u8>(at, 0x7d);
  at = copy(at + 1, sharedAt, sharedSize);
  if (tombstonesAsDeletes && record.valueSize < 0) store<u8>(at - sharedSize, DELETE, 1); // the operation is the first shared field
  if (kafkaMetadata) at = writeOffset(at);
  if (createdSize != 0) {
    store<u8>(at, 0x1a);
    store<u8>(at, <u8>(createdSize + CREATED_AT_SIZE + 4), 1);
    store<u8>(at, 0x0a, 2);
    store<u8>(at, <u8>CREATED_AT_SIZE, 3);
    at = copy(at + 4, CREATED_AT, CREATED_AT_SIZE);
    store<u8>(at, 0x12);
    store<u8>(at, <u8>createdSize, 1);
    at = writeNanoseconds(at + 2, record.timestamp);
  }
  if (headersSize != 0) at = writeHeaders(at);
  if (record.keySize >= 0) at = writeData(at, 0x22, record.keyAt, record.keySize, keysAreData);
  at = writeBytesHead(at, 0x2a, payloadSize());
  if (record.valueSize >= 0) at = writeData(at, 0x12, record.valueAt, record.valueSize, valuesAreData);
  return at;
}

function writeOffset(at: usize): usize {
  at = writeBytesHead(at, 0x1a, offsetSize + OFFSET_SIZE + 4);
  at = writeBytesField(at, 0x0a, OFFSET, OFFSET_SIZE);
  return writeDecimal(writeBytesHead(at, 0x12, offsetSize), <u64>record.offset);
}

function writeData(at: usize, tag: u8, from: usize, size: u32, isData: bool): usize {
  if (isData) return writeBytesField(at, tag, from, size);
  return writeBytesField(writeBytesHead(at, tag, bytesFieldSize(size)), 0x0a, from, size);
}
