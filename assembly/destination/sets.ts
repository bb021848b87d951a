// The record sets of a write that are not sent yet, in one buffer. If a write does not fit into the buffer, it is sent in parts, in order. So the
// memory for a write does not grow with the size of its record sets.
import { arenaAlloc, arenaFits, arenaLeft, arenaMark, arenaRelease } from '../abi/arena';
import { ConnectorError, ErrorKind } from '../abi/connector';
import { OutgoingView, Producer } from '../abi/kafka';
import { newList } from '../abi/slots';
import { fail } from './outcomes';
import { topic } from './topics';

// A set must leave room for the batch header and for bytes that a broker adds. A larger batch is refused as a whole.
const MAX_SET_BYTES: u32 = 950000;
const BATCH_HEADER: u32 = 61;
/** Most bytes of the buffer. It takes at most an eighth of the memory that is left, because a single record may need the rest. */
const PART_BYTES: usize = 8 << 20;
/** Most records of one part. There must be FAILURE_BYTES of memory for each, because the host may return a failure with a text for each. */
const PART_RECORDS: usize = 16 << 10;
const FAILURE_BYTES: usize = 1 << 10;
const PART_SETS: u32 = 4 << 10;
/** Bytes that a set takes in the arguments of `send`, with its topic. */
const SENT_SET_BYTES: usize = 600;
/** Bytes that `openSets` takes for each record, besides the buffer. */
export const ORDER_SIZE: usize = 4;

/** Records of one topic. It is no managed object, because it is used with every record. */
@unmanaged
class Set {
  topic: i32;
  /** Offsets in the buffer. */
  begin: u32;
  end: u32;
  count: u32;
}
const SET_SIZE: usize = 16;

let buffer: usize = 0;
let capacity: usize = 0;
let end: usize = 0;
let sets: usize = 0;
let setCount: u32 = 0;
let maxSets: u32 = 0;
let maxBuffered: u32 = 0;
/** The buffer for parts. `buffer` is another one while a single record needs more room. */
let partBuffer: usize = 0;
let partCapacity: usize = 0;
let mark: usize = 0;
/** The last set, if there is one. */
let current = changetype<Set>(0);
/** Numbers of the records in the buffer, in their order there. */
let order: usize = 0;
let buffered: u32 = 0;
let maxSetBytes: u32 = 0;
/** The base timestamp of all sets. */
export let timestamp: i64 = 0;

/** Begins a write of up to `records` records. */
export function openSets(records: u32, maxBatchBytes: u32, nowMs: i64): void {
  maxSetBytes = (maxBatchBytes == 0 ? MAX_SET_BYTES : min(maxBatchBytes, MAX_SET_BYTES)) - BATCH_HEADER;
  timestamp = nowMs;
  mark = arenaMark();
  maxSets = min(records, PART_SETS);
  order = arenaAlloc(<usize>records * ORDER_SIZE, 4);
  sets = arenaAlloc(<usize>maxSets * SET_SIZE, 4);
  maxBuffered = <u32>max<usize>(1, min(PART_RECORDS, arenaLeft() / FAILURE_BYTES));
  partCapacity = min(PART_BYTES, arenaLeft() >> 3);
  partBuffer = arenaAlloc(partCapacity, 8);
  clear();
}

/** Frees the memory of `openSets`. */
export function closeSets(): void {
  clear();
  arenaRelease(mark);
}

function clear(): void {
  end = 0;
  buffered = 0;
  setCount = 0;
  buffer = partBuffer;
  capacity = partCapacity;
}

/** False: the buffered records must be sent before a record of this size can be written. */
@inline
export function hasRoom(size: u64): bool {
  return size <= <u64>(capacity - end) && buffered < maxBuffered && setCount < maxSets;
}

/** True if the memory that is left suffices for sending the buffered records. */
export function canSend(): bool {
  return arenaFits(<u64>buffered * FAILURE_BYTES + <u64>setCount * SENT_SET_BYTES);
}

/** Makes room for one large record while no record is buffered. False: there is no memory for it. It must be sent before the next record. */
export function makeRoom(size: u64): bool {
  if (size <= <u64>capacity) return true;
  if (!arenaFits(size + FAILURE_BYTES + SENT_SET_BYTES)) return false;
  buffer = arenaAlloc(<usize>size, 8);
  capacity = <usize>size;
  return true;
}

/** Returns to the buffer for parts after a record for which `makeRoom` made a buffer, whose memory is freed with the record. */
@inline
export function leaveOneRecord(): void {
  if (buffer != partBuffer) clear();
}

/** True if `makeRoom` made the current buffer. */
@inline
export function isOfOneRecord(): bool {
  return buffer != partBuffer;
}

/** Address at which the next record begins. */
@inline
export function nextAt(): usize {
  return buffer + end;
}

/** The number of the next record in the last set, if that is of this topic; else 0. */
@inline
export function nextIndex(topic: i32): u32 {
  return setCount != 0 && current.topic == topic ? current.count : 0;
}

/** True if the last set cannot take `size` bytes more. */
@inline
export function isFull(size: u32): bool {
  return current.end - current.begin + size > maxSetBytes;
}

/** Registers record number `record`, which was written from `nextAt` to `to`, as number `index` of its set. */
export function addRecord(topic: i32, index: u32, record: u32, to: usize): void {
  const last = <u32>(to - buffer);
  if (index == 0) beginSet(topic);
  current.end = last;
  current.count++;
  end = last;
  store<u32>(order + ((<usize>buffered) << 2), record);
  buffered++;
}

function beginSet(topic: i32): void {
  current = setAt(setCount++);
  current.topic = topic;
  current.begin = <u32>end;
  current.count = 0;
}


@inline
function setAt(i: u32): Set {
  return changetype<Set>(sets + <usize>i * SET_SIZE);
}

/** Sends the buffered records and sets the outcomes of those that failed. An error means that no outcome is known for any of them. */
export function sendSets(producer: Producer): ConnectorError | null {
  if (buffered == 0) return null;
  const list = newList<OutgoingView>(setCount);
  for (let i: u32 = 0; i < setCount; i++) {
    const set = setAt(i);
    const view = list.at(i);
    const to = topic(set.topic);
    view.topic.lower(to.name);
    view.hasPartition = to.partition >= 0;
    view.partition = to.partition;
    const records = view.records;
    records.baseOffset = 0;
    records.baseTimestamp = timestamp;
    records.count = set.count;
    records.records.set(buffer + set.begin, set.end - set.begin);
    records.logAppendTime = false;
  }
  const result = producer.send(list);
  if (result.error !== null) return result.error;
  const failures = result.value!;
  let reason = '';
  let text = 'failed to produce record: ';
  for (let i: u32 = 0; i < failures.length; i++) {
    const failure = failures.at(i);
    if (failure.index >= buffered)
      return new ConnectorError(
        ErrorKind.other,
        'the host reported the failure of a record that it was not given; this is a bug of the host',
      );
    if (!failure.reason.text.equals(reason)) {
      reason = failure.reason.text.lift();
      text = 'failed to produce record: ' + reason;
    }
    fail(load<u32>(order + ((<usize>failure.index) << 2)), text);
  }
  clear();
  return null;
}
