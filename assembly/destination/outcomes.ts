// What became of each record of a write, and the connector.v2.Destination.Run.Response that says so: one ack for each record, in their
// order, with the record's own position.
import { arenaAlloc, arenaFits, arenaZeroed } from '../abi/arena';
import { bytesFieldSize, writeBytesField, writeBytesHead } from '../bytes/protobuf';
import { writeVarint } from '../bytes/varint';


@unmanaged
export class Outcome {
  positionAt: u32;
  positionSize: u32;
  /** UTF-8, from the begin of the texts; empty: written. */
  errorAt: u32;
  errorSize: u32;
}
export const OUTCOME_SIZE: usize = 16;

// Error texts of one write. They lie in the heap, because what a record takes of the arena is given back after it; so they are bounded.
const MAX_TEXTS: u32 = 2 << 20;
const MAX_TEXT: i32 = 4096;
const MORE = 'failed; there are more errors than one answer can say, see those before it';

let table: usize = 0;
let total: u32 = 0;
let texts: usize = 0;
let textsSize: u32 = 0;
let textsCapacity: u32 = 0;
// The text before, which is nearly always that of the next failure.
let recent: string = '';
let recentAt: u32 = 0;
let recentSize: u32 = 0;

/** Starts a table for `count` records, all of them written so far. */
export function openOutcomes(count: u32): void {
  total = count;
  table = arenaZeroed(<usize>count * OUTCOME_SIZE, 8);
  recent = '';
  textsSize = 0;
  if (textsCapacity <= 1 << 16) return;
  // Many errors, of the write before.
  heap.free(texts);
  texts = 0;
  textsCapacity = 0;
}


@inline
export function outcome(i: u32): Outcome {
  return changetype<Outcome>(table + <usize>i * OUTCOME_SIZE);
}

/** Notes that record number `i` was not written. */
export function fail(i: u32, error: string): void {
  if (error.length > MAX_TEXT) error = error.substring(0, MAX_TEXT);
  if (error != recent) keepText(error);
  outcome(i).errorAt = recentAt;
  outcome(i).errorSize = recentSize;
}

function keepText(error: string): void {
  if (textsSize > MAX_TEXTS) error = MORE;
  if (error == recent) return;
  recent = error;
  recentAt = textsSize;
  recentSize = String.UTF8.byteLength(error);
  textsSize += recentSize;
  if (textsSize > textsCapacity) {
    textsCapacity = textsSize + (textsSize >> 1) + 1024;
    texts = texts == 0 ? heap.alloc(textsCapacity) : heap.realloc(texts, textsCapacity);
  }
  String.UTF8.encodeUnsafe(changetype<usize>(error), error.length, texts + recentAt);
}

/** Protobuf leaves empty fields out. */
@inline
function fieldSize(size: u32): u32 {
  return size == 0 ? 0 : bytesFieldSize(size);
}

/**
 * Address and, in `responseSize`, size of the response to the request at `request`, which is over: without room for both, the response takes
 * the request's place. 0: there is no room for the texts of errors, see `responseSize`.
 */
export function writeResponse(request: usize): usize {
  let size: u64 = 0;
  let failed = false;
  for (let i: u32 = 0; i < total; i++) {
    const errorSize = fieldSize(outcome(i).errorSize);
    if (errorSize != 0) failed = true;
    size += bytesFieldSize(fieldSize(outcome(i).positionSize) + errorSize);
  }
  responseSize = size;
  if (!arenaFits(size)) {
    if (failed) return 0;
    writePositions(request);
    return request;
  }
  const response = arenaAlloc(<usize>size, 1);
  let at = response;
  for (let i: u32 = 0; i < total; i++) {
    const o = outcome(i);
    at = writeBytesHead(at, 0x0a, fieldSize(o.positionSize) + fieldSize(o.errorSize));
    if (o.positionSize != 0) at = writeBytesField(at, 0x0a, o.positionAt, o.positionSize);
    if (o.errorSize != 0) at = writeBytesField(at, 0x12, texts + o.errorAt, o.errorSize);
  }
  return response;
}
export let responseSize: u64 = 0;

/** An ack is never longer than the record that it is for, and begins no later: writing overtakes no position that is still to be read. */
function writePositions(at: usize): void {
  for (let i: u32 = 0; i < total; i++) {
    const o = outcome(i);
    at = writeBytesHead(at, 0x0a, fieldSize(o.positionSize));
    if (o.positionSize == 0) continue;
    store<u8>(at, 0x0a);
    at = writeVarint(at + 1, o.positionSize);
    memory.copy(at, o.positionAt, o.positionSize); // they overlap
    at += o.positionSize;
  }
}
