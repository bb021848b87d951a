import { describe, expect, test } from 'vitest';
import { codecFor } from '../../../../host/kafka/records/codecs.ts';
import { crc32c } from '../../../../host/kafka/records/crc32c.ts';
import { controlKey, encodeBatch, openBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { decode, numbered, section } from '../sections.ts';

const MAX = 1 << 24;
const set = section(numbered(20));
const batchOf = (codec: Parameters<typeof codecFor>[0] = 'none'): Buffer => encodeBatch(set, set.baseTimestamp + 5n, codecFor(codec));

/** A batch changed by `change`, with a CRC that fits again. */
function patched(change: (bytes: Buffer) => void): Buffer {
  const bytes = batchOf();
  change(bytes);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

test('the CRC is CRC-32C', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
});

test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('a batch is read as it was written: %s', (codec) => {
  const [batch, ...rest] = readBatches(batchOf(codec));
  expect(rest).toEqual([]);
  expect(batch).toMatchObject({
    magic: 2,
    baseOffset: 0n,
    lastOffset: 19n,
    count: 20,
    control: false,
    transactional: false,
    producerId: -1n,
  });
  expect(decode(openBatch(batch!, MAX))).toEqual(decode(set));
});

describe('what a fetch brings', () => {
  test('a partial batch at the tail is left for the next fetch', () => {
    const whole = batchOf();
    for (const cut of [1, 8, 11, 16, 17, 60, 61, whole.length - 1]) {
      expect(readBatches(Buffer.concat([whole, whole.subarray(0, cut)]))).toHaveLength(1);
    }
    expect(readBatches(Buffer.concat([whole, whole]))).toHaveLength(2);
    expect(readBatches(Buffer.alloc(0))).toEqual([]);
  });

  test('a length that leads nowhere ends the reading instead of looping, and is named instead of fetched for ever', () => {
    const bytes = batchOf();
    for (const length of [-12, 0, 4, 40]) {
      bytes.writeInt32BE(length, 8);
      const batches = readBatches(Buffer.concat([batchOf(), bytes.subarray(0, 61)]));
      expect(() => openBatch(batches[1]!, MAX)).toThrow(
        expect.objectContaining({ code: 'kafka.corrupt', message: 'record batch at offset 0 is damaged: it is shorter than a header' }),
      );
    }
  });

  test('one flipped bit is found by the CRC', () => {
    const bytes = batchOf('snappy');
    bytes[100]! ^= 1;
    expect(() => openBatch(readBatches(bytes)[0]!, MAX)).toThrow(
      expect.objectContaining({ code: 'kafka.corrupt', message: expect.stringContaining('CRC') }),
    );
  });

  test.each([-1, 3])('message format %i, which Kafka does not have, is refused by name', (magic) => {
    const bytes = batchOf();
    bytes.writeInt8(magic, 16);
    const batches = readBatches(bytes);
    expect(batches).toHaveLength(1);
    expect(() => openBatch(batches[0]!, MAX)).toThrow(`format ${magic} at offset 0 cannot be read: expected format 0, 1 or 2`);
  });

  test('a compressed batch that is none says so', () => {
    const bytes = patched((batch) => batch.writeInt16BE(2, 21));
    expect(() => openBatch(readBatches(bytes)[0]!, MAX)).toThrow(
      expect.objectContaining({ code: 'kafka.corrupt', message: expect.stringContaining('cannot be uncompressed') }),
    );
  });

  test('log append time is the batch maximum, and said', () => {
    const bytes = patched((batch) => batch.writeInt16BE(8, 21));
    const opened = openBatch(readBatches(bytes)[0]!, MAX);
    expect(opened).toMatchObject({ logAppendTime: true, baseTimestamp: set.baseTimestamp + 5n });
  });

  test('the last offset is the one of the header, also when compaction took records away', () => {
    const bytes = patched((batch) => {
      batch.writeBigInt64BE(1000n, 0);
      batch.writeInt32BE(499, 23);
    });
    expect(readBatches(bytes)[0]).toMatchObject({ baseOffset: 1000n, lastOffset: 1499n, count: 20 });
  });

  test.each([
    ['abort', 0],
    ['commit', 1],
  ])('the key of a control batch is known: %s', (_name, type) => {
    const key = Buffer.from([0, 0, 0, type]);
    const marker = section([{ key, value: Buffer.alloc(6) }]);
    const bytes = encodeBatch(marker, 0n, null);
    bytes.writeInt16BE(0x30, 21);
    const [batch] = readBatches(bytes);
    expect(batch).toMatchObject({ control: true, transactional: true });
    expect(controlKey(batch!)!.equals(key)).toBe(true);
    expect(controlKey(readBatches(batchOf())[0]!)).toBeNull();
  });
});
