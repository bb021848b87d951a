/**
 * Converts messages of format 0 (before Kafka 0.10) and 1 (before 0.11) to records of format 2 without headers. Current brokers accept no such message
 * from a producer, but they keep the messages that are in a log, and send them unchanged.
 *
 * Message: offset (8), size (4), CRC-32 of the rest (4), magic (1), attributes (1), timestamp (8, format 1 only), key and value with a length of 4 bytes
 * before each, -1 = null. The value of a compressed message is a set of messages. These have offsets of their own: in format 0 the absolute ones, in
 * format 1 relative ones, of which the last one stands for the offset of the message around.
 */
import { crc32 } from 'node:zlib';
import type { RecordSet } from '../contract.ts';
import { codecOf } from './codecs.ts';
import { corruptBatch, type FetchedBatch } from './fetched-batch.ts';
import { withHeaderChecksum } from './lz4-header.ts';
import { varlong, varintBytes, writeVarint, zigzag } from '../../base/varint.ts';

const SIZE = 8;
const CRC = 12;
const MAGIC = 16;
const ATTRIBUTES = 17;
const TIMESTAMP = 18;
const CODEC_MASK = 7;
const LZ4 = 3;
const LOG_APPEND_TIME = 8;
const NO_TIMESTAMP = -1n;
const MAX_OFFSET_DELTA = 2n ** 31n - 1n;

/** The header of the message that `bytes` holds. `openMessage` refuses bytes that are too short for a message. */
export function readMessage(bytes: Buffer, magic: number): FetchedBatch {
  const offset = bytes.readBigInt64BE(0);
  const attributes = bytes[ATTRIBUTES] ?? 0;
  const isStamped = magic === 1 && bytes.length >= TIMESTAMP + 8;
  return {
    magic,
    baseOffset: offset,
    lastOffset: offset,
    count: 1,
    codec: attributes & CODEC_MASK,
    control: false,
    transactional: false,
    producerId: -1n,
    logAppendTime: isStamped && (attributes & LOG_APPEND_TIME) !== 0,
    baseTimestamp: isStamped ? bytes.readBigInt64BE(TIMESTAMP) : NO_TIMESTAMP,
    bytes,
  };
}

/** Checks the CRC of a message, and returns its records, decompressed. Throws ConnectorError `kafka.corrupt`. */
export function openMessage(batch: FetchedBatch, maxBytes: number): RecordSet {
  const what = `message of format ${batch.magic} at offset ${batch.lastOffset}`;
  try {
    const message = parse(batch.bytes, 0);
    if (batch.codec === 0) return recordSet([message], batch, batch.bytes.length);
    const inside = uncompress(message, batch, maxBytes);
    return recordSet(messagesInside(inside, batch), batch, inside.length);
  } catch (error) {
    const { message, cause } = error as Error;
    throw corruptBatch(what, message, cause ?? error);
  }
}

/** The most bytes that the records of a message can take. Throws if the headers of its compression cannot be read. */
export function messageBytes(batch: FetchedBatch): number {
  // A record is shorter than the message that it was.
  if (batch.codec === 0) return batch.bytes.length;
  return codecOf(batch.codec).uncompressedBytes(compressedValue(parse(batch.bytes, 0), batch));
}

interface Message {
  offset: bigint;
  timestamp: bigint;
  attributes: number;
  key: Buffer | null;
  value: Buffer | null;
  end: number;
}

/** Parses the message at `start`. Throws an Error whose message completes a sentence about the message. */
function parse(bytes: Buffer, start: number): Message {
  const magic = bytes[start + MAGIC];
  if (magic !== 0 && magic !== 1) throw new Error(`is damaged: expected a message of format 0 or 1, got ${magic ?? 'its end'}`);
  const headerBytes = magic === 1 ? TIMESTAMP + 8 : TIMESTAMP;
  if (start + headerBytes + 8 > bytes.length) throw new Error('is damaged: it is too short');
  const end = start + SIZE + 4 + bytes.readInt32BE(start + SIZE);
  if (end > bytes.length || end < start + headerBytes + 8) throw new Error('is damaged: its size does not fit');
  const expected = bytes.readUInt32BE(start + CRC);
  const actual = crc32(bytes.subarray(start + MAGIC, end));
  if (expected !== actual) throw new Error(`is damaged: its CRC is ${expected}, its bytes give ${actual}`);
  let at = start + headerBytes;
  const sized = (): Buffer | null => {
    if (at + 4 > end) throw new Error('is damaged: a field leaves it');
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    if (at + length > end) throw new Error('is damaged: a field leaves it');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    offset: bytes.readBigInt64BE(start),
    timestamp: magic === 1 ? bytes.readBigInt64BE(start + TIMESTAMP) : NO_TIMESTAMP,
    attributes: bytes.readUInt8(start + ATTRIBUTES),
    key: sized(),
    value: sized(),
    end,
  };
}

function compressedValue({ value }: Message, { codec, magic }: FetchedBatch): Buffer {
  if (value === null) throw new Error('is damaged: it is compressed and has no value');
  return codec === LZ4 && magic === 0 ? withHeaderChecksum(value) : value;
}

function uncompress(message: Message, batch: FetchedBatch, maxBytes: number): Buffer {
  const value = compressedValue(message, batch);
  try {
    const bytes = codecOf(batch.codec).decompress(value, maxBytes);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot be uncompressed: ${reason}`, { cause: error });
  }
}

/** The messages of a decompressed set, with their absolute offsets. */
function messagesInside(bytes: Buffer, { magic, lastOffset }: FetchedBatch): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length;) {
    const message = parse(bytes, at);
    if ((message.attributes & CODEC_MASK) !== 0) throw new Error('is damaged: a message in it is compressed again');
    messages.push(message);
    at = message.end;
  }
  const last = messages.at(-1);
  if (last === undefined) throw new Error('is damaged: it is compressed and holds no message');
  const base = magic === 1 ? lastOffset - last.offset : 0n;
  let previous = -1n;
  for (const message of messages) {
    message.offset += base;
    if (message.offset <= previous || message.offset > lastOffset)
      throw new Error(`is damaged: it holds offset ${message.offset} behind ${previous}`);
    previous = message.offset;
  }
  return messages;
}

/**
 * Writes messages as a record set. `maxBytes` is at least the size of the messages, which their records never exceed: besides key and value a record
 * has at most 23 bytes where a message of format 0 has 26, and at most 32 where one of format 1 has 34.
 */
function recordSet(messages: readonly Message[], { logAppendTime, baseTimestamp: stamp }: FetchedBatch, maxBytes: number): RecordSet {
  const [first] = messages;
  const baseOffset = first?.offset ?? 0n;
  const baseTimestamp = logAppendTime ? stamp : (first?.timestamp ?? NO_TIMESTAMP);
  const records = Buffer.allocUnsafe(maxBytes);
  let at = 0;
  const sized = (value: Buffer | null): void => {
    at = writeVarint(records, at, zigzag(value?.length ?? -1));
    if (value !== null) at += value.copy(records, at);
  };
  for (const { offset, timestamp, key, value } of messages) {
    if (offset - baseOffset > MAX_OFFSET_DELTA) throw new Error('is damaged: its offsets lie too far apart');
    const offsetDelta = zigzag(Number(offset - baseOffset));
    const timestampDelta = logAppendTime ? [0] : varlong(BigInt.asIntN(64, timestamp - baseTimestamp));
    const length = 2 + timestampDelta.length + varintBytes(offsetDelta) + sizedBytes(key) + sizedBytes(value);
    at = writeVarint(records, at, zigzag(length));
    records[at++] = 0; // attributes
    for (const byte of timestampDelta) records[at++] = byte;
    at = writeVarint(records, at, offsetDelta);
    sized(key);
    sized(value);
    records[at++] = 0; // headers
  }
  return { baseOffset, baseTimestamp, count: messages.length, records: records.subarray(0, at), logAppendTime };
}

function sizedBytes(value: Buffer | null): number {
  return value === null ? 1 : varintBytes(zigzag(value.length)) + value.length;
}
