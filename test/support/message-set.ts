/** Messages of format 0 and 1 as brokers before 0.11 stored them: written byte by byte, because no client of today writes them any more. */
import { crc32, gzipSync } from 'node:zlib';
import { codecFor } from '../../host/kafka/records/codecs.ts';

export interface OldMessage {
  offset: bigint;
  key: string | null;
  value: string | Buffer | null;
  /** Milliseconds; format 0 has none. */
  timestamp?: bigint;
}

export interface OldMessageOptions {
  magic: 0 | 1;
  /** Default none. */
  codec?: 'none' | 'gzip' | 'snappy' | 'snappy-xerial' | 'lz4';
  /** The broker stamped the message: its timestamp type, and its time for all messages inside. */
  logAppendTime?: bigint;
}

const CODEC_IDS = { none: 0, gzip: 1, snappy: 2, 'snappy-xerial': 2, lz4: 3 } as const;
const LOG_APPEND_TIME = 8;

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const sized = (value: Buffer | string | null): Buffer => {
  if (value === null) return int32(-1);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([int32(bytes.length), bytes]);
};

/** One entry of a log: offset, size, CRC, magic, attributes, timestamp (format 1), key, value. */
export function oldMessage({ offset, key, value, timestamp = -1n }: OldMessage, magic: number, attributes = 0): Buffer {
  const body = Buffer.concat([
    Buffer.from([magic, attributes]),
    magic === 1 ? int64(timestamp) : Buffer.alloc(0),
    sized(key),
    sized(value),
  ]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([int64(offset), int32(body.length + 4), crc, body]);
}

/** Messages as they lie in a log: plain, or one compressed message around them. */
export function messageSet(messages: readonly OldMessage[], options: OldMessageOptions): Buffer {
  const { magic, codec = 'none', logAppendTime } = options;
  const type = logAppendTime === undefined ? 0 : LOG_APPEND_TIME;
  if (codec === 'none') {
    return Buffer.concat(
      messages.map((message) => oldMessage({ ...message, timestamp: logAppendTime ?? message.timestamp ?? -1n }, magic, type)),
    );
  }
  const first = messages[0]!.offset;
  const last = messages.at(-1)!.offset;
  // The message around has the last offset and the largest timestamp. In format 1, the offsets inside are relative to the first one that the producer wrote.
  const inner = Buffer.concat(messages.map((one) => oldMessage(magic === 1 ? { ...one, offset: one.offset - first } : one, magic)));
  const latest = messages.reduce((max, { timestamp = -1n }) => (timestamp > max ? timestamp : max), -1n);
  const value = compress(inner, codec, magic);
  return oldMessage({ offset: last, key: null, value, timestamp: logAppendTime ?? latest }, magic, CODEC_IDS[codec] | type);
}

function compress(bytes: Buffer, codec: 'gzip' | 'snappy' | 'snappy-xerial' | 'lz4', magic: number): Buffer {
  if (codec === 'gzip') return gzipSync(bytes);
  if (codec === 'snappy') return Buffer.from(codecFor('snappy')!.compress(bytes));
  if (codec === 'snappy-xerial') {
    const half = bytes.length >> 1;
    const blocks = [bytes.subarray(0, half), bytes.subarray(half)].map((part) => Buffer.from(codecFor('snappy')!.compress(part)));
    return Buffer.concat([
      Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]),
      ...blocks.flatMap((block) => [int32(block.length), block]),
    ]);
  }
  const frame = Buffer.from(codecFor('lz4')!.compress(bytes));
  // In format 0, Kafka's clients took the checksum of more bytes than the frame's descriptor (KIP-57); what they wrote fits no LZ4 reader.
  if (magic === 0) frame[6]! ^= 0x55;
  return frame;
}
