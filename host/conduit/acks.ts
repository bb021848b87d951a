import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../base/errors.ts';
import { eachFrame } from './frames.ts';

/** One `Ack` of `connector.v2.Destination.Run.Response`; an empty `error` means durably written. */
export interface Ack {
  position: Uint8Array;
  error: string;
}

const WIRE_BYTES = 2;
const FIELD_1_BYTES = (1 << 3) | WIRE_BYTES;

/** The acks of a `connector.v2.Destination.Run.Response`. Their positions are views of `response`. */
export function decodeAcks(response: Uint8Array): Ack[] {
  const reader = protobuf.Reader.create(response);
  const acks: Ack[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag !== FIELD_1_BYTES) {
      reader.skipType(tag & 7);
      continue;
    }
    const end = reader.uint32() + reader.pos;
    const ack: Ack = { position: new Uint8Array(0), error: '' };
    while (reader.pos < end) {
      const field = reader.uint32();
      if (field === FIELD_1_BYTES) ack.position = reader.bytes();
      else if (field === ((2 << 3) | WIRE_BYTES)) ack.error = reader.string();
      else reader.skipType(field & 7);
    }
    acks.push(ack);
  }
  return acks;
}

/** A `connector.v2.Source.Run.Request` that acknowledges these positions. */
export function encodeAckRequest(acks: readonly Ack[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const ack of acks) writer.uint32(FIELD_1_BYTES).bytes(ack.position);
  return writer.finish();
}

/**
 * The Source.Run.Request that acknowledges all records of a Destination.Run.Response, and how many they are; null if one of them
 * has an error, or a form that takes `decodeAcks` to read. An ack without an error is the position field alone, with which a request is made.
 */
export function acksWithoutErrors(response: Uint8Array): { request: Uint8Array; count: number } | null {
  const request = Buffer.allocUnsafe(response.length);
  let size = 0;
  let count = 0;
  let allGood = true;
  const readable = eachFrame(response, (start, end) => {
    count++;
    const positionBytes = response[start + 1];
    if (
      !allGood ||
      response[start] !== FIELD_1_BYTES ||
      positionBytes === undefined ||
      positionBytes !== end - start - 2 ||
      positionBytes >= 0x80
    ) {
      allGood = false;
      return;
    }
    for (let at = start; at < end; at++) request[size++] = response[at]!;
  });
  return readable && allGood ? { request: request.subarray(0, size), count } : null;
}

/**
 * The first `count` records of a `Source.Run.Response` or `Destination.Run.Request` (both are `repeated Record records = 1`), without a
 * copy.
 */
export function firstRecords(batch: Uint8Array, count: number): Uint8Array {
  let seen = 0;
  let end = 0;
  eachFrame(batch, (_start, frameEnd) => {
    if (seen++ < count) end = frameEnd;
  });
  if (seen < count)
    throw new ConnectorError('guest.contract', 'a batch of the source holds fewer records than it says; this is a bug of the connector');
  return batch.subarray(0, end);
}
