/** Divides records into batches for one partition each, with offset deltas that count from 0, as brokers require. */
import { ConnectorError } from '../../base/errors.ts';
import { varintBytes, writeVarint, zigzag } from '../../base/varint.ts';
import type { RecordSet } from '../contract.ts';
import { partitionOf } from './murmur2.ts';
import { BATCH_HEADER_BYTES } from './record-batch.ts';
import { EXACT, RecordCursor } from './record-set.ts';

export interface OutgoingBatch {
  partition: number;
  records: RecordSet;
  maxTimestamp: bigint;
  /** The number of each record, counted over the whole `send`. */
  indexes: Uint32Array;
}

export interface Division {
  batches: OutgoingBatch[];
  /** Records that are too large for a batch. `bytes`: the size of a batch with only this record. */
  tooLarge: { index: number; bytes: number }[];
}

const FIRST_BYTES = 64 * 1024;

/** Chooses the partition of a record. */
export type Choose = (cursor: RecordCursor) => number;

/** Chooses by murmur2 of the key, and `sticky` for a null key. */
export function chooseByKey(partitions: number, sticky: number): Choose {
  if (partitions === 1) return () => 0;
  return (cursor) => (cursor.keyLength < 0 ? sticky : partitionOf(cursor.bytes, cursor.keyStart, cursor.keyLength, partitions));
}

/**
 * Divides a record set among partitions and into batches of at most `maxBatchBytes` before compression. Records keep their order within a partition,
 * and are copied only if their offset delta changes. Throws `guest.contract` for a malformed set.
 */
export function divide(set: RecordSet, firstIndex: number, choose: Choose, maxBatchBytes: number): Division {
  const limit = maxBatchBytes - BATCH_HEADER_BYTES;
  const open = new Map<number, SectionBuilder>();
  const batches: OutgoingBatch[] = [];
  const tooLarge: Division['tooLarge'] = [];
  const cursor = new RecordCursor(set.records);
  let count = 0;
  while (cursor.next()) {
    const index = firstIndex + count++;
    const size = cursor.end - cursor.start;
    if (size > limit) {
      tooLarge.push({ index, bytes: size + BATCH_HEADER_BYTES });
      continue;
    }
    const partition = choose(cursor);
    let section = open.get(partition);
    if (section !== undefined && section.length + size > limit) {
      batches.push(section.finish());
      section = undefined;
    }
    if (section === undefined) {
      section = new SectionBuilder(set, partition);
      open.set(partition, section);
    }
    section.add(cursor, index);
  }
  if (count !== set.count) throw new ConnectorError('guest.contract', `expected ${set.count} records in a record set, got ${count}`);
  for (const section of open.values()) batches.push(section.finish());
  return { batches, tooLarge };
}

/** The two halves of a batch that a broker refused as too large. The batch must have more than one record. */
export function halve(batch: OutgoingBatch): [OutgoingBatch, OutgoingBatch] {
  const first = new SectionBuilder(batch.records, batch.partition);
  const second = new SectionBuilder(batch.records, batch.partition);
  const cursor = new RecordCursor(batch.records.records);
  const middle = batch.indexes.length >> 1;
  for (let i = 0; cursor.next(); i++) (i < middle ? first : second).add(cursor, batch.indexes[i]!); // `!`: one index for each record
  return [first.finish(), second.finish()];
}

/** Builds the section of a batch. It is a view of the set as long as the records are consecutive there, and a copy from the first other record on. */
class SectionBuilder {
  readonly #set: RecordSet;
  readonly #partition: number;
  #bytes: Buffer | null = null;
  #viewStart = -1;
  #indexes: number[] = [];
  #maxDelta = Number.NEGATIVE_INFINITY;
  /** The largest timestamp of records whose delta is not exact as a number, or so near the ends of 64 bits that the sum may wrap. */
  #maxFar: bigint | null = null;
  readonly #isBaseFar: boolean;
  length = 0;

  constructor(set: RecordSet, partition: number) {
    this.#set = set;
    this.#partition = partition;
    this.#isBaseFar = BigInt.asIntN(63, set.baseTimestamp) !== set.baseTimestamp;
  }

  add(cursor: RecordCursor, index: number): void {
    const { start, end } = cursor;
    if (this.#viewStart < 0) this.#viewStart = start;
    const follows = this.#bytes === null && start === this.#viewStart + this.length && cursor.offsetDelta === this.#indexes.length;
    if (follows) this.length += end - start;
    else this.#copyRecord(cursor);
    this.#indexes.push(index);
    if (this.#isBaseFar || Math.abs(cursor.timestampDelta) >= EXACT) this.#far(cursor.exactTimestampDelta());
    else if (cursor.timestampDelta > this.#maxDelta) this.#maxDelta = cursor.timestampDelta;
  }

  #far(delta: bigint): void {
    const timestamp = BigInt.asIntN(64, this.#set.baseTimestamp + delta);
    if (this.#maxFar === null || timestamp > this.#maxFar) this.#maxFar = timestamp;
  }

  finish(): OutgoingBatch {
    const from = this.#bytes ?? this.#set.records.subarray(this.#viewStart);
    return {
      partition: this.#partition,
      records: { ...this.#set, count: this.#indexes.length, records: from.subarray(0, this.length) },
      maxTimestamp: this.#maxTimestamp(),
      indexes: Uint32Array.from(this.#indexes),
    };
  }

  #maxTimestamp(): bigint {
    const far = this.#maxFar;
    if (this.#maxDelta === Number.NEGATIVE_INFINITY) return far ?? this.#set.baseTimestamp;
    const near = this.#set.baseTimestamp + BigInt(this.#maxDelta);
    return far === null || near > far ? near : far;
  }

  /** Copies a record with its new offset delta, and with a new length if the delta takes another number of bytes. */
  #copyRecord(cursor: RecordCursor): void {
    const { bytes, bodyStart, offsetDeltaStart, offsetDeltaEnd, end } = cursor;
    const delta = zigzag(this.#indexes.length);
    const bodyLength = end - bodyStart - (offsetDeltaEnd - offsetDeltaStart) + varintBytes(delta);
    const to = this.#reserve(bodyLength + 5);
    this.length = writeVarint(to, this.length, zigzag(bodyLength));
    this.#copy(to, bytes, bodyStart, offsetDeltaStart);
    this.length = writeVarint(to, this.length, delta);
    this.#copy(to, bytes, offsetDeltaEnd, end);
  }

  /** The buffer of the copy, with room for `more` bytes. */
  #reserve(more: number): Buffer {
    if (this.#bytes !== null && this.length + more <= this.#bytes.length) return this.#bytes;
    const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, this.length * 2, this.length + more));
    const from = this.#bytes ?? this.#set.records.subarray(this.#viewStart);
    larger.set(from.subarray(0, this.length));
    this.#bytes = larger;
    return larger;
  }

  #copy(to: Buffer, from: Uint8Array, start: number, end: number): void {
    to.set(from.subarray(start, end), this.length);
    this.length += end - start;
  }
}
