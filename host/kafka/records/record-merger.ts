/**
 * Joins small record sets, which a producer without linger writes: passing one set of a thousand records to the guest costs a tenth of passing a
 * thousand sets of one record.
 */
import type { RecordSet } from '../contract.ts';
import { EXACT, RecordCursor } from './record-set.ts';
import { varintBytes, varlong, writeVarint, zigzag } from '../../base/varint.ts';

/** Larger sets are not merged, because copying them costs more than it saves. */
const SMALL_RECORDS = 32;
const SMALL_BYTES = 16 * 1024;
const MAX_RECORDS = 1_000;
const MAX_BYTES = 64 * 1024;
/** Largest distance of two base offsets for which the merged offset deltas surely fit into 32 bits: no small batch spans as much again. */
const MAX_OFFSET_DISTANCE = 2n ** 30n;
/** Most bytes that longer deltas and a longer length add to a record. */
const GROWTH_BYTES = 24;

const NONE = Buffer.alloc(0);

export class RecordMerger {
  #first: RecordSet | null = null;
  #count = 0;
  #length = 0;
  /** The gathered records from the second set on; NONE while there is one set. */
  #bytes = NONE;

  /** Adds a set. Returns the finished sets in order: none while it still gathers. */
  add(set: RecordSet): RecordSet[] {
    const small = set.count <= SMALL_RECORDS && set.records.length <= SMALL_BYTES;
    if (!small) return [...this.flush(), set];
    const ready = this.#fits(set) ? [] : this.flush();
    if (this.#first === null) {
      this.#first = set;
      this.#count = set.count;
      this.#length = set.records.length;
    } else {
      this.#append(this.#first, set);
    }
    return ready;
  }

  /** Returns the gathered set, if there is one. */
  flush(): RecordSet[] {
    const first = this.#first;
    if (first === null) return [];
    const records = this.#bytes === NONE ? first.records : this.#bytes.subarray(0, this.#length);
    const merged = { ...first, count: this.#count, records };
    this.#first = null;
    this.#bytes = NONE;
    return [merged];
  }

  #fits(set: RecordSet): boolean {
    const first = this.#first;
    if (first === null) return true;
    // With log append time every record has the base timestamp, so the bases must be equal.
    if (first.logAppendTime !== set.logAppendTime || (set.logAppendTime && first.baseTimestamp !== set.baseTimestamp)) return false;
    if (first.leaderEpoch !== set.leaderEpoch) return false;
    if (set.baseOffset - first.baseOffset > MAX_OFFSET_DISTANCE) return false;
    return this.#count + set.count <= MAX_RECORDS && this.#length + set.records.length + set.count * GROWTH_BYTES <= MAX_BYTES;
  }

  #append(first: RecordSet, set: RecordSet): void {
    if (this.#bytes === NONE) {
      this.#bytes = Buffer.allocUnsafe(MAX_BYTES);
      this.#bytes.set(first.records);
    }
    const offsets = Number(set.baseOffset - first.baseOffset);
    // Kafka's clients add delta and base in 64 bits. A difference that overflows here overflows back in that addition.
    const timestamps = BigInt.asIntN(64, set.baseTimestamp - first.baseTimestamp);
    const near = Number(timestamps);
    const isNear = Math.abs(near) < EXACT / 2;
    const cursor = new RecordCursor(set.records);
    while (cursor.next()) {
      const offsetDelta = zigzag(cursor.offsetDelta + offsets);
      if (isNear && Math.abs(cursor.timestampDelta) < EXACT / 2) {
        const timestampDelta = zigzag(cursor.timestampDelta + near);
        this.#begin(cursor, varintBytes(timestampDelta), offsetDelta);
        this.#varint(timestampDelta);
      } else {
        const timestampDelta = varlong(BigInt.asIntN(64, cursor.exactTimestampDelta() + timestamps));
        this.#begin(cursor, timestampDelta.length, offsetDelta);
        for (const byte of timestampDelta) this.#bytes[this.#length++] = byte;
      }
      this.#varint(offsetDelta);
      const { bytes, offsetDeltaEnd, end } = cursor;
      this.#bytes.set(bytes.subarray(offsetDeltaEnd, end), this.#length);
      this.#length += end - offsetDeltaEnd;
    }
    this.#count += set.count;
  }

  /** Writes length and attributes of the cursor's record. */
  #begin(cursor: RecordCursor, timestampDeltaBytes: number, offsetDelta: number): void {
    this.#varint((1 + timestampDeltaBytes + varintBytes(offsetDelta) + cursor.end - cursor.offsetDeltaEnd) * 2);
    this.#bytes[this.#length++] = cursor.bytes[cursor.bodyStart]!; // `!`: the cursor has checked that the record is there
  }

  #varint(value: number): void {
    this.#length = writeVarint(this.#bytes, this.#length, value);
  }
}
