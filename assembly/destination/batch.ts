// Maps a connector.v2.Destination.Run.Request to record sets, grouped by topic in the order in which topics first appear. Each set is at most
// as large as one batch. The records of the first topic are written as they are read. Nearly always there is no other topic, so records of
// others wait for their topic's turn and are read a second time.
import { arenaAlloc, arenaFits, arenaLeft, arenaMark, arenaRelease } from '../abi/arena';
import { REQUEST_BYTES, WRITTEN_RECORD_BYTES } from '../abi/budget';
import { ConnectorError, ErrorKind } from '../abi/connector';
import { Producer } from '../abi/kafka';
import * as reader from '../bytes/reader';
import { exhausted, reset as resetScratch } from '../bytes/scratch';
import { isUtf8 } from '../bytes/utf8';
import { DestinationSettings } from '../settings/destination';
import { BY_METADATA, BY_PARTITIONER } from '../settings/partitioning';
import { connectKeyBound, useDebezium, writeConnectKey } from '../format/debezium-json';
import { Format } from '../format/formats';
import { dataSize, isNullValue, renderValue, valueBound, writeData, writeValue } from '../format/value';
import { Template } from '../template/template';
import { MAX_RECORD_OVERHEAD, recordSize, useTimestampDelta, valueStart, writeRecord } from '../kafka/record-set-writer';
import { sortEntries } from '../json/entries';
import * as structs from '../json/struct';
import * as record from '../opencdc/record-reader';
import { skipField } from '../bytes/protobuf';
import * as headers from '../opencdc/metadata-to-headers';
import { BAD_NUMBER, partitionOf, useCreatedAt } from './metadata-numbers';
import { OUTCOME_SIZE, fail, openOutcomes, outcome } from './outcomes';
import * as sets from './sets';
import * as topics from './topics';

const INVALID_TOPIC =
  'failed to produce record: INVALID_TOPIC_EXCEPTION: The request attempted to perform an operation on an invalid topic.';
const TOO_MANY_TOPICS =
  'failed to produce record: a write may hold records for at most ' + topics.MAX_TOPICS.toString() + ' topics: send fewer records at once';


@unmanaged
class RecordSpan {
  at: u32;
  size: u32;
  /** Number of the next record that waits for the same topic, -1 for none. */
  next: i32;
}
const SPAN_SIZE: usize = 12;
/** Bytes in the tables for each record of a request, however small the record is. */
const RECORD_SIZE: usize = SPAN_SIZE + OUTCOME_SIZE + sets.ORDER_SIZE;
/** Bytes that must be left after the request and its tables, for the buffer of the record sets and for the records. */
const WORKING_BYTES: usize = 4 << 20;

let spans: usize = 0;
let error: ConnectorError | null = null;
// The settings of the write that runs. They are module variables because passing an object costs time with every call.
let producer: Producer | null = null;
let format: u8 = 0;
let template: Template | null = null;
let writesHeaders: bool = false;
let partition: i32 = BY_PARTITIONER;
let deletesAsTombstones: bool = false;
let usesCreatedAt: bool = false;
let encodesKey: bool = false;
let configuredTopic: string = '';


@inline
function span(i: u32): RecordSpan {
  return changetype<RecordSpan>(spans + <usize>i * SPAN_SIZE);
}

/** The number of records in a request; -1 if it is malformed. */
function countRecords(at: usize, size: usize): i32 {
  let count = 0;
  reader.start(at, at + size);
  while (reader.at < at + size) {
    const tag = reader.varint();
    if (tag == 0x0a) {
      reader.skip(reader.size());
      count++;
    } else skipField(tag);
  }
  return reader.broken ? -1 : count;
}

/** Writes the records of a request. `outcomes` then holds the outcome of each record, unless an error is returned. */
export function writeBatch(to: Producer, at: usize, size: usize, settings: DestinationSettings, nowMs: i64): ConnectorError | null {
  if (size > REQUEST_BYTES) {
    const limit =
      'a write of ' + size.toString() + ' bytes is over the limit of ' + REQUEST_BYTES.toString() + ': send fewer records at once';
    return new ConnectorError(ErrorKind.limitExceeded, limit);
  }
  error = null;
  producer = to;
  format = settings.format.format;
  template = settings.format.template;
  if (format == Format.debeziumJson) useDebezium(settings.format.debezium);
  writesHeaders = settings.writeHeaders;
  partition = settings.partition;
  deletesAsTombstones = settings.deletesAsTombstones;
  usesCreatedAt = settings.usesCreatedAt;
  useTimestampDelta(0);
  encodesKey = settings.encodesKey;
  configuredTopic = settings.topic.source;
  const total = countRecords(at, size);
  if (!arenaFits(<u64>max(total, 0) * RECORD_SIZE + WORKING_BYTES)) {
    const limit =
      'a write of ' +
      size.toString() +
      ' bytes has ' +
      total.toString() +
      ' records, with so many bytes the limit is ' +
      ((arenaLeft() - min(arenaLeft(), WORKING_BYTES)) / RECORD_SIZE).toString() +
      ' records: send fewer at once';
    return new ConnectorError(ErrorKind.limitExceeded, limit);
  }
  const complete = total >= 0 && writeAll(at, size, total, settings.delivery.maxBatchBytes, nowMs);
  if (complete) error = sets.sendSets(to);
  resetScratch();
  if (total >= 0) sets.closeSets();
  if (complete || error !== null) return error;
  return new ConnectorError(ErrorKind.rejected, 'the request is not a connector.v2.Destination.Run.Request');
}

/** Writes all records of the request. False: the request is malformed, or `error` is set. */
function writeAll(at: usize, size: usize, total: i32, batchBytes: u32, nowMs: i64): bool {
  openOutcomes(total);
  topics.resetTopics();
  spans = arenaAlloc(<usize>total * SPAN_SIZE, 4);
  sets.openSets(total, batchBytes, nowMs);
  const mark = arenaMark();
  reader.start(at, at + size);
  for (let i: i32 = 0; i < total;) {
    const tag = reader.varint();
    if (tag != 0x0a) {
      skipField(tag);
      continue;
    }
    const length = reader.size();
    span(i).at = <u32>reader.at;
    span(i).size = length;
    if (!readAndWrite(i)) return false;
    release(mark);
    reader.seek(<usize>span(i).at + length);
    reader.bound(at + size);
    i++;
  }
  for (let t = 1; t < topics.topicCount(); t++) {
    const topic = topics.topic(t);
    for (let i = topic.firstWaiting; i >= 0; i = span(i).next) {
      reader.start(span(i).at, <usize>span(i).at + span(i).size);
      record.readRecord(span(i).size);
      if (!(exhausted ? refuseTables(i) : write(i, t))) return false;
      release(mark);
    }
  }
  return true;
}

/** Frees the memory that one record needed. */
@inline
function release(mark: usize): void {
  sets.leaveOneRecord();
  resetScratch();
  arenaRelease(mark);
}

function readAndWrite(i: i32): bool {
  if (!record.readRecord(span(i).size)) return false;
  outcome(i).positionAt = <u32>record.positionAt;
  outcome(i).positionSize = record.positionSize;
  if (exhausted) return refuseTables(i);
  if (!topics.renderTopic()) {
    const why = 'failed to prepare record: could not get topic: ';
    if (topics.topicError != '') fail(i, why + 'failed to execute topic template: ' + topics.topicError);
    else fail(i, why + 'topic not found on record ' + keyText() + ' using template ' + configuredTopic);
    return true;
  }
  const chosen = partition == BY_METADATA ? partitionOf() : partition;
  if (chosen == BAD_NUMBER) {
    fail(i, 'failed to prepare record: metadata kafka.partition is not a number from 0 to 2147483647');
    return true;
  }
  const number = topics.topicNumber(chosen);
  if (number < 0) {
    fail(i, number == topics.INVALID ? INVALID_TOPIC : TOO_MANY_TOPICS);
    return true;
  }
  if (number == 0 && topics.firstIsValid) return write(i, 0);
  const topic = topics.topic(number);
  if (!topic.valid) {
    fail(i, INVALID_TOPIC);
    return true;
  }
  span(i).next = -1;
  if (topic.lastWaiting < 0) topic.firstWaiting = i;
  else span(topic.lastWaiting).next = i;
  topic.lastWaiting = i;
  return true;
}

/** Writes the current record into the set of its topic. */
function write(i: i32, topic: i32): bool {
  if (usesCreatedAt && !useCreatedAt()) {
    fail(i, 'failed to prepare record: metadata opencdc.createdAt is not a number of nanoseconds in 64 bits');
    return true;
  }
  const entries = sortEntries(0, record.metadataCount);
  const headersSize = writesHeaders ? headers.collectHeaders(entries) : headers.noHeaders();
  if (headersSize < 0 && exhausted) return refuseTables(i);
  if (headersSize < 0) {
    fail(i, 'failed to prepare record: metadata ' + headers.badKey + ' is not base64');
    return true;
  }
  const whole = template;
  if (whole !== null && !isNullValue(format, deletesAsTombstones)) {
    const problem = renderValue(whole);
    if (problem != '') {
      fail(i, 'failed to prepare record: ' + problem);
      return true;
    }
  }
  structs.clearTooDeep();
  const hasSchemas = format == Format.debeziumJson && !encodesKey;
  const keyBound: u64 = hasSchemas
    ? connectKeyBound()
    : record.key.kind == record.STRUCTURED
      ? <u64>record.key.size * structs.MAX_GROWTH + 16
      : dataSize(record.key);
  const bound = valueBound(format, span(i).size) + headersSize + MAX_RECORD_OVERHEAD + keyBound;
  if (format == Format.debeziumJson && reader.broken) return false;
  if (structs.tooDeep) return refuseDepth(i);
  if (!sets.hasRoom(bound)) {
    if (bound > WRITTEN_RECORD_BYTES || !sets.canSend()) return refuseSize(i, bound, min(WRITTEN_RECORD_BYTES, arenaLeft()));
    error = sets.sendSets(producer!);
    if (error !== null) return false;
    if (!sets.makeRoom(bound)) return refuseSize(i, bound, arenaLeft());
  }
  let keyAt: usize = record.key.at;
  let keySize: i32 = record.key.kind == record.ABSENT ? -1 : <i32>record.key.size;
  if (encodesKey && keySize >= 0) {
    const encodedSize = dataSize(record.key);
    if (!arenaFits(encodedSize)) return refuseSize(i, encodedSize, arenaLeft());
    keyAt = arenaAlloc(encodedSize, 1);
    keySize = <i32>(writeData(keyAt, record.key) - keyAt);
  } else if (hasSchemas || record.key.kind == record.STRUCTURED) {
    if (!arenaFits(keyBound)) return refuseSize(i, keyBound, arenaLeft());
    keyAt = arenaAlloc(<usize>keyBound, 1);
    const keyEnd = hasSchemas ? writeConnectKey(keyAt) : structs.writeStruct(keyAt, record.key.at, record.key.size);
    keySize = <i32>(keyEnd - keyAt);
    if (reader.broken) return false;
    if (structs.tooDeep) return refuseDepth(i);
  }
  const at = sets.nextAt();
  let index = sets.nextIndex(topic);
  const valueAt = valueStart(at, index, keySize);
  let valueSize: i32 = -1;
  if (!isNullValue(format, deletesAsTombstones)) {
    valueSize = <i32>(writeValue(format, valueAt, entries) - valueAt);
    if (reader.broken) return false;
    if (structs.tooDeep) return refuseDepth(i);
  }
  if (index != 0 && sets.isFull(recordSize(index, keySize, valueSize, headersSize))) index = 0;
  sets.addRecord(topic, index, i, headers.writeHeaders(writeRecord(at, index, keyAt, keySize, valueAt, valueSize, headersSize)));
  if (sets.isOfOneRecord()) error = sets.sendSets(producer!);
  return error === null;
}

function refuseSize(i: i32, bound: u64, limit: u64): bool {
  const why = 'failed to produce record: MESSAGE_TOO_LARGE: the record with key ' + keyText() + ' can take ' + bound.toString();
  fail(i, why + ' bytes, the memory of the connector has room for ' + limit.toString());
  return true;
}

function refuseTables(i: i32): bool {
  fail(
    i,
    'failed to prepare record: its metadata and fields do not fit into the ' + arenaLeft().toString() + ' bytes of memory that are left',
  );
  return true;
}

function refuseDepth(i: i32): bool {
  if (exhausted) return refuseTables(i);
  fail(i, 'failed to prepare record: structured data is nested deeper than ' + structs.MAX_DEPTH.toString() + ' levels');
  return true;
}

/** The key for an error text. A key that is not UTF-8 is left out, because the error is sent as a protobuf string. */
function keyText(): string {
  if (record.key.kind == record.ABSENT) return '<no key>';
  const size = min(record.key.size, 100);
  if (record.key.kind == record.RAW) return isUtf8(record.key.at, size) ? String.UTF8.decodeUnsafe(record.key.at, size) : '<binary key>';
  if (record.key.size > 1000 || !arenaFits(1000 * structs.MAX_GROWTH + 16)) return '<structured key>';
  structs.clearTooDeep();
  const at = arenaAlloc(<usize>record.key.size * structs.MAX_GROWTH + 16, 1);
  const textEnd = structs.writeStruct(at, record.key.at, record.key.size);
  return reader.broken || structs.tooDeep ? '<structured key>' : String.UTF8.decodeUnsafe(at, textEnd - at);
}
