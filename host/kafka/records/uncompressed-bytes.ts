import { VarintReader } from '../../base/varint.ts';

/**
 * The decompressed size of a records section, read from its headers without decompressing it. For snappy, LZ4 and zstd it is an upper bound. gzip only
 * has the size of its last member; the batches that clients write have one member.
 *
 * The functions throw if the headers cannot be read.
 */

/** Java's snappy streams begin with this magic. Two versions of 4 bytes follow, then blocks that begin with their length. */
export const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
export const XERIAL_HEADER_BYTES = 16;

/** A raw snappy block begins with its uncompressed length. */
export function snappyBlockBytes(block: Uint8Array): number {
  const length = new VarintReader(block.subarray(0, 5)).next();
  if (length >= 0) return length;
  throw new Error('malformed snappy length');
}

/** The raw snappy blocks of a section: those in Java's framing, or the section itself, as librdkafka and franz-go write it. */
export function* snappyBlocks(section: Buffer): Generator<Buffer> {
  if (section.length < XERIAL_HEADER_BYTES || !XERIAL.equals(section.subarray(0, XERIAL.length))) {
    yield section;
    return;
  }
  for (let at = XERIAL_HEADER_BYTES; at < section.length;) {
    if (at + 4 > section.length) throw new Error('truncated snappy frame');
    const end = at + 4 + section.readUInt32BE(at);
    if (end > section.length) throw new Error('truncated snappy frame');
    yield section.subarray(at + 4, end);
    at = end;
  }
}

export function snappyBytes(section: Buffer): number {
  let bytes = 0;
  for (const block of snappyBlocks(section)) bytes += snappyBlockBytes(block);
  return bytes;
}

export function gzipBytes(section: Buffer): number {
  if (section.length < 18) throw new Error('truncated gzip member');
  return section.readUInt32LE(section.length - 4);
}

const LZ4_MAGIC = 0x184d2204;

export function lz4Bytes(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== LZ4_MAGIC) throw new Error('not an LZ4 frame');
  const flags = frame.readUInt8(4);
  const blockBytes = 1 << (8 + 2 * ((frame.readUInt8(5) >> 4) & 7));
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0;
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  let bytes = 0;
  while (at + 4 <= frame.length) {
    const size = frame.readUInt32LE(at);
    if (size === 0) return bytes;
    const stored = size & 0x7fffffff;
    // A compressed byte yields at most 255 bytes, and a block at most the frame's block size.
    bytes += size > 0x7fffffff ? stored : Math.min(blockBytes, stored * 255);
    at += 4 + stored + blockChecksum;
  }
  throw new Error('truncated LZ4 frame');
}

const ZSTD_MAGIC = 0xfd2fb528;
const ZSTD_SKIPPABLE = 0x184d2a50;
const ZSTD_BLOCK_BYTES = 128 * 1024;
const RAW_BLOCK = 0;
const RUN_BLOCK = 1;

/** RFC 8878. The blocks are counted, because Java's client leaves the content size out. */
export function zstdBytes(section: Buffer): number {
  let bytes = 0;
  let at = 0;
  do {
    if (at + 8 > section.length) throw new Error('truncated zstd frame');
    const magic = section.readUInt32LE(at);
    if ((magic & 0xfffffff0) >>> 0 === ZSTD_SKIPPABLE) {
      at += 8 + section.readUInt32LE(at + 4);
      continue;
    }
    if (magic !== ZSTD_MAGIC) throw new Error('not a zstd frame');
    const descriptor = section.readUInt8(at + 4);
    const hasWindow = (descriptor & 0x20) === 0;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const contentSizeBytes = [hasWindow ? 0 : 1, 2, 4, 8][descriptor >> 6] ?? 0;
    at += 5 + (hasWindow ? 1 : 0) + dictionaryBytes + contentSizeBytes;
    for (let last = false; !last;) {
      if (at + 3 > section.length) throw new Error('truncated zstd frame');
      const header = section.readUIntLE(at, 3);
      last = (header & 1) === 1;
      const type = (header >> 1) & 3;
      const size = header >> 3;
      bytes += type === RAW_BLOCK || type === RUN_BLOCK ? size : ZSTD_BLOCK_BYTES;
      at += 3 + (type === RUN_BLOCK ? 1 : size);
    }
    if ((descriptor & 0x04) !== 0) at += 4;
  } while (at < section.length);
  if (at > section.length) throw new Error('truncated zstd frame');
  return bytes;
}
