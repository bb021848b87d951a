/**
 * Reads the records section of a batch (KIP-98) without making an object for each record. A record consists of length (varint), attributes (1 byte),
 * timestamp delta (varlong), offset delta (varint), key, value, headers.
 */
import { ConnectorError } from '../../base/errors.ts';
import type { RecordSet } from '../contract.ts';

/** Numbers below this magnitude are exact, and so is their zigzag form. The sum of two numbers below half of it stays below it. */
export const EXACT = 2 ** 52;

/** A cursor over the records of a section. Its fields are those of the current record. */
export class RecordCursor {
  readonly bytes: Uint8Array;
  /** Offset at which the record begins with its length. */
  start = 0;
  /** Offset at which the next record begins. */
  end = 0;
  /** Not exact from EXACT on, as for timestamps in another unit than milliseconds; `exactTimestampDelta` is exact. */
  timestampDelta = 0;
  offsetDelta = 0;
  /** Offsets of the first byte of the offset delta, and of the byte after it. */
  offsetDeltaStart = 0;
  offsetDeltaEnd = 0;
  /** -1 = null key. */
  keyLength = -1;
  keyStart = 0;
  /** -1 = null value. Set by `readValue`. */
  valueLength = -1;
  valueStart = 0;
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

  /** Reads where the value of the current record is. Throws on bytes that are no record. */
  readValue(): void {
    this.#at = this.keyStart + Math.max(0, this.keyLength);
    this.valueLength = this.#varint();
    this.valueStart = this.#at;
    if (this.#at > this.end || this.valueStart + this.valueLength > this.end) throw malformed();
  }

  /** Moves to the next record like `next`, but reads only its length. */
  skip(): boolean {
    this.start = this.end;
    if (this.start >= this.bytes.length) return false;
    this.#at = this.start;
    const length = this.#varint();
    this.end = this.#at + length;
    if (length < 5 || this.end > this.bytes.length) throw malformed();
    return true;
  }

  /** Offset of the record's body, which begins with its attributes. */
  get bodyStart(): number {
    let at = this.start;
    while (this.bytes[at]! >= 0x80) at++; // `!`: `next` has read this varint to its end
    return at + 1;
  }

  /** The exact timestamp delta in 64 bits. It is slow, so it is used only for deltas from EXACT on. */
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

  /** Reads a zigzag varint. It is exact up to 53 bits, which is more than lengths and offset deltas need. */
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

/** Splits off the first records: at most `maxRecords`, and `maxBytes` unless the first record is larger. `rest` is null if all fit. Both are views. */
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
  // Both parts keep the bases, because offsets and timestamps are deltas to them.
  return {
    front: { ...set, count, records: set.records.subarray(0, end) },
    rest: { ...set, count: set.count - count, records: set.records.subarray(end) },
  };
}

/** The offset of the last record; null if there is none, or the bytes are no records. Decodes only that record. */
export function lastOffset({ baseOffset, records }: RecordSet): bigint | null {
  try {
    const cursor = new RecordCursor(records);
    let last = 0;
    while (cursor.skip()) last = cursor.start;
    const only = new RecordCursor(records.subarray(last));
    return only.next() ? baseOffset + BigInt(only.offsetDelta) : null;
  } catch {
    return null; // whoever reads the records reports it
  }
}

/** The records before `offset`; null if there are none. */
export function trimFrom(set: RecordSet, offset: bigint): RecordSet | null {
  if (set.baseOffset >= offset) return null;
  const wanted = Number(offset - set.baseOffset);
  const cursor = new RecordCursor(set.records);
  let kept = 0;
  while (cursor.next()) {
    if (cursor.offsetDelta >= wanted) return kept === 0 ? null : { ...set, count: kept, records: set.records.subarray(0, cursor.start) };
    kept++;
  }
  return set;
}

/** The records from `offset` on; null if there are none. A broker sends whole batches, so a fetch may begin with earlier records. */
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
