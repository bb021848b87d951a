// What became of each record of a write, and the connector.v2.Destination.Run.Response that says so: one ack for each record, in their
// order, with the record's own position.
import { arenaAlloc, arenaZeroed } from '../abi/arena';
import { bytesFieldSize, writeBytesField, writeBytesHead } from '../bytes/protobuf';


@unmanaged
export class Outcome {
  positionAt: u32;
  positionSize: u32;
  /** UTF-8; empty: written. */
  errorAt: u32;
  errorSize: u32;
}
const OUTCOME_SIZE: usize = 16;

let table: usize = 0;
let total: u32 = 0;

/** Starts a table for `count` records, all of them written so far. */
export function openOutcomes(count: u32): void {
  total = count;
  table = arenaZeroed(<usize>count * OUTCOME_SIZE, 8);
}


@inline
export function outcome(i: u32): Outcome {
  return changetype<Outcome>(table + <usize>i * OUTCOME_SIZE);
}

/** Notes that record number `i` was not written. */
export function fail(i: u32, error: string): void {
  const size = String.UTF8.byteLength(error);
  const at = arenaAlloc(size, 1);
  String.UTF8.encodeUnsafe(changetype<usize>(error), error.length, at);
  outcome(i).errorAt = <u32>at;
  outcome(i).errorSize = size;
}

/** Protobuf leaves empty fields out. */
@inline
function fieldSize(size: u32): u32 {
  return size == 0 ? 0 : bytesFieldSize(size);
}

/** Address and, in `responseSize`, size of the response. */
export function writeResponse(): usize {
  let size: usize = 0;
  for (let i: u32 = 0; i < total; i++) {
    size += bytesFieldSize(fieldSize(outcome(i).positionSize) + fieldSize(outcome(i).errorSize));
  }
  const response = arenaAlloc(size, 1);
  let at = response;
  for (let i: u32 = 0; i < total; i++) {
    const o = outcome(i);
    at = writeBytesHead(at, 0x0a, fieldSize(o.positionSize) + fieldSize(o.errorSize));
    at = writeField(at, 0x0a, o.positionAt, o.positionSize);
    at = writeField(at, 0x12, o.errorAt, o.errorSize);
  }
  responseSize = at - response;
  return response;
}
export let responseSize: usize = 0;


@inline
function writeField(at: usize, tag: u8, from: usize, size: u32): usize {
  return size == 0 ? at : writeBytesField(at, tag, from, size);
}
