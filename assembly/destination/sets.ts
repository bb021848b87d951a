// The record sets that a write has made and not sent yet, in one buffer. A write that does not fit into it is sent in parts, in order,
// so that the memory that a request takes does not grow with what it becomes.
import { arenaAlloc } from '../abi/arena';
import { ConnectorError } from '../abi/errors';
import { Producer, newOutgoing } from '../abi/kafka';
import { ErrorKind } from '../abi/layout';
import { fail } from './outcomes';

// A set must leave room for the batch header and for what a broker adds, or it is refused as a whole.
const MAX_SET_BYTES: u32 = 950000;
const BATCH_HEADER: u32 = 61;
/** The buffer grows up to this size; beyond it, only for a single record. */
const PART_BYTES: usize = 8 << 20;

class Set {
  constructor(
    readonly topic: string,
    /** Distances from the buffer's begin. */
    readonly begin: usize,
    public end: usize,
    public count: u32,
  ) {}
}

let buffer: usize = 0;
let capacity: usize = 0;
let end: usize = 0;
let sets: Set[] = [];
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
  sets = [];
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
export function nextIndex(topic: string): u32 {
  const set = lastSet(topic);
  return set === null ? 0 : set.count;
}

/** True if a record of `size` bytes must begin a set. */
export function isFull(topic: string, size: u32): bool {
  const set = lastSet(topic);
  return set !== null && set.end - set.begin + size > maxSetBytes;
}


@inline
function lastSet(topic: string): Set | null {
  const set = sets.length != 0 ? sets[sets.length - 1] : null;
  return set !== null && set.topic == topic ? set : null;
}

/** Notes that record number `record` was written from `nextAt` to `to`, as number `index` of its set. */
export function addRecord(topic: string, index: u32, record: u32, to: usize): void {
  const last = to - buffer;
  if (index == 0) {
    sets.push(new Set(topic, end, last, 1));
  } else {
    const set = sets[sets.length - 1];
    set.end = last;
    set.count++;
  }
  end = last;
  store<u32>(order + ((<usize>buffered) << 2), record);
  buffered++;
}

/** Sends what is buffered and notes which records failed; an error: no outcome is known for any of them. */
export function sendSets(producer: Producer): ConnectorError | null {
  if (buffered == 0) return null;
  const list = newOutgoing(sets.length);
  for (let i = 0; i < sets.length; i++) {
    const set = sets[i];
    const view = list.at(i);
    view.topic.lower(set.topic);
    view.hasPartition = false;
    const records = view.records;
    records.baseOffset = 0;
    records.baseTimestamp = timestamp;
    records.count = set.count;
    records.records.set(buffer + set.begin, set.end - set.begin);
    records.logAppendTime = false;
  }
  const failures = producer.send(list);
  if (failures === null) return producer.error;
  for (let i: u32 = 0; i < failures.length; i++) {
    const failure = failures.at(i);
    if (failure.index >= buffered)
      return new ConnectorError(ErrorKind.other, 'the host reports a failure of a record that it was not given');
    fail(load<u32>(order + ((<usize>failure.index) << 2)), 'failed to produce record: ' + failure.reason.text.lift());
  }
  clear();
  return null;
}
