/**
 * The four compressions of Kafka's record batches, as Java's client, librdkafka and franz-go write them. gzip and zstd come with Node; snappy and lz4
 * are WebAssembly, so that a single executable can contain them on every platform. Every decompression has a limit, because a batch of a kilobyte can
 * decompress to gigabytes.
 */
import zlib from 'node:zlib';
import { lz4Compress, lz4Decompress, snappyCompress, snappyDecompress } from '@platformatic/wasm-utils/bundled';
import type { Compression } from '../contract.ts';
import { gzipBytes, lz4Bytes, snappyBlockBytes, snappyBlocks, snappyBytes, zstdBytes } from './uncompressed-bytes.ts';

export interface Codec {
  /** The number in a batch's attributes. */
  readonly id: number;
  compress(data: Uint8Array): Uint8Array;
  /** The size of `data` when decompressed, according to its own headers. Throws if they cannot be read. */
  uncompressedBytes(data: Uint8Array): number;
  /** Throws TooLarge if `data` would decompress to more than `maxBytes`, and another Error if it cannot be read. */
  decompress(data: Uint8Array, maxBytes: number): Uint8Array;
}

export class TooLarge extends Error {
  constructor(maxBytes: number) {
    super(`expected at most ${maxBytes} bytes uncompressed, got more: let the producer of the batch write smaller ones (batch.size)`);
  }
}

const buffer = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** Gives an error with a meaning: on damaged input the WebAssembly codecs trap, with the message `unreachable`. */
function wasm(what: string, run: () => Buffer): Buffer {
  try {
    return run();
  } catch (error) {
    throw new Error(`malformed ${what}`, { cause: error });
  }
}

/** Runs one of Node's own codecs, which take a limit. */
function bounded(maxBytes: number, run: (options: { maxOutputLength: number }) => Buffer): Buffer {
  try {
    // Node accepts no limit of 0.
    const out = run({ maxOutputLength: Math.max(1, maxBytes) });
    if (out.length > maxBytes) throw new TooLarge(maxBytes);
    return out;
  } catch (error) {
    throw (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge(maxBytes) : error;
  }
}

const gzip: Codec = {
  id: 1,
  compress: (data) => zlib.gzipSync(data),
  uncompressedBytes: (data) => gzipBytes(buffer(data)),
  decompress: (data, maxBytes) => bounded(maxBytes, (options) => zlib.gunzipSync(data, options)),
};

const zstd: Codec = {
  id: 4,
  compress: (data) => zlib.zstdCompressSync(data),
  uncompressedBytes: (data) => zstdBytes(buffer(data)),
  decompress: (data, maxBytes) => bounded(maxBytes, (options) => zlib.zstdDecompressSync(data, options)),
};

function snappyBlock(block: Buffer): Uint8Array {
  const length = snappyBlockBytes(block);
  if (length === 0) return new Uint8Array(0);
  const out = wasm('snappy block', () => snappyDecompress(block));
  if (out.length !== length) throw new Error(`expected ${length} bytes from a snappy block, got ${out.length}`);
  return out;
}

const snappy: Codec = {
  id: 2,
  compress: (data) => snappyCompress(buffer(data)),
  uncompressedBytes: (data) => snappyBytes(buffer(data)),
  decompress(data, maxBytes) {
    const section = buffer(data);
    if (snappyBytes(section) > maxBytes) throw new TooLarge(maxBytes);
    const blocks = [...snappyBlocks(section)].map(snappyBlock);
    const [first] = blocks;
    return blocks.length === 1 && first !== undefined ? first : Buffer.concat(blocks);
  },
};

const lz4: Codec = {
  id: 3,
  compress: (data) => lz4Compress(buffer(data)),
  uncompressedBytes: (data) => lz4Bytes(buffer(data)),
  decompress(data, maxBytes) {
    if (lz4Bytes(buffer(data)) > maxBytes) throw new TooLarge(maxBytes);
    return wasm('LZ4 frame', () => lz4Decompress(buffer(data)));
  },
};

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
