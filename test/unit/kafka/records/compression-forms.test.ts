/** Forms of compressed data that are allowed but that few clients write: a batch must be decompressed completely, or reported as damaged. */
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ByteBudget } from '../../../../host/kafka/consume/byte-budget.ts';
import { BatchOpener } from '../../../../host/kafka/consume/batch-opener.ts';
import type { RecordSet } from '../../../../host/kafka/contract.ts';
import { codecOf, type Codec } from '../../../../host/kafka/records/codecs.ts';
import { encodeBatch, openBatch, readBatches, uncompressedBytes } from '../../../../host/kafka/records/record-batch.ts';
import { oldMessage } from '../../../support/message-set.ts';
import { decode, numbered, section } from '../sections.ts';

const MAX = 1 << 24;
const records = numbered(400);
const set = section(records);
const half = section(records.slice(0, 200)).records.length;
const parts = [set.records.subarray(0, half), set.records.subarray(half)];

/** A batch whose section is compressed by `compress`. */
const batchOf = (id: number, compress: (data: Uint8Array) => Uint8Array) =>
  readBatches(encodeBatch(set, set.baseTimestamp, { ...codecOf(id), compress } satisfies Codec))[0]!;

/** As the consumer opens a batch: within what the compression says, and once more where that was too little. */
async function opened(batch: ReturnType<typeof batchOf>): Promise<RecordSet> {
  const opener = new BatchOpener(new ByteBudget(MAX), () => undefined);
  const result = await opener.open(batch, 'topic/0', async () => true);
  if (result === null) throw new Error('expected records, got none');
  if ('failure' in result) throw result.failure;
  return result.records;
}

/** A frame of one raw block, whose header asks for a window of 2 ** `windowLog` bytes. */
function zstdFrame(data: Uint8Array, windowLog: number): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3, 0, 0, 0]);
  header.writeUIntLE((data.length << 3) | 1, 6, 3);
  return Buffer.concat([header, data]);
}
const SKIPPABLE = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

describe('zstd', () => {
  test.each<[string, (data: Uint8Array) => Uint8Array]>([
    ['two frames', () => Buffer.concat(parts.map((part) => zlib.zstdCompressSync(part)))],
    ['a skippable frame before', (data) => Buffer.concat([SKIPPABLE, zlib.zstdCompressSync(data)])],
    ['a skippable frame between', () => Buffer.concat([zlib.zstdCompressSync(parts[0]!), SKIPPABLE, zlib.zstdCompressSync(parts[1]!)])],
    ['a skippable frame behind', (data) => Buffer.concat([zlib.zstdCompressSync(data), SKIPPABLE])],
    ['a window of 128 MiB, the largest that Java’s client writes', (data) => zstdFrame(data, 27)],
    ['a checksum', (data) => zlib.zstdCompressSync(data, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } })],
  ])('with %s is read', async (_form, compress) => {
    expect(decode(await opened(batchOf(4, compress)))).toEqual(decode(set));
  });

  test('with a window that would take more memory than any batch may is named as damaged', () => {
    expect(() =>
      openBatch(
        batchOf(4, (data) => zstdFrame(data, 28)),
        MAX,
      ),
    ).toThrow(expect.objectContaining({ code: 'kafka.corrupt', message: expect.stringContaining('offset 0 cannot be uncompressed') }));
  });
});

describe('gzip', () => {
  const members = (): Buffer => Buffer.concat(parts.map((part) => zlib.gzipSync(part)));

  test('of two members is read, though it says the size of the second one only', async () => {
    const batch = batchOf(1, members);
    expect(uncompressedBytes(batch)).toBeLessThan(set.records.length);
    expect(decode(await opened(batch))).toEqual(decode(set));
  });

  test('of two members in a message of format 1 is read', async () => {
    const inner = [0n, 1n].map((offset) => oldMessage({ offset, key: null, value: 'v'.repeat(500) }, 1));
    const bytes = oldMessage({ offset: 1n, key: null, value: Buffer.concat(inner.map((one) => zlib.gzipSync(one))) }, 1, 1);
    expect(decode(await opened(readBatches(bytes)[0]!)).map(({ offset }) => offset)).toEqual([0, 1]);
  });
});

test('snappy as one raw block, as librdkafka writes it, and in Java’s frame of several blocks', async () => {
  const { compress } = codecOf(2);
  const framed = Buffer.concat([
    Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0, 0, 0, 0, 1, 0, 0, 0, 1]),
    ...parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      const block = compress(part);
      length.writeUInt32BE(block.length);
      return [length, block];
    }),
  ]);
  for (const form of [compress, () => framed]) expect(decode(await opened(batchOf(2, form)))).toEqual(decode(set));
});

test('LZ4 ends with its first frame, as for Java’s client; what lies behind takes no memory', () => {
  const { compress } = codecOf(3);
  const batch = batchOf(3, (data) => Buffer.concat([compress(data), compress(Buffer.alloc(4 << 20))]));
  expect(uncompressedBytes(batch)).toBeLessThan(4 << 20);
  expect(decode(openBatch(batch, MAX))).toEqual(decode(set));
});
