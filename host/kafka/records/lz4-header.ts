/**
 * Repairs the header checksum of an LZ4 frame. In messages of format 0, Kafka's clients computed the checksum over more bytes than the frame's
 * descriptor (KIP-57), so that LZ4 readers refuse these frames. The repair is safe because the CRC of the message covers the frame.
 */
const DESCRIPTOR = 4;
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;

/** A copy of the frame with the correct header checksum; the frame itself if it is too short to have one. */
export function withHeaderChecksum(frame: Buffer): Buffer {
  const flags = frame[DESCRIPTOR] ?? 0;
  const at = DESCRIPTOR + 2 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8) + ((flags & DICTIONARY) === 0 ? 0 : 4);
  if (at >= frame.length) return frame;
  const repaired = Buffer.from(frame);
  repaired[at] = (xxh32(frame.subarray(DESCRIPTOR, at)) >>> 8) & 0xff;
  return repaired;
}

const PRIMES = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

/** xxHash with 32 bits and seed 0, for less than 16 bytes: a descriptor has at most 14. */
function xxh32(bytes: Buffer): number {
  let hash = (PRIMES[4] + bytes.length) | 0;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) hash = Math.imul(rotate(hash + Math.imul(bytes.readUInt32LE(at), PRIMES[2]), 17), PRIMES[3]);
  for (; at < bytes.length; at++) hash = Math.imul(rotate(hash + Math.imul(bytes.readUInt8(at), PRIMES[4]), 11), PRIMES[0]);
  hash = Math.imul(hash ^ (hash >>> 15), PRIMES[1]);
  hash = Math.imul(hash ^ (hash >>> 13), PRIMES[2]);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
