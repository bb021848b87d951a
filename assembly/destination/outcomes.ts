// The outcome of each record of a write, and the connector.v2.Destination.Run.Response with them: one ack for each record, in the order of the
// records, with the record's position.
import { arenaAlloc, arenaFits, arenaZeroed } from '../abi/arena';
import { bytesFieldSize, writeBytesField, writeBytesHead } from '../bytes/protobuf';
import { writeVarint } from '../bytes/varint';


@unmanaged
export class Outcome {
  positionAt: u32;
  positionSize: u32;
  /** The error as UTF-8; `errorAt` is an offset into `texts`. Empty: the record is written. */
  errorAt: u32;
  errorSize: u32;
}
export const OUTCOME_SIZE: usize = 16;

// The error texts of one write. They are in the heap, because the arena is released after each record. The heap is small, so they are bounded.
const MAX_TEXTS: u32 = 2 << 20;
const MAX_TEXT: i32 = 4096;
const MORE = 'failed; the write has more errors than fit into its acknowledgements, see the errors of the records before';

let table: usize = 0;
let total: u32 = 0;
let texts: usize = 0;
let textsSize: u32 = 0;
let textsCapacity: u32 = 0;
// The last text. Nearly always the next failure has the same one.
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
  // The write before had many errors: their memory is freed.
  heap.free(texts);
  texts = 0;
  textsCapacity = 0;
}


@inline
export function outcome(i: u32): Outcome {
  return changetype<Outcome>(table + <usize>i * OUTCOME_SIZE);
}

/** Sets the error of record number `i`. */
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

/** Size of a field; 0 if it is empty, because protobuf leaves empty fields out. */
@inline
function fieldSize(size: u32): u32 {
  return size == 0 ? 0 : bytesFieldSize(size);
}

/**
 * Writes the response to the request at `request`. Returns its address; `responseSize` is its size. Without room for both, a response without errors
 * overwrites the request, which is no longer needed. Returns 0 if there is no room for a response with errors.
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

/**
 * Writes acks without errors over the request. An ack is never longer than its record, so an ack never begins after its record, and no position is
 * overwritten before it is read.
 */
function writePositions(at: usize): void {
  for (let i: u32 = 0; i < total; i++) {
    const o = outcome(i);
    at = writeBytesHead(at, 0x0a, fieldSize(o.positionSize));
    if (o.positionSize == 0) continue;
    store<u8>(at, 0x0a);
    at = writeVarint(at + 1, o.positionSize);
    memory.copy(at, o.positionAt, o.positionSize); // source and target may overlap
    at += o.positionSize;
  }
}
