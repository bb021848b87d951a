/**
 * The four compressions of Kafka's record batches, as Java's client, librdkafka and franz-go write them.
 * gzip and zstd come with Node; snappy and lz4 are WebAssembly, so that a single executable holds them on every platform.
 * Nothing here may produce more than it is told: a batch of a kilobyte can ask for gigabytes.
 */
import zlib from 'node:zlib';
import { lz4Compress, lz4Decompress, snappyCompress, snappyDecompress } from '@platformatic/wasm-utils/bundled';
import type { Compression } from '../contract.ts';

export interface Codec {
  /** As in a batch's attributes. */
  readonly id: number;
  compress(data: Uint8Array): Uint8Array;
  /** Throws if `data` cannot be read or would grow beyond `maxBytes`. */
  decompress(data: Uint8Array, maxBytes: number): Uint8Array;
}

const tooLarge = (maxBytes: number): Error => new Error(`expected at most ${maxBytes} bytes uncompressed, got more`);
const buffer = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** The WebAssembly codecs trap on damaged input, which says nothing but `unreachable`. */
function wasm(what: string, run: () => Buffer): Buffer {
  try {
    return run();
  } catch (error) {
    throw new Error(`malformed ${what}`, { cause: error });
  }
}

const gzip: Codec = {
  id: 1,
  compress: (data) => zlib.gzipSync(data),
  decompress: (data, maxBytes) => zlib.gunzipSync(data, { maxOutputLength: maxBytes }),
};

const zstd: Codec = {
  id: 4,
  compress: (data) => zlib.zstdCompressSync(data),
  decompress: (data, maxBytes) => zlib.zstdDecompressSync(data, { maxOutputLength: maxBytes }),
};

/** `\x82SNAPPY\0`, two versions of 4 bytes, then blocks with their length in front: the framing of Java's snappy streams. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER_BYTES = 16;

/** A raw snappy block begins with its uncompressed length. */
function snappyLength(block: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    length += (block[i]! & 0x7f) * 2 ** (7 * i);
    if (block[i]! < 0x80) return length;
  }
  throw new Error('malformed snappy length');
}

function snappyBlock(block: Uint8Array, maxBytes: number): Uint8Array {
  const length = snappyLength(block);
  if (length > maxBytes) throw tooLarge(maxBytes);
  if (length === 0) return new Uint8Array(0);
  const out = wasm('snappy block', () => snappyDecompress(buffer(block)));
  if (out.length !== length) throw new Error(`expected ${length} bytes from a snappy block, got ${out.length}`);
  return out;
}

const snappy: Codec = {
  id: 2,
  compress: (data) => snappyCompress(buffer(data)),
  decompress(data, maxBytes) {
    if (data.length < XERIAL_HEADER_BYTES || !XERIAL.equals(data.subarray(0, XERIAL.length))) return snappyBlock(data, maxBytes);
    const view = buffer(data);
    const blocks: Uint8Array[] = [];
    let left = maxBytes;
    for (let at = XERIAL_HEADER_BYTES; at < view.length;) {
      if (at + 4 > view.length) throw new Error('truncated snappy frame');
      const end = at + 4 + view.readUInt32BE(at);
      if (end > view.length) throw new Error('truncated snappy frame');
      const block = snappyBlock(view.subarray(at + 4, end), left);
      blocks.push(block);
      left -= block.length;
      at = end;
    }
    return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks);
  },
};

const lz4: Codec = {
  id: 3,
  compress: (data) => lz4Compress(buffer(data)),
  decompress(data, maxBytes) {
    const bound = lz4Bound(buffer(data));
    if (bound > maxBytes) throw tooLarge(maxBytes);
    return wasm('LZ4 frame', () => lz4Decompress(buffer(data)));
  },
};

/** The most that an LZ4 frame can hold, from its block headers, without uncompressing anything. */
function lz4Bound(frame: Buffer): number {
  if (frame.length < 7 || frame.readUInt32LE(0) !== 0x184d2204) throw new Error('not an LZ4 frame');
  const flags = frame[4]!;
  const blockBytes = 1 << (8 + 2 * ((frame[5]! >> 4) & 7));
  const blockChecksum = (flags & 0x10) !== 0 ? 4 : 0;
  let at = 7 + ((flags & 0x08) !== 0 ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  let bound = 0;
  while (at + 4 <= frame.length) {
    const size = frame.readUInt32LE(at);
    if (size === 0) return bound;
    const stored = size & 0x7fffffff;
    // A compressed byte yields at most 255; a block never more than the frame's block size.
    bound += size > 0x7fffffff ? stored : Math.min(blockBytes, stored * 255);
    at += 4 + stored + blockChecksum;
  }
  throw new Error('truncated LZ4 frame');
}

const CODECS: Readonly<Record<Exclude<Compression, 'none'>, Codec>> = { gzip, snappy, lz4, zstd };

/** The codec for writing; null for `none`. */
export function codecFor(compression: Compression): Codec | null {
  return compression === 'none' ? null : CODECS[compression];
}

/** The codec with this id in a batch's attributes; throws for one that Kafka does not know. */
export function codecOf(id: number): Codec {
  for (const codec of Object.values(CODECS)) if (codec.id === id) return codec;
  throw new Error(`expected a compression of gzip, snappy, lz4 or zstd, got number ${id}`);
}
