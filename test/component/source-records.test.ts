// The OpenCDC records that a source makes of Kafka records.
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { RecordMerger } from '../../host/kafka/records/record-merger.ts';
import { CREDIT, openSource, readBatch, recordsOf } from '../support/data-path.ts';
import { type Guest, errorOf } from '../support/guest.ts';
import { type Data, type OpencdcRecord } from '../support/protocol.ts';
import { fetched, recordWithHeaders } from '../support/record-set.ts';
import { setOf, timestamp } from '../support/timestamps.ts';

let guest: Guest;
beforeEach(async () => {
  guest = await openSource();
});

const ZERO = { baseOffset: 0n, baseTimestamp: 0n };
/** Absent for "no timestamp", and for a time that 64 bits of nanoseconds cannot hold. */
function createdAt(ms: bigint): string | undefined {
  const nanoseconds = ms * 1_000_000n;
  return ms === -1n || BigInt.asIntN(64, nanoseconds) !== nanoseconds ? undefined : String(nanoseconds);
}
const READ_AT = '1700000000005000000';
const raw = (data: Data | null | undefined) =>
  data === null || data === undefined ? null : (data.raw_data?.toString('latin1') ?? 'no case');
const one = async (...args: Parameters<typeof fetched>): Promise<OpencdcRecord> => {
  const records = await readBatch(guest, [fetched(...args)]);
  expect(records).toHaveLength(1);
  return records[0]!;
};

describe('a record', () => {
  test('is created with key, value, position and the metadata of the official connector', async () => {
    const record = await one('orders', 2, [
      { offset: 42n, timestamp: 1_650_000_000_123n, key: 'k1', value: 'v1', headers: { a: 'text', b: Buffer.from([0, 1, 2]) } },
    ]);
    expect(record.position.toString()).toBe('{"GroupID":"g","Topic":"orders","Partition":2,"Offset":42}');
    expect(record.operation).toBe(1);
    expect(record.metadata).toEqual({
      'opencdc.collection': 'orders',
      'opencdc.createdAt': '1650000000123000000',
      'opencdc.readAt': READ_AT,
      'kafka.header.a': 'text',
      'kafka.header.b': '\u0000\u0001\u0002',
    });
    expect(raw(record.key)).toBe('k1');
    expect(raw(record.payload?.after)).toBe('v1');
    expect(record.payload?.before ?? null).toBeNull();
  });

  test('keeps a null key, an empty key, a null value and an empty value apart', async () => {
    const records = await readBatch(guest, [
      fetched('orders', 0, [
        { key: null, value: null },
        { key: '', value: '' },
        { key: null, value: '' },
        { key: '', value: null },
      ]),
    ]);
    expect(records.map((record) => [raw(record.key), raw(record.payload?.after)])).toEqual([
      [null, null],
      ['', ''],
      [null, ''],
      ['', null],
    ]);
    expect(records.every((record) => record.payload !== null && record.payload !== undefined)).toBe(true);
  });

  test('has no createdAt where Kafka has no timestamp, or where 64 bits of nanoseconds cannot say it', async () => {
    const stamps = [
      -1n,
      0n,
      1n,
      -5n,
      9_223_372_036_854n,
      9_223_372_036_855n,
      -9_223_372_036_854n,
      -9_223_372_036_855n,
      9_007_199_254_740_991n,
    ];
    const records = await readBatch(guest, [{ topic: 'orders', partition: 0, epoch: 1, records: setOf(stamps, ZERO) }]);
    expect(records.map((record) => record.metadata['opencdc.createdAt'])).toEqual([
      undefined,
      '0',
      '1000000',
      '-5000000',
      '9223372036854000000',
      undefined,
      '-9223372036854000000',
      undefined,
      undefined,
    ]);
  });

  test('has the createdAt of its own timestamp, whatever base and neighbours it has', async () => {
    await fc.assert(
      fc.asyncProperty(timestamp, fc.array(timestamp, { minLength: 1, maxLength: 20 }), async (baseTimestamp, stamps) => {
        const merger = new RecordMerger();
        const sets = [setOf(stamps, { baseOffset: 0n, baseTimestamp }), setOf([5n], { baseOffset: 20n, baseTimestamp: 5n })];
        const merged = [...sets.flatMap((set) => merger.add(set)), ...merger.flush()];
        const records = await readBatch(
          guest,
          merged.map((set) => ({ topic: 'orders', partition: 0, epoch: 1, records: set })),
        );
        expect(records.map((record) => record.metadata['opencdc.createdAt'])).toEqual([...stamps, 5n].map(createdAt));
      }),
      { numRuns: 200 },
    );
  });

  test('has the broker’s time where the broker stamped the set', async () => {
    const records = await readBatch(guest, [
      fetched('orders', 0, [{ timestamp: 5n }, { timestamp: 6n }], 1, { logAppendTime: true, baseTimestamp: 1_700_000_000_000n }),
    ]);
    expect(records.map((record) => record.metadata['opencdc.createdAt'])).toEqual(['1700000000000000000', '1700000000000000000']);
  });

  test('has a position that is unique, whatever topic and partition it comes from', async () => {
    const records = await readBatch(guest, [
      fetched('orders', 0, [{ offset: 7n }, { offset: 8n }]),
      fetched('orders', 1, [{ offset: 7n }]),
      fetched('billing', 0, [{ offset: 7n }]),
    ]);
    expect(new Set(records.map((record) => record.position.toString())).size).toBe(4);
    expect(records.map((record) => record.metadata['opencdc.collection'])).toEqual(['orders', 'orders', 'orders', 'billing']);
  });

  test('has offsets up to the largest one', async () => {
    const record = await one('orders', 2_147_483_647, [{ offset: 9_223_372_036_854_775_806n }]);
    expect(record.position.toString()).toBe('{"GroupID":"g","Topic":"orders","Partition":2147483647,"Offset":9223372036854775806}');
  });
});

describe('headers', () => {
  const withHeaders = async (headers: [Buffer | string, Buffer | string | null][]): Promise<Record<string, string>> => {
    const bytes = (v: Buffer | string) => (typeof v === 'string' ? Buffer.from(v) : v);
    const records = recordWithHeaders(
      headers.map(([name, value]) => [bytes(name), value === null ? null : bytes(value)]),
      null,
      null,
    );
    const set = { baseOffset: 0n, baseTimestamp: -1n, count: 1, records, logAppendTime: false };
    const found = await readBatch(guest, [{ topic: 'orders', partition: 0, epoch: 1, records: set }]);
    const { 'opencdc.collection': _collection, 'opencdc.readAt': _readAt, ...rest } = found[0]!.metadata;
    return rest;
  };

  test('of the same name: the last one counts', async () => {
    expect(
      await withHeaders([
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
        ['a', '4'],
        ['b', null],
      ]),
    ).toEqual({ 'kafka.header.a': '4', 'kafka.header.b': '' });
  });
  test('with a null value become empty, with an empty name keep it', async () => {
    expect(
      await withHeaders([
        ['n', null],
        ['', 'x'],
      ]),
    ).toEqual({ 'kafka.header.n': '', 'kafka.header.': 'x' });
  });
  test('whose value is not UTF-8 come as base64 under a prefix of their own', async () => {
    expect(
      await withHeaders([
        ['bin', Buffer.from([0xff, 0x00, 0xc3])],
        ['text', 'ż😀'],
      ]),
    ).toEqual({ 'kafka.headerBase64.bin': '/wDD', 'kafka.header.text': 'ż😀' });
  });
  test('whose name is not UTF-8 come with both as base64', async () => {
    expect(
      await withHeaders([
        [Buffer.from([0xc3, 0x28]), 'v'],
        ['ok', 'w'],
      ]),
    ).toEqual({ 'kafka.headerNameBase64.wyg=': 'dg==', 'kafka.header.ok': 'w' });
  });
  test('that look like base64 prefixes are not mistaken for them', async () => {
    expect(
      await withHeaders([
        ['Base64.x', 'plain'],
        ['NameBase64.', 'y'],
      ]),
    ).toEqual({ 'kafka.header.Base64.x': 'plain', 'kafka.header.NameBase64.': 'y' });
  });
  test('of many names, most of them twice: the last of each name counts', async () => {
    const many: [Buffer | string, Buffer | string | null][] = [];
    for (let i = 0; i < 20_000; i++) many.push([`h${i % 10_000}`, `${i}`]);
    const found = await withHeaders(many);
    expect(Object.keys(found)).toHaveLength(10_000);
    expect(found['kafka.header.h7']).toBe('10007');
  });
  test('of any bytes give a message that a strict protobuf reader accepts', async () => {
    const text = new TextDecoder('utf-8', { fatal: true });
    const binary = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));
    const piece = fc.oneof(
      binary,
      fc.string({ unit: 'binary', maxLength: 6 }).map((s) => Buffer.from(s)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(piece, fc.option(piece)), { maxLength: 20 }), async (headers) => {
        const records = recordWithHeaders(headers, null, Buffer.from('v'));
        guest.world.fetched.push([
          {
            topic: 'orders',
            partition: 0,
            epoch: 1,
            records: { baseOffset: 0n, baseTimestamp: 0n, count: 1, records, logAppendTime: false },
          },
        ]);
        const batch = await guest.source.read(CREDIT);
        for (const field of textFields(Buffer.from(batch!.data))) text.decode(field);
        // Every name appears, under exactly one key.
        expect(Object.keys(recordsOf(batch!)[0]!.metadata).filter((key) => key.startsWith('kafka.'))).toHaveLength(
          new Set(headers.map(([name]) => name.toString('latin1'))).size,
        );
      }),
      { numRuns: 150 },
    );
  });

  /** Keys and values of the metadata of the first record, read by hand: protobufjs would repair them. */
  function* textFields(message: Buffer): Generator<Buffer> {
    let at = 0;
    const varint = () => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = message[at++]!;
        value |= (byte & 127) << shift;
        if (byte < 128) return value;
      }
    };
    varint();
    const end = varint() + at;
    while (at < end) {
      const tag = varint();
      if (tag === 0x10) {
        varint();
        continue;
      }
      const size = varint();
      if (tag !== 0x1a) {
        at += size;
        continue;
      }
      for (const entryEnd = at + size; at < entryEnd;) {
        varint();
        const length = varint();
        yield message.subarray(at, (at += length));
      }
    }
  }
});

describe('record sets', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b)));
  const record = fc.record({
    key: bytes,
    value: bytes,
    gap: fc.integer({ min: 0, max: 3 }),
    timestamp: fc.bigInt({ min: 0n, max: 4_000_000_000_000n }),
    headers: fc.dictionary(
      fc.string({ unit: fc.constantFrom('a', 'ż', '-', '.', '😀', 'Z'), maxLength: 4 }),
      fc.string({ maxLength: 10 }),
      { maxKeys: 4, noNullPrototype: true },
    ),
  });
  test('written by kafkajs’ own encoder come out with every byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 30 }), fc.bigInt({ min: 0n, max: 1n << 60n }), async (input, base) => {
        let offset = base;
        const records = input.map((r) => ({ ...r, offset: (offset += BigInt(r.gap) + 1n) }));
        const found = await readBatch(guest, [fetched('orders', 1, records)]);
        expect(found.map((r) => r.position.toString())).toEqual(
          records.map((r) => `{"GroupID":"g","Topic":"orders","Partition":1,"Offset":${r.offset}}`),
        );
        expect(found.map((r) => [raw(r.key), raw(r.payload?.after)])).toEqual(
          records.map((r) => [r.key?.toString('latin1') ?? null, r.value?.toString('latin1') ?? null]),
        );
        expect(found.map((r) => r.metadata)).toEqual(
          records.map((r) => ({
            'opencdc.collection': 'orders',
            'opencdc.readAt': READ_AT,
            'opencdc.createdAt': r.timestamp === 0n ? '0' : `${r.timestamp}000000`,
            ...Object.fromEntries(Object.entries(r.headers).map(([name, value]) => [`kafka.header.${name}`, value])),
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('that are damaged are an error and never a trap', async () => {
    const good = fetched('orders', 0, [
      { key: 'key', value: 'value', headers: { h: 'v', i: 'w' } },
      { value: 'x'.repeat(200) },
      { key: 'z' },
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.records.records.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(good.records.records.length),
        async (changes, cut) => {
          const damaged = Buffer.from(good.records.records);
          for (const [at, byte] of changes) damaged[at] = byte;
          const records = { ...good.records, records: cut % 3 === 0 ? damaged.subarray(0, cut) : damaged };
          const source = await openedAgain();
          source.world.fetched.push([{ ...good, records }]);
          const batch = await source.source.read(CREDIT).catch((error: unknown) => error);
          if (batch instanceof Error) expect(batch).toHaveProperty('payload.kind', 'rejected');
          else recordsOf(batch as never);
          // The instance still works.
          await source.source.teardown();
          await source.source.open(undefined);
          expect(await readBatch(source, [fetched('orders', 0, [{ value: 'after' }])])).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });
  let spare: Guest | null = null;
  const openedAgain = async (): Promise<Guest> => {
    spare ??= await openSource();
    await spare.source.teardown();
    await spare.source.open(undefined);
    return spare;
  };

  test('that are damaged behind good records: the good ones come first, then the error', async () => {
    const set = fetched('orders', 0, [{ value: 'a' }, { value: 'b' }]);
    set.records.count = 3;
    expect(await readBatch(guest, [set])).toHaveLength(2);
    const error = await errorOf(guest.source.read(CREDIT));
    expect(error.kind).toBe('rejected');
    expect(error.text).toBe('failed getting a record: a record set of topic-partition orders-0 is corrupt');
    // A second read fails with the same error: the source does not skip the record.
    expect(await errorOf(guest.source.read(CREDIT))).toEqual(error);
  });

  test('with a record of 99 MiB are read, with one that the guest’s memory cannot take are an error that names it', async () => {
    const sets = (size: number) => [
      fetched('orders', 4, [{ offset: 7n, value: 'small' }, { value: Buffer.alloc(size) }, { value: 'small' }]),
    ];
    guest.world.fetched.push(sets(99 << 20));
    for (let i = 0; i < 3; i++) expect((await guest.source.read(CREDIT))?.count).toBe(1);
    guest.world.fetched.push(sets(100 << 20));
    expect((await guest.source.read(CREDIT))?.count).toBe(1);
    const error = await errorOf(guest.source.read(CREDIT));
    expect(error.kind).toBe('limit-exceeded');
    expect(error.text).toMatch(
      /^failed getting a record: the record at offset 8 of topic-partition orders-4 takes \d+ bytes, the limit is 104857600, which no setting raises$/,
    );
  });
});
