/** Messages of format 0 and 1, which live in topics that are older than their brokers. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordSet } from '../../../../host/kafka/contract.ts';
import { TooLarge } from '../../../../host/kafka/records/codecs.ts';
import { encodeBatch, openBatch, readBatches, uncompressedBytes } from '../../../../host/kafka/records/record-batch.ts';
import { trimBelow } from '../../../../host/kafka/records/record-set.ts';
import { messageSet, oldMessage, type OldMessage } from '../../../support/message-set.ts';
import { readRecordSet } from '../../../support/record-set.ts';
import { timestamp } from '../../../support/timestamps.ts';
import { numbered, section } from '../sections.ts';

const MAX = 1 << 20;
const CODECS = ['none', 'gzip', 'snappy', 'snappy-xerial', 'lz4'] as const;
const FORMATS = CODECS.flatMap((codec) => ([0, 1] as const).map((magic) => ({ magic, codec })));

const open = (bytes: Buffer): RecordSet[] => readBatches(bytes).map((batch) => openBatch(batch, MAX));
const plain = (sets: RecordSet[]) =>
  sets.flatMap((set) =>
    readRecordSet(set).map(({ offset, timestamp: at, key, value, headers }) => ({
      offset,
      timestamp: set.logAppendTime ? set.baseTimestamp : at,
      key: key === null ? null : String(key),
      value: value === null ? null : String(value),
      headers,
    })),
  );
const expected = (messages: readonly OldMessage[], magic: number) =>
  messages.map((message) => ({ timestamp: -1n, ...message, ...(magic === 0 ? { timestamp: -1n } : {}), headers: [] }));

const messages: OldMessage[] = [
  { offset: 100n, key: 'k', value: 'one', timestamp: 1_500_000_000_000n },
  { offset: 101n, key: null, value: 'two', timestamp: 1_400_000_000_000n },
  // 102 is compacted away.
  { offset: 103n, key: '', value: '', timestamp: -1n },
  { offset: 104n, key: 'gone', value: null, timestamp: 1_500_000_000_001n },
];

describe.each(FORMATS)('messages of format $magic, $codec', ({ magic, codec }) => {
  test('are read: offsets, timestamps, null and empty keys and values', () => {
    expect(plain(open(messageSet(messages, { magic, codec })))).toEqual(expected(messages, magic));
  });

  test('end at the last offset that they hold, so that the reading goes on behind it', () => {
    expect(readBatches(messageSet(messages, { magic, codec })).at(-1)?.lastOffset).toBe(104n);
  });

  test('below the fetch position are left out', () => {
    const left = open(messageSet(messages, { magic, codec })).map((set) => trimBelow(set, 102n));
    expect(plain(left.filter((set) => set !== null)).map(({ offset }) => offset)).toEqual([103n, 104n]);
  });

  test('that are cut off at the end are left to the next fetch', () => {
    const whole = messageSet(messages, { magic, codec });
    const next = messageSet([{ offset: 105n, key: 'k', value: 'a value' }], { magic, codec });
    for (let cut = 1; cut < next.length; cut++) {
      expect(plain(open(Buffer.concat([whole, next.subarray(0, cut)]))).map(({ offset }) => offset)).toEqual([100n, 101n, 103n, 104n]);
    }
  });

  test('are told apart from damaged ones, which are named with format and offset', () => {
    const bytes = messageSet(messages, { magic, codec });
    bytes[bytes.length - 1]! ^= 1;
    const at = 104;
    expect(() => open(bytes)).toThrow(
      expect.objectContaining({
        code: 'kafka.corrupt',
        message: expect.stringMatching(new RegExp(`format ${magic} at offset ${at} .*CRC`)),
      }),
    );
  });

  test('take the memory that their records take', () => {
    for (const batch of readBatches(messageSet(messages, { magic, codec }))) {
      const { records } = openBatch(batch, MAX);
      expect(uncompressedBytes(batch)).toBeGreaterThanOrEqual(records.length);
    }
  });
});

/** As Kafka 4.1's own MemoryRecordsBuilder writes the old formats, captured once: 60 messages with null keys and null values. */
test.each([0, 1].flatMap((magic) => ['none', 'gzip', 'snappy', 'lz4'].map((codec) => [magic, codec] as const)))(
  'messages that Java wrote are read: format %i, %s',
  (magic, codec) => {
    const bytes = readFileSync(new URL(`fixtures/java-format${magic}-${codec}.bin`, import.meta.url));
    expect(plain(open(bytes))).toEqual(
      Array.from({ length: 60 }, (_, i) => ({
        offset: 1000n + BigInt(i),
        timestamp: magic === 0 ? -1n : 1_500_000_000_000n + BigInt(i),
        key: i % 7 === 0 ? null : `key-${i % 13}`,
        value: i % 11 === 0 ? null : `{"order":${i}}`,
        headers: [],
      })),
    );
  },
);

test.each(CODECS)('a broker that stamps messages gives all of them its time: %s', (codec) => {
  const stamped = messageSet(messages, { magic: 1, codec, logAppendTime: 1_600_000_000_000n });
  expect(plain(open(stamped)).map(({ timestamp: at }) => at)).toEqual(Array.from({ length: 4 }, () => 1_600_000_000_000n));
});

test('formats 0, 1 and 2 lie in one partition', () => {
  const old = [
    messageSet(messages.slice(0, 2), { magic: 0 }),
    messageSet(messages.slice(2), { magic: 1, codec: 'gzip' }),
    messageSet([{ offset: 105n, key: 'k', value: 'v', timestamp: 7n }], { magic: 0, codec: 'snappy' }),
  ];
  const set = section(numbered(2), { baseTimestamp: 9n });
  const batch = encodeBatch(set, 9n, null);
  batch.writeBigInt64BE(106n, 0);
  const records = plain(open(Buffer.concat([...old, batch])));
  expect(records.map(({ offset, timestamp: at }) => [offset, at])).toEqual([
    [100n, -1n],
    [101n, -1n],
    [103n, -1n],
    [104n, 1_500_000_000_001n],
    [105n, -1n],
    [106n, 9n],
    [107n, 9n],
  ]);
});

test('any messages are read as they were written', () => {
  const text = fc.option(fc.string({ maxLength: 300 }));
  const one = fc.record({ key: text, value: text, timestamp, step: fc.bigInt({ min: 1n, max: 1_000n }) });
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 62n }),
      fc.array(one, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...FORMATS),
      (start, list, format) => {
        let offset = start;
        const written = list.map(({ step, ...message }) => ({ ...message, offset: (offset += step) }));
        const bytes = messageSet(written, format);
        expect(plain(open(bytes))).toEqual(expected(written, format.magic));
        for (const batch of readBatches(bytes))
          expect(uncompressedBytes(batch)).toBeGreaterThanOrEqual(openBatch(batch, MAX).records.length);
      },
    ),
  );
});

describe('compressed messages that are none', () => {
  const around = (value: Buffer | null, attributes: number, magic = 1, offset = 9n): Buffer =>
    oldMessage({ offset, key: null, value }, magic, attributes);
  const inner = (offset: bigint, magic = 1): Buffer => oldMessage({ offset, key: null, value: 'v' }, magic);
  const gzip = async (bytes: Buffer): Promise<Buffer> => (await import('node:zlib')).gzipSync(bytes);
  const damaged = (bytes: Buffer, flip: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[flip]! ^= 1;
    return copy;
  };
  test.each<[string, () => Promise<Buffer>]>([
    ['no value', async () => around(null, 1)],
    ['nothing inside', async () => around(await gzip(Buffer.alloc(0)), 1)],
    ['bytes that do not decompress', async () => around(Buffer.from('no gzip at all, really'), 1)],
    ['a compression that Kafka does not know', async () => around(await gzip(inner(0n)), 6)],
    ['a cut-off message inside', async () => around(await gzip(inner(0n).subarray(0, -1)), 1)],
    ['a damaged message inside', async () => around(await gzip(damaged(inner(0n), 24)), 1)],
    ['another format inside', async () => around(await gzip(inner(0n, 2)), 1)],
    ['compressed messages inside', async () => around(await gzip(around(await gzip(inner(0n)), 1)), 1)],
    ['offsets inside that go back', async () => around(await gzip(Buffer.concat([inner(1n), inner(0n)])), 1)],
    ['offsets inside that are larger than its own', async () => around(await gzip(inner(10n, 0)), 1, 0)],
    ['offsets that begin below 0', async () => around(await gzip(Buffer.concat([inner(0n), inner(10n)])), 1)],
  ])('%s: named as damaged', async (_what, bytes) => {
    const batch = readBatches(await bytes())[0]!;
    expect(() => openBatch(batch, MAX)).toThrow(
      expect.objectContaining({ code: 'kafka.corrupt', message: expect.stringContaining('at offset 9') }),
    );
  });

  test('more bytes than are allowed', async () => {
    const bytes = around(await gzip(oldMessage({ offset: 0n, key: null, value: Buffer.alloc(5000) }, 1)), 1);
    expect(() => openBatch(readBatches(bytes)[0]!, 4000)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('at most 4000 bytes'), cause: expect.any(TooLarge) }),
    );
  });

  test('messages of format 0 in one of format 1 have no timestamp, as in Java’s client', async () => {
    const bytes = around(await gzip(Buffer.concat([inner(0n, 0), inner(1n)])), 1);
    expect(plain(open(bytes)).map(({ offset, timestamp: at }) => [offset, at])).toEqual([
      [8n, -1n],
      [9n, -1n],
    ]);
  });
});

test.each([-1, 3])('a message that is too short, or of format %i, is named as damaged', (magic) => {
  const unknown = oldMessage({ offset: 5n, key: null, value: 'v' }, magic);
  expect(() => open(unknown)).toThrow(
    expect.objectContaining({ code: 'kafka.corrupt', message: expect.stringContaining(`format ${magic} at offset 5`) }),
  );
  const short = Buffer.alloc(17);
  short.writeBigInt64BE(5n);
  short.writeInt32BE(5, 8);
  expect(() => open(short)).toThrow(expect.objectContaining({ code: 'kafka.corrupt', message: expect.stringContaining('at offset 5') }));
});
