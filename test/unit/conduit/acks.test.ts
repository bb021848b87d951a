import { expect, test } from 'vitest';
import { acksWithoutErrors } from '../../../host/conduit/acks.ts';
import { decode, encode } from '../../support/protocol.ts';

const response = (...acks: { position?: Buffer; error?: string }[]): Buffer => encode('connector.v2.Destination.Run.Response', { acks });

test('acks without errors become the request that acknowledges their positions', () => {
  const positions = ['a', 'position 2', 'x'.repeat(127)].map((text) => Buffer.from(text));
  const all = acksWithoutErrors(response(...positions.map((position) => ({ position }))))!;
  expect(all.count).toBe(3);
  expect(decode<{ ack_positions: Buffer[] }>('connector.v2.Source.Run.Request', all.request).ack_positions).toEqual(positions);
});

test.each([
  ['an error', response({ position: Buffer.from('a') }, { position: Buffer.from('b'), error: 'no' })],
  ['a position of more than 127 bytes', response({ position: Buffer.alloc(128) })],
  ['an error before its position', Buffer.from([0x0a, 6, 0x12, 1, 0x6e, 0x0a, 1, 0x61])],
  ['two positions', Buffer.from([0x0a, 6, 0x0a, 1, 0x61, 0x0a, 1, 0x62])],
  ['no position', Buffer.from([0x0a, 0])],
  ['bytes that end early', response({ position: Buffer.from('abc') }).subarray(0, 4)],
])('acks with %s are left to the decoder', (_what, bytes) => {
  expect(acksWithoutErrors(bytes)).toBeNull();
});
