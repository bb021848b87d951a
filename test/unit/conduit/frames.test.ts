import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { AckQueue } from '../../../host/runtime/ack-queue.ts';
import { countFrames, lastFrame } from '../../../host/conduit/frames.ts';
import { positionOf } from '../../../host/conduit/record-fields.ts';
import { withoutFirst } from '../../../host/conduit/stream-message.ts';

// A library's encoder is the reference; fields 2 to 5 are of every wire type that there is.
const { root } = protobuf.parse(`syntax = "proto3";
  message Acks { repeated bytes ack_positions = 1; uint64 number = 2; fixed64 eight = 3; fixed32 four = 4; string text = 5; }
  message Record { bytes position = 1; string operation = 2; }
  message Batch { repeated Record records = 1; }`);
const Acks = root.lookupType('Acks');
const Batch = root.lookupType('Batch');
const bytes = fc.uint8Array({ maxLength: 300 });

describe('the outer level of a stream message', () => {
  test('is counted as a protobuf library writes it, whatever else is in it', () => {
    fc.assert(
      fc.property(fc.array(bytes), fc.nat(), fc.string(), (positions, number, text) => {
        const message = Acks.encode({ ackPositions: positions, number, eight: number, four: number, text }).finish();
        expect(countFrames(message)).toBe(positions.length);
        const last = lastFrame(message);
        expect(last === null ? null : Buffer.from(last)).toEqual(positions.length === 0 ? null : Buffer.from(positions.at(-1)));
      }),
    );
  });

  test('gives the position of the last record', () => {
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1 }), fc.string(), (positions, operation) => {
        const message = Batch.encode({ records: positions.map((position) => ({ position, operation })) }).finish();
        const last = positions.at(-1);
        expect(Buffer.from(positionOf(lastFrame(message)!))).toEqual(Buffer.from(last));
        expect(lastFrame(lastFrame(message)!)).toEqual(last.length === 0 ? null : Buffer.from(last));
      }),
    );
  });

  test('can be split anywhere, and joined again', () => {
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1 }), fc.nat(), (positions, at) => {
        const count = at % (positions.length + 1);
        const rest = withoutFirst(Acks.encode({ ackPositions: positions }).finish(), count);
        expect(Buffer.from(rest)).toEqual(Buffer.from(Acks.encode({ ackPositions: positions.slice(count) }).finish()));
      }),
    );
  });

  test('of any bytes is counted or refused, never an exception or an endless loop', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        const count = countFrames(garbage);
        expect(count === null || count <= garbage.length).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['a length beyond its end', [0x0a, 5, 1]],
    ['a varint without an end', [0x0a, 0xff, 0xff]],
    ['a group', [0x0b]],
    ['field number 0', [0x02, 0]],
    ['a cut fixed64', [0x19, 1, 2]],
    ['a length of 2^63', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('is refused with %s', (_, message) => {
    expect(countFrames(Uint8Array.from(message))).toBeNull();
  });
});

describe('the queue of acks', () => {
  test('joins messages up to a size, in order, and counts its bytes', () => {
    const queue = new AckQueue();
    for (let i = 0; i < 10; i++) queue.push(Uint8Array.of(0x0a, 1, i));
    expect(queue.bytes).toBe(30);
    expect(queue.take(10)).toEqual(Uint8Array.of(0x0a, 1, 0, 0x0a, 1, 1, 0x0a, 1, 2));
    expect(queue.bytes).toBe(21);
    expect(queue.take(1)).toEqual(Uint8Array.of(0x0a, 1, 3));
    expect(queue.take(1_000)).toHaveLength(18);
    expect(queue.take(1_000)).toBeNull();
    expect(queue.bytes).toBe(0);
  });
});
