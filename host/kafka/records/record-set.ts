/**
 * Walks over the records section of a batch (KIP-98) without making objects of its records.
 * Record: length (varint), attributes (1), timestamp delta (varlong), offset delta (varint), key, value, headers.
 */
import { ConnectorError } from '../../base/errors.ts';
import type { RecordSet } from '../contract.ts';

/** Numbers nearer to 0 than this are exact, and so is their zigzag form; no sum of two nearer than half of it leaves it. */
export const EXACT = 2 ** 52;

/** Stands on one record after the other; fields are those of the record that it stands on. */
export class RecordCursor {
  readonly bytes: Uint8Array;
  /** Where the record begins, with its length. */
  start = 0;
  /** Where the next one begins. */
  end = 0;
  /** Not exact at EXACT and beyond, where timestamps in another unit than milliseconds may lie: `exactTimestampDelta` is. */
  timestampDelta = 0;
  offsetDelta = 0;
  /** Where the offset delta is written, and the first byte after it. */
  offsetDeltaStart = 0;
  offsetDeltaEnd = 0;
  /** -1 = null key. */
  keyLength = -1;
  keyStart = 0;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Moves to the next record; false at the end. Throws on bytes that are no records. */
  next(): boolean {
    if (!this.skip()) return false;
    this.#at++; // attributes
    this.timestampDelta = this.#varint();
    this.offsetDeltaStart = this.#at;
    this.offsetDelta = this.#varint();
    this.offsetDeltaEnd = this.#at;
    this.keyLength = this.#varint();
    this.keyStart = this.#at;
    if (this.#at > this.end || this.keyStart + this.keyLength > this.end) throw malformed();
    return true;
  }

  /** Like `next`, for its length only. */
  skip(): boolean {
    this.start = this.end;
    if (this.start >= this.bytes.length) return false;
    this.#at = this.start;
    const length = this.#varint();
    this.end = this.#at + length;
    if (length < 5 || this.end > this.bytes.length) throw malformed();
    return true;
  }

  /** The body of the record, from its attributes to its end. */
  get bodyStart(): number {
    let at = this.start;
    while (this.bytes[at]! >= 0x80) at++; // `!`: `next` has read this varint to its end
    return at + 1;
  }

  /** The timestamp delta as 64 bits hold it. Slow: for deltas that are not below EXACT. */
  exactTimestampDelta(): bigint {
    let value = 0n;
    let shift = 0n;
    for (let at = this.bodyStart + 1; ; at++) {
      const byte = this.bytes[at] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
      shift += 7n;
    }
  }

  /** Zigzag varint; exact to 53 bits, which is more than lengths and deltas of offsets need. */
  #varint(): number {
    const bytes = this.bytes;
    let byte = bytes[this.#at++];
    if (byte === undefined) throw malformed();
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    let scale = 128;
    do {
      byte = bytes[this.#at++];
      if (byte === undefined || scale > 2 ** 63) throw malformed();
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte >= 0x80);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function malformed(): ConnectorError {
  return new ConnectorError('kafka.corrupt', 'expected the records section of a Kafka record batch (magic 2), got bytes that are none');
}

/** At most `maxRecords` records and, beyond one, `maxBytes`, from the front; null in `rest` if all fit. Neither is copied. */
export function splitFront(set: RecordSet, maxRecords: number, maxBytes: number): { front: RecordSet; rest: RecordSet | null } {
  if (set.count <= maxRecords && set.records.length <= maxBytes) return { front: set, rest: null };
  const cursor = new RecordCursor(set.records);
  let count = 0;
  let end = 0;
  while (count < maxRecords && cursor.skip() && (cursor.end <= maxBytes || count === 0)) {
    count++;
    end = cursor.end;
  }
  if (count >= set.count) return { front: set, rest: null };
  // Offsets and timestamps are deltas to the bases, so both parts keep them.
  return {
    front: { ...set, count, records: set.records.subarray(0, end) },
    rest: { ...set, count: set.count - count, records: set.records.subarray(end) },
  };
}

/** Leaves out the records before `offset`: a broker sends whole batches. Null if none is left. */
export function trimBelow(set: RecordSet, offset: bigint): RecordSet | null {
  if (set.baseOffset >= offset) return set;
  const wanted = Number(offset - set.baseOffset);
  const cursor = new RecordCursor(set.records);
  let dropped = 0;
  while (cursor.next()) {
    if (cursor.offsetDelta >= wanted) return { ...set, count: set.count - dropped, records: set.records.subarray(cursor.start) };
    dropped++;
  }
  return null;
}
