/**
 * Kafka's record batch, magic 2 (KIP-98): 61 bytes of header, then the records section, compressed or not. A log may also hold messages of the older
 * formats between record batches. Only headers are read and written here; the guest reads and writes the records.
 */
import type { RecordSet } from '../contract.ts';
import { codecOf, type Codec } from './codecs.ts';
import { crc32c } from './crc32c.ts';
import { corruptBatch, type FetchedBatch } from './fetched-batch.ts';
import { messageBytes, openMessage, readMessage } from './message-set.ts';

export type { FetchedBatch } from './fetched-batch.ts';

/** Most bytes of a decompressed batch. By default brokers accept 1 MiB compressed; a much larger growth is an attack or a mistake. */
export const MAX_UNCOMPRESSED_BYTES = 128 * 1024 * 1024;

export const BATCH_HEADER_BYTES = 61;
const LENGTH = 8;
const LEADER_EPOCH = 12;
const MAGIC = 16;
const CRC = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const BASE_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const PRODUCER_ID = 43;
const PRODUCER_EPOCH = 51;
const BASE_SEQUENCE = 53;
const COUNT = 57;
const CODEC_MASK = 7;
const LOG_APPEND_TIME = 8;
const TRANSACTIONAL = 16;
const CONTROL = 32;

/** All complete batches of a fetched partition. A partial batch at the end is left out; the next fetch gets it. */
export function readBatches(bytes: Buffer): FetchedBatch[] {
  const batches: FetchedBatch[] = [];
  let start = 0;
  // All message formats have the same layout up to the magic byte.
  while (start + MAGIC < bytes.length) {
    const end = start + LENGTH + 4 + bytes.readInt32BE(start + LENGTH);
    if (end > bytes.length) break;
    const magic = bytes.readInt8(start + MAGIC);
    if (end <= start + MAGIC) {
      // The batches after it cannot be found. It is returned as a damaged batch, because a partition that seems empty would be fetched for ever.
      batches.push(readMessage(bytes.subarray(start, start + MAGIC + 1), magic));
      break;
    }
    const batch = bytes.subarray(start, end);
    batches.push(magic === 2 && batch.length >= BATCH_HEADER_BYTES ? readHeader(batch) : readMessage(batch, magic));
    start = end;
  }
  return batches;
}

function readHeader(bytes: Buffer): FetchedBatch {
  const attributes = bytes.readInt16BE(ATTRIBUTES);
  const baseOffset = bytes.readBigInt64BE(0);
  const logAppendTime = (attributes & LOG_APPEND_TIME) !== 0;
  return {
    magic: 2,
    baseOffset,
    lastOffset: baseOffset + BigInt(bytes.readInt32BE(LAST_OFFSET_DELTA)),
    count: bytes.readInt32BE(COUNT),
    codec: attributes & CODEC_MASK,
    control: (attributes & CONTROL) !== 0,
    transactional: (attributes & TRANSACTIONAL) !== 0,
    producerId: bytes.readBigInt64BE(PRODUCER_ID),
    logAppendTime,
    baseTimestamp: bytes.readBigInt64BE(logAppendTime ? MAX_TIMESTAMP : BASE_TIMESTAMP),
    bytes,
  };
}

/**
 * Checks the CRC of a batch, and returns its records, decompressed to at most `maxBytes`. Throws ConnectorError `kafka.corrupt`.
 */
export function openBatch(batch: FetchedBatch, maxBytes: number): RecordSet {
  if (batch.magic === 0 || batch.magic === 1) return openMessage(batch, maxBytes);
  const what = `record batch at offset ${batch.baseOffset}`;
  if (batch.magic !== 2)
    throw corruptBatch(
      `records of message format ${batch.magic} at offset ${batch.baseOffset}`,
      'cannot be read: expected format 0, 1 or 2',
    );
  if (batch.bytes.length < BATCH_HEADER_BYTES) throw corruptBatch(what, 'is damaged: it is shorter than a header');
  const expected = batch.bytes.readUInt32BE(CRC);
  const actual = crc32c(batch.bytes.subarray(ATTRIBUTES));
  if (expected !== actual) throw corruptBatch(what, `is damaged: its CRC is ${expected}, its bytes give ${actual}`);
  const section = batch.bytes.subarray(BATCH_HEADER_BYTES);
  const { baseOffset, baseTimestamp, count, logAppendTime } = batch;
  try {
    const records = batch.codec === 0 ? section : codecOf(batch.codec).decompress(section, maxBytes);
    const leaderEpoch = batch.bytes.readInt32BE(LEADER_EPOCH);
    return { baseOffset, baseTimestamp, count, records, logAppendTime, leaderEpoch };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw corruptBatch(what, `cannot be uncompressed: ${reason}`, error);
  }
}

/**
 * The memory that `openBatch` takes for a batch, according to the headers of its compression; 0 for an uncompressed record batch, whose records stay a
 * view. It is at most MAX_UNCOMPRESSED_BYTES, and exactly that if the headers cannot be read.
 */
export function uncompressedBytes(batch: FetchedBatch): number {
  if (batch.magic > 2 || batch.magic < 0 || (batch.codec === 0 && batch.magic === 2)) return 0;
  try {
    if (batch.magic !== 2) return Math.min(MAX_UNCOMPRESSED_BYTES, messageBytes(batch));
    return Math.min(MAX_UNCOMPRESSED_BYTES, codecOf(batch.codec).uncompressedBytes(batch.bytes.subarray(BATCH_HEADER_BYTES)));
  } catch {
    return MAX_UNCOMPRESSED_BYTES;
  }
}

/** The key of the one record of a control batch: version (int16), type (int16: 0 abort, 1 commit). Kafka never compresses control batches. */
export function controlKey(batch: FetchedBatch): Buffer | null {
  if (!batch.control || batch.magic !== 2) return null;
  let at = BATCH_HEADER_BYTES;
  const skipVarint = (): void => {
    while (((batch.bytes[at] ?? 0) & 0x80) !== 0) at++;
    at++;
  };
  skipVarint(); // length
  at++; // attributes
  skipVarint(); // timestamp delta
  skipVarint(); // offset delta
  const length = (batch.bytes[at] ?? 0) >> 1; // a key of 4 bytes: one byte of zigzag varint
  return batch.bytes.subarray(at + 1, at + 1 + length);
}

/** The numbers by which a broker recognises a batch that it has written already (KIP-98). */
export interface BatchSequence {
  producerId: bigint;
  producerEpoch: number;
  /** Sequence number of the first record: 31 bits, then from 0 again. */
  baseSequence: number;
}
const NO_SEQUENCE: BatchSequence = { producerId: -1n, producerEpoch: -1, baseSequence: -1 };

/** Encodes a record batch for a produce request. Without `codec` the records stay uncompressed, without `sequence` the write is not idempotent. */
export function encodeBatch(set: RecordSet, maxTimestamp: bigint, codec: Codec | null, sequence: BatchSequence | null = null): Buffer {
  const { producerId, producerEpoch, baseSequence } = sequence ?? NO_SEQUENCE;
  const records = codec === null ? set.records : codec.compress(set.records);
  const bytes = Buffer.allocUnsafe(BATCH_HEADER_BYTES + records.length);
  bytes.writeBigInt64BE(0n, 0);
  bytes.writeInt32BE(bytes.length - LENGTH - 4, LENGTH);
  bytes.writeInt32BE(-1, LENGTH + 4); // partition leader epoch: the broker fills it in
  bytes.writeInt8(2, MAGIC);
  bytes.writeInt16BE(codec === null ? 0 : codec.id, ATTRIBUTES);
  bytes.writeInt32BE(set.count - 1, LAST_OFFSET_DELTA);
  bytes.writeBigInt64BE(set.baseTimestamp, BASE_TIMESTAMP);
  bytes.writeBigInt64BE(maxTimestamp, MAX_TIMESTAMP);
  bytes.writeBigInt64BE(producerId, PRODUCER_ID);
  bytes.writeInt16BE(producerEpoch, PRODUCER_EPOCH);
  bytes.writeInt32BE(baseSequence, BASE_SEQUENCE);
  bytes.writeInt32BE(set.count, COUNT);
  bytes.set(records, BATCH_HEADER_BYTES);
  bytes.writeUInt32BE(crc32c(bytes.subarray(ATTRIBUTES)), CRC);
  return bytes;
}
