// The record sets that a write has made and not sent yet, in one buffer. A write that does not fit into it is sent in parts, in order,
// so that the memory that a request takes does not grow with what it becomes.
import { arenaAlloc } from '../abi/arena';
import { ConnectorError, ErrorKind } from '../abi/connector';
import { OutgoingView, Producer } from '../abi/kafka';
import { newList } from '../abi/slots';
import { fail } from './outcomes';
import { topic } from './topics';

// A set must leave room for the batch header and for what a broker adds, or it is refused as a whole.
const MAX_SET_BYTES: u32 = 950000;
const BATCH_HEADER: u32 = 61;
/** The buffer grows up to this size; beyond it, only for a single record. */
const PART_BYTES: usize = 8 << 20;

/** Records of one topic. Not an object: it is asked for with every record. */
@unmanaged
class Set {
  topic: i32;
  /** Distances from the buffer's begin. */
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
let setCapacity: u32 = 0;
/** The last set, if there is one. */
let current = changetype<Set>(0);
/** Numbers of the records in the buffer, in their order there. */
let order: usize = 0;
let buffered: u32 = 0;
let maxSetBytes: u32 = 0;
let timestamp: i64 = 0;

/** Begins a write of up to `records` records that take about `expected` bytes. */
export function openSets(records: u32, expected: usize, maxBatchBytes: u32, nowMs: i64): void {
  maxSetBytes = (maxBatchBytes == 0 ? MAX_SET_BYTES : min(maxBatchBytes, MAX_SET_BYTES)) - BATCH_HEADER;
  timestamp = nowMs;
  order = arenaAlloc(<usize>records * 4, 4);
  clear();
  if (capacity < min(expected, PART_BYTES)) resize(min(expected, PART_BYTES));
}

/** Ends a write; memory that one unusual record needed does not stay. */
export function closeSets(): void {
  clear();
  if (capacity > PART_BYTES) resize(0);
}

function clear(): void {
  end = 0;
  buffered = 0;
  setCount = 0;
}

function resize(size: usize): void {
  if (end == 0) {
    // Freed first: both together may not fit.
    if (buffer != 0) heap.free(buffer);
    buffer = size == 0 ? 0 : heap.alloc(size);
  } else {
    buffer = heap.realloc(buffer, size);
  }
  capacity = size;
}

/** Makes room for a record; false: what is buffered must be sent first. */
export function makeRoom(size: usize): bool {
  if (size <= capacity - end) return true;
  if (end != 0 && end + size > PART_BYTES) return false;
  resize(max(end + size, min(PART_BYTES, (end + size) * 2)));
  return true;
}

/** Where the next record begins. */
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

/** Notes that record number `record` was written from `nextAt` to `to`, as number `index` of its set. */
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
  if (setCount == setCapacity) {
    setCapacity = setCapacity * 2 + 8;
    sets = sets == 0 ? heap.alloc(<usize>setCapacity * SET_SIZE) : heap.realloc(sets, <usize>setCapacity * SET_SIZE);
  }
  current = setAt(setCount++);
  current.topic = topic;
  current.begin = <u32>end;
  current.count = 0;
}


@inline
function setAt(i: u32): Set {
  return changetype<Set>(sets + <usize>i * SET_SIZE);
}

/** Sends what is buffered and notes which records failed; an error: no outcome is known for any of them. */
export function sendSets(producer: Producer): ConnectorError | null {
  if (buffered == 0) return null;
  const list = newList<OutgoingView>(setCount);
  for (let i: u32 = 0; i < setCount; i++) {
    const set = setAt(i);
    const view = list.at(i);
    view.topic.lower(topic(set.topic).name);
    view.hasPartition = false;
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
  for (let i = 0; i < failures.length; i++) {
    const failure = failures[i];
    if (failure.index >= buffered)
      return new ConnectorError(ErrorKind.other, 'the host reports a failure of a record that it was not given');
    fail(load<u32>(order + ((<usize>failure.index) << 2)), 'failed to produce record: ' + failure.reason.text);
  }
  clear();
  return null;
}
