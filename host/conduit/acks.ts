import protobuf from 'protobufjs/minimal.js';
import { eachFrame, FRAME_TAG } from './frames.ts';
import { ACK } from './tags.ts';

/** One `Ack` of `connector.v2.Destination.Run.Response`; an empty `error` means durably written. */
export interface Ack {
  position: Uint8Array;
  error: string;
}

/** The acks of a `connector.v2.Destination.Run.Response`. Their positions are views of `response`. */
export function decodeAcks(response: Uint8Array): Ack[] {
  const reader = protobuf.Reader.create(response);
  const acks: Ack[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag !== FRAME_TAG) {
      reader.skipType(tag & 7);
      continue;
    }
    const end = reader.uint32() + reader.pos;
    const ack: Ack = { position: new Uint8Array(0), error: '' };
    while (reader.pos < end) {
      const field = reader.uint32();
      if (field === ACK.position) ack.position = reader.bytes();
      else if (field === ACK.error) ack.error = reader.string();
      else reader.skipType(field & 7);
    }
    acks.push(ack);
  }
  return acks;
}

/** A `connector.v2.Destination.Run.Response` that acknowledges the records of these positions as written. */
export function encodeAcks(positions: readonly Uint8Array[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const position of positions) writer.uint32(FRAME_TAG).fork().uint32(ACK.position).bytes(position).ldelim();
  return writer.finish();
}

/** A `connector.v2.Destination.Run.Response` with one ack, whose error refuses the record of this position. */
export function encodeRefusal(position: Uint8Array, error: string): Uint8Array {
  const writer = protobuf.Writer.create().uint32(FRAME_TAG).fork();
  writer.uint32(ACK.position).bytes(position).uint32(ACK.error).string(error.toWellFormed());
  return writer.ldelim().finish();
}

/** A `connector.v2.Source.Run.Request` that acknowledges these positions. */
export function encodeAckRequest(acks: readonly Ack[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const ack of acks) writer.uint32(FRAME_TAG).bytes(ack.position);
  return writer.finish();
}

/**
 * Turns a Destination.Run.Response into the Source.Run.Request that acknowledges the same records, without decoding it: an ack without an error
 * is its position field alone, and a request is made of such fields. Null if an ack has an error, or another form that only `decodeAcks` reads.
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
      response[start] !== ACK.position ||
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
