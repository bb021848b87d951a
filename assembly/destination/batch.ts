// connector.v2.Destination.Run.Request -> record sets, grouped by topic in the order in which topics first appear, each set within
// the largest batch. The first topic's records are written as they are read; those of other topics wait for their turn and are read
// again, since nearly always there are none.
import { arenaAlloc } from '../abi/arena';
import { newOutgoing } from '../abi/kafka';
import { OutgoingView } from '../abi/layout';
import { ListSlot } from '../abi/slots';
import * as output from '../bytes/output';
import * as reader from '../bytes/reader';
import { isUtf8 } from '../bytes/utf8';
import { reset as resetScratch } from '../bytes/scratch';
import { DestinationSettings, Format } from '../config/settings';
import { isNullValue, valueBound, writeValue } from '../format/value';
import { MAX_RECORD_OVERHEAD, recordSize, valueStart, writeRecord } from '../kafka/record-set-writer';
import { sortEntries } from '../opencdc/entries';
import * as structs from '../opencdc/json-struct';
import * as record from '../opencdc/record-reader';
import { skipField } from '../opencdc/wire';
import * as headers from './headers';
import { fail, openOutcomes, outcome } from './outcomes';
import * as topics from './topics';

// A set must leave room for the batch header and for what a broker adds, or it is refused as a whole.
const MAX_SET_BYTES: u32 = 950000;
const BATCH_HEADER: u32 = 61;
// What a record can need at most before it is refused here: the instance's memory is bounded.
const MAX_RECORD_BYTES: u64 = 40 << 20;
const TOO_LARGE =
  'failed to produce record: MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.';


@unmanaged
class RecordSpan {
  at: u32;
  size: u32;
  /** Number of the next record that waits for the same topic, -1 for none. */
  next: i32;
}
const SPAN_SIZE: usize = 12;

class Set {
  constructor(
    readonly topic: string,
    /** Distances from the output's base. */
    readonly begin: usize,
    public end: usize,
    public count: u32,
  ) {}
}

let spans: usize = 0;
let order: usize = 0;
let sent: u32 = 0;
let sets: Set[] = [];
let end: usize = 0;
let maxSetBytes: u32 = 0;


@inline
function span(i: u32): RecordSpan {
  return changetype<RecordSpan>(spans + <usize>i * SPAN_SIZE);
}

/** Number of the record that is number `i` of what is sent; -1: nothing like that is sent. */
export function recordOf(i: u32): i32 {
  return i < sent ? load<i32>(order + ((<usize>i) << 2)) : -1;
}

/** The number of records in a request, or -1: it is malformed. */
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

/** Reads a request; what to send, or null if it is malformed. */
export function encodeBatch(at: usize, size: usize, settings: DestinationSettings, nowMs: i64): ListSlot<OutgoingView> | null {
  const total = countRecords(at, size);
  if (total < 0) return null;
  openOutcomes(total);
  topics.resetTopics();
  sets = [];
  sent = 0;
  maxSetBytes = min(settings.batchBytes == 0 ? MAX_SET_BYTES : settings.batchBytes, MAX_SET_BYTES) - BATCH_HEADER;
  spans = arenaAlloc(<usize>total * SPAN_SIZE, 4);
  order = arenaAlloc(<usize>total * 4, 4);
  end = output.open(size + (size >> 1) + <usize>total * 200 + 4096) - output.base;
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
    if (!readAndWrite(i, settings)) return null;
    reader.seek(<usize>span(i).at + length);
    reader.bound(at + size);
    i++;
  }
  for (let t = 1; t < topics.topicCount(); t++) {
    const topic = topics.topic(t);
    for (let i = topic.firstWaiting; i >= 0; i = span(i).next) {
      reader.start(span(i).at, <usize>span(i).at + span(i).size);
      record.readRecord(span(i).size);
      if (!write(i, t, settings)) return null;
    }
  }
  resetScratch();
  return lowerSets(nowMs);
}

/** False: the request is malformed. */
function readAndWrite(i: i32, settings: DestinationSettings): bool {
  if (!record.readRecord(span(i).size)) return false;
  outcome(i).positionAt = <u32>record.positionAt;
  outcome(i).positionSize = record.positionSize;
  if (!topics.renderTopic()) {
    const why = 'failed to prepare record: could not get topic: topic not found on record ';
    fail(i, why + keyText() + ' using template ' + settings.topic);
    return true;
  }
  const number = topics.topicNumber();
  const topic = topics.topic(number);
  if (!topic.valid) {
    fail(i, 'failed to produce record: INVALID_TOPIC_EXCEPTION: The request attempted to perform an operation on an invalid topic.');
    return true;
  }
  if (number == 0) return write(i, 0, settings);
  span(i).next = -1;
  if (topic.lastWaiting < 0) topic.firstWaiting = i;
  else span(topic.lastWaiting).next = i;
  topic.lastWaiting = i;
  return true;
}

/** Writes the current record into the set of its topic; false: it is malformed. */
function write(i: i32, topicNumber: i32, settings: DestinationSettings): bool {
  const format = settings.format;
  const bound = valueBound(format, span(i).size) + <u64>span(i).size * 2;
  if (bound > MAX_RECORD_BYTES) {
    fail(i, TOO_LARGE);
    return true;
  }
  const entries = sortEntries(0, record.metadataCount);
  const headersSize = settings.writeHeaders ? headers.collectHeaders(entries) : headers.noHeaders();
  if (headersSize < 0) {
    fail(i, 'failed to prepare record: metadata ' + headers.badKey + ' is not base64');
    return true;
  }
  structs.clearTooDeep();
  let keyAt: usize = record.key.at;
  let keySize: i32 = record.key.kind == record.ABSENT ? -1 : <i32>record.key.size;
  if (record.key.kind == record.STRUCTURED) {
    keyAt = arenaAlloc(<usize>record.key.size * structs.MAX_GROWTH + 16, 1);
    keySize = <i32>(structs.writeStruct(keyAt, record.key.at, record.key.size) - keyAt);
    if (reader.broken) return false;
    if (structs.tooDeep) return refuseDepth(i);
  }
  const at = output.reserve(output.base + end, <usize>bound + <usize>max(keySize, 0) + headersSize + MAX_RECORD_OVERHEAD);
  let set = sets.length != 0 ? sets[sets.length - 1] : null;
  const topic = topics.topic(topicNumber).name;
  if (set !== null && set.topic != topic) set = null;
  let index: u32 = set === null ? 0 : set.count;
  const valueAt = valueStart(at, index, keySize);
  let valueSize: i32 = -1;
  if (!isNullValue(format)) {
    valueSize = <i32>(writeValue(format, valueAt, entries) - valueAt);
    if (reader.broken) return false;
    if (structs.tooDeep) return refuseDepth(i);
  }
  const size = recordSize(index, keySize, valueSize, headersSize);
  if (set !== null && set.end - set.begin + size > maxSetBytes) {
    set = null;
    index = 0;
  }
  const recordEnd = headers.writeHeaders(writeRecord(at, index, keyAt, keySize, valueAt, valueSize, headersSize));
  if (set === null) {
    set = new Set(topic, end, end, 0);
    sets.push(set);
  }
  end = recordEnd - output.base;
  set.end = end;
  set.count++;
  store<i32>(order + ((<usize>sent) << 2), i);
  sent++;
  return true;
}

function refuseDepth(i: i32): bool {
  fail(i, 'failed to prepare record: structured data is nested deeper than ' + structs.MAX_DEPTH.toString() + ' levels');
  return true;
}

/** The key for an error text: what is not text is left out, for the error travels as a protobuf string. */
function keyText(): string {
  if (record.key.kind == record.ABSENT) return '<no key>';
  const size = min(record.key.size, 100);
  if (record.key.kind == record.RAW) return isUtf8(record.key.at, size) ? String.UTF8.decodeUnsafe(record.key.at, size) : '<binary key>';
  structs.clearTooDeep();
  const at = arenaAlloc(<usize>record.key.size * structs.MAX_GROWTH + 16, 1);
  const textEnd = structs.writeStruct(at, record.key.at, record.key.size);
  return reader.broken || structs.tooDeep ? '<structured key>' : String.UTF8.decodeUnsafe(at, textEnd - at);
}

function lowerSets(nowMs: i64): ListSlot<OutgoingView> {
  output.close(output.base + end);
  const list = newOutgoing(sets.length);
  for (let i = 0; i < sets.length; i++) {
    const set = sets[i];
    const view = list.at(i);
    view.topic.lower(set.topic);
    view.hasPartition = false;
    const records = view.records;
    records.baseOffset = 0;
    records.baseTimestamp = nowMs;
    records.count = set.count;
    records.records.set(output.base + set.begin, set.end - set.begin);
    records.logAppendTime = false;
  }
  sets = [];
  return list;
}
