/** Base-128 varints of protobuf and of Kafka's record format: seven bits a byte, lowest first, the high bit set on every byte but the last. */

/** 64 bits take ten bytes. */
const MAX_BYTES = 10;

/** Reads the varints of a message one after the other. Values are exact up to 53 bits, which is enough for lengths, deltas and counts. */
export class VarintReader {
  readonly bytes: Uint8Array;
  /** Where the next varint begins; callers may move it. */
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** The next varint as an unsigned number; -1 if the bytes end before it does, or if it has more than ten. */
  next(): number {
    const bytes = this.bytes;
    const first = bytes[this.at++];
    if (first === undefined) return -1;
    if (first < 0x80) return first; // nearly all are
    let value = first & 0x7f;
    let scale = 0x80;
    for (let count = 1; count < MAX_BYTES; count++) {
      const byte = bytes[this.at++];
      if (byte === undefined) return -1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    return -1;
  }
}

/** Writes an unsigned number as a varint into `target`, which must have room for it. Returns the index after its last byte. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  for (; rest >= 0x80; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

/** How many bytes `writeVarint` needs for this number. */
export function varintBytes(value: number): number {
  let count = 1;
  for (let limit = 0x80; value >= limit; limit *= 0x80) count++;
  return count;
}

/** Maps a signed number to the unsigned one that Kafka's records hold: 0, -1, 1, -2 become 0, 1, 2, 3. */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

/** The inverse of `zigzag`. */
export function unzigzag(value: number): number {
  if (value <= 0x7fffffff) return (value >>> 1) ^ -(value & 1);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Any 64-bit number as a zigzag varint. */
export function varlong(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}
