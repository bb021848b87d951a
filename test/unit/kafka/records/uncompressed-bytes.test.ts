import { readFileSync } from 'node:fs';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecFor, codecOf, TooLarge } from '../../../../host/kafka/records/codecs.ts';
import {
  encodeBatch,
  MAX_UNCOMPRESSED_BYTES,
  openBatch,
  readBatches,
  uncompressedBytes,
} from '../../../../host/kafka/records/record-batch.ts';
import { numbered, section } from '../sections.ts';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
/** The last block of a frame counts as a whole one. */
const SLACK: Record<(typeof CODECS)[number], number> = { gzip: 0, snappy: 0, lz4: 4 << 20, zstd: 128 << 10 };

const data = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 5_000 }),
  // Long and compressible, with blocks of every kind.
  fc
    .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 2_000 })), { minLength: 1, maxLength: 4 })
    .map((runs) => Buffer.concat(runs.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes)))),
);

describe.each(CODECS)('%s', (name) => {
  const codec = codecFor(name)!;

  test('says what a section grows to, and hardly more', () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const said = codec.uncompressedBytes(codec.compress(bytes));
        expect(said).toBeGreaterThanOrEqual(bytes.length);
        expect(said).toBeLessThanOrEqual(bytes.length + SLACK[name]);
        expect(codec.decompress(codec.compress(bytes), said)).toHaveLength(bytes.length);
      }),
      { numRuns: 100 },
    );
  });

  test('says it of the batches that other clients write', () => {
    for (const client of ['java', 'rdkafka'])
      for (const batch of readBatches(readFileSync(new URL(`fixtures/${client}-${name}.bin`, import.meta.url)))) {
        if (batch.codec === 0) continue; // a client leaves a batch as it is where compression does not help
        const { records } = openBatch(batch, MAX_UNCOMPRESSED_BYTES);
        const said = uncompressedBytes(batch);
        expect(said).toBeGreaterThanOrEqual(records.length);
        expect(said).toBeLessThanOrEqual(records.length + SLACK[name]);
      }
  });

  test('does not read headers that are cut off', () => {
    const whole = codec.compress(Buffer.alloc(200_000, 'some text'));
    expect(() => codec.uncompressedBytes(Buffer.alloc(0))).toThrow();
    // Of gzip only the end counts.
    if (name !== 'gzip' && name !== 'snappy') expect(() => codec.uncompressedBytes(whole.subarray(0, whole.length - 10))).toThrow();
    expect(() => codec.decompress(whole, 199_999)).toThrow(TooLarge);
  });
});

test('zstd frames of every form are counted', () => {
  const bytes = Buffer.alloc(300_000, 'abcdefgh');
  const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 2654435761) >>> 24));
  const { ZSTD_c_contentSizeFlag, ZSTD_c_checksumFlag } = zlib.constants;
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  for (const contentSize of [0, 1])
    for (const checksum of [0, 1]) {
      const params = { [ZSTD_c_contentSizeFlag]: contentSize, [ZSTD_c_checksumFlag]: checksum };
      const frames = [bytes, noise].map((part) => zlib.zstdCompressSync(part, { params }));
      const said = codecOf(4).uncompressedBytes(Buffer.concat([frames[0]!, skippable, frames[1]!]));
      expect(said).toBeGreaterThanOrEqual(500_000);
      expect(said).toBeLessThanOrEqual(500_000 + 2 * SLACK.zstd);
    }
});

describe('of a batch', () => {
  const set = section(numbered(50));
  const batchOf = (codec: Parameters<typeof codecFor>[0]) => readBatches(encodeBatch(set, set.baseTimestamp, codecFor(codec)))[0]!;

  test('that is not compressed nothing is taken', () => {
    expect(uncompressedBytes(batchOf('none'))).toBe(0);
  });

  test('that cannot be read, the most is taken', () => {
    const batch = batchOf('lz4');
    batch.bytes.fill(0, 61);
    expect(uncompressedBytes(batch)).toBe(MAX_UNCOMPRESSED_BYTES);
    expect(uncompressedBytes({ ...batchOf('none'), codec: 7 })).toBe(MAX_UNCOMPRESSED_BYTES);
  });

  test('that says more than it may grow to, the most is taken', () => {
    const claim = Buffer.alloc(18);
    claim.writeUInt32LE(0xffffffff, 14);
    expect(uncompressedBytes({ ...batchOf('gzip'), bytes: Buffer.concat([Buffer.alloc(61), claim]) })).toBe(MAX_UNCOMPRESSED_BYTES);
  });
});
