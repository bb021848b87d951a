/** Compares the records that the host reads and writes as bytes with kafkajs' own decoding and encoding, record by record. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecOf } from '../../../../host/kafka/records/codecs.ts';
import { encodeBatch } from '../../../../host/kafka/records/record-batch.ts';
import { recordWithHeaders } from '../../../support/record-set.ts';
import {
  consumeByHost,
  consumeByKafkajs,
  encodeByKafkajs,
  readByHost,
  readByKafkajs,
  withHeader,
  type AbortedTransaction,
  type OracleBatch,
  type OracleRecord,
} from './kafkajs-oracle.ts';
import { section } from '../sections.ts';

const LOG_APPEND_TIME = 8;
const TRANSACTIONAL = 16;
const CONTROL = 32;
const RUNS = { numRuns: 200 };

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const nullable = (maxLength: number) => fc.oneof(fc.constant(null), fc.constant(Buffer.alloc(0)), bytes(maxLength));
// kafkajs makes the headers properties of an object, where this name is another thing.
const headerName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((name) => name !== '__proto__');
const headers = fc.dictionary(headerName, fc.oneof(bytes(20), fc.array(bytes(10), { minLength: 2, maxLength: 3 })), { maxKeys: 3 });
const record = fc.record({
  key: nullable(60),
  value: nullable(300),
  headers,
  timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  /** To the record before: 1 where nothing was compacted away. */
  step: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 100_000 }) }),
});

/** Batches as they lie in a partition, one behind the other. */
const partition = fc.array(
  fc.record({
    records: fc.array(record, { minLength: 1, maxLength: 8 }),
    compression: fc.constantFrom(0, 0, 1, 2, 3, 4),
    logAppendTime: fc.boolean(),
    baseTimestamp: fc.bigInt({ min: 2n ** 40n, max: 2n ** 41n }),
    maxTimestamp: fc.bigInt({ min: 2n ** 41n, max: 2n ** 42n }),
    /** Records compacted away at the end of the batch, and whole batches behind it. */
    gaps: fc.record({ tail: fc.constantFrom(0, 0, 7), behind: fc.constantFrom(0, 0, 1000) }),
  }),
  { minLength: 1, maxLength: 5 },
);
type PartitionBatch = typeof partition extends fc.Arbitrary<(infer B)[]> ? B : never;
const start = fc.bigInt({ min: 0n, max: 2n ** 50n });

async function encodePartition(batches: readonly PartitionBatch[], from: bigint): Promise<{ encoded: Buffer; end: bigint }> {
  const parts: Buffer[] = [];
  let baseOffset = from;
  for (const { records, gaps, logAppendTime, ...fields } of batches) {
    let offsetDelta = -1;
    const placed: OracleRecord[] = records.map(({ step, ...rest }) => ({ ...rest, offsetDelta: (offsetDelta += step) }));
    const batch = await encodeByKafkajs({ ...fields, records: placed, baseOffset, producerId: -1n, producerEpoch: -1, sequence: -1 });
    const lastOffsetDelta = offsetDelta + gaps.tail;
    parts.push(withHeader(batch, { attributes: logAppendTime ? LOG_APPEND_TIME : 0, lastOffsetDelta }));
    baseOffset += BigInt(lastOffsetDelta + 1 + gaps.behind);
  }
  return { encoded: Buffer.concat(parts), end: baseOffset };
}

describe('what is read', () => {
  test.each(['java', 'rdkafka'].flatMap((client) => ['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec) => `${client}-${codec}`)))(
    'is what kafkajs reads: batches of %s',
    async (name) => {
      const batches = readFileSync(new URL(`fixtures/${name}.bin`, import.meta.url));
      const expected = await readByKafkajs(batches);
      expect(expected).toHaveLength(400);
      expect(await readByHost(batches)).toEqual(expected);
    },
  );

  test('is what kafkajs reads: any batches, also cut off at the end', async () => {
    await fc.assert(
      fc.asyncProperty(partition, start, fc.nat({ max: 200 }), async (batches, from, cut) => {
        const { encoded } = await encodePartition(batches, from);
        expect(await readByHost(encoded)).toEqual(await readByKafkajs(encoded));
        const part = encoded.subarray(0, Math.max(0, encoded.length - cut));
        // A rest that is shorter than a header is no batch to kafkajs, and breaks its look at the format.
        if (part.length > 61) expect(await readByHost(part)).toEqual(await readByKafkajs(part));
      }),
      RUNS,
    );
  });

  test('is what kafkajs hands out of a fetch in the middle', async () => {
    await fc.assert(
      fc.asyncProperty(partition, start, fc.double({ min: 0, max: 1, noNaN: true }), async (batches, from, at) => {
        const { encoded, end } = await encodePartition(batches, from);
        const fetchOffset = from + BigInt(Math.floor(Number(end - from) * at));
        expect(await consumeByHost(encoded, fetchOffset, [])).toEqual(await consumeByKafkajs(encoded, fetchOffset, []));
      }),
      RUNS,
    );
  });

  test('keeps null headers, which kafkajs can read and not write', async () => {
    const records = Buffer.concat([
      recordWithHeaders([[Buffer.from('h'), null]], null, Buffer.from('v')),
      recordWithHeaders([[Buffer.from('h'), Buffer.alloc(0)]], Buffer.alloc(0), null),
    ]);
    const encoded = encodeBatch({ baseOffset: 0n, baseTimestamp: 5n, count: 2, records, logAppendTime: false }, 5n, null);
    const expected = await readByKafkajs(encoded);
    expect(expected.map((one) => [one.key, one.value, one.headers])).toEqual([
      [null, '76', { h: [null] }],
      ['', null, { h: [''] }],
    ]);
    expect(await readByHost(encoded)).toEqual(expected);
  });
});

/** A producer writes a batch in its transaction, or the transaction ends; producer 0 has no transactions. */
const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ producer: fc.integer({ min: 0, max: 3 }), records: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ producer: fc.integer({ min: 1, max: 3 }), end: fc.constantFrom('abort' as const, 'commit' as const) }),
  },
);
type TransactionEvent = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** The partition that such events leave, and the list of aborted transactions, by first offset. */
async function transactions(events: readonly TransactionEvent[]): Promise<{ encoded: Buffer; aborted: AbortedTransaction[] }> {
  const parts: Buffer[] = [];
  const open = new Map<number, bigint>();
  const aborted: AbortedTransaction[] = [];
  let offset = 0n;
  const append = async (producer: number, attributes: number, records: OracleRecord[]): Promise<void> => {
    const fields: Omit<OracleBatch, 'records'> = {
      baseOffset: offset,
      baseTimestamp: 1n,
      maxTimestamp: 1n,
      compression: 0,
      producerId: producer === 0 ? -1n : BigInt(producer),
      producerEpoch: 0,
      sequence: 0,
    };
    parts.push(withHeader(await encodeByKafkajs({ ...fields, records }), { attributes }));
    offset += BigInt(records.length);
  };
  const plain = (key: Buffer | null, value: string, offsetDelta: number): OracleRecord => ({
    key,
    value: Buffer.from(value),
    headers: {},
    timestampDelta: 0,
    offsetDelta,
  });
  const end = async (producer: number, how: 'abort' | 'commit'): Promise<void> => {
    const first = open.get(producer);
    if (first === undefined) return;
    open.delete(producer);
    if (how === 'abort') aborted.push({ producerId: String(producer), firstOffset: String(first) });
    const marker = Buffer.from([0, 0, 0, how === 'abort' ? 0 : 1]);
    await append(producer, TRANSACTIONAL | CONTROL, [plain(marker, '', 0)]);
  };
  for (const one of events) {
    if ('end' in one) {
      await end(one.producer, one.end);
      continue;
    }
    const { producer, records } = one;
    if (producer !== 0 && !open.has(producer)) open.set(producer, offset);
    const values = Array.from({ length: records }, (_, i) => plain(null, `${producer}@${offset + BigInt(i)}`, i));
    await append(producer, producer === 0 ? 0 : TRANSACTIONAL, values);
  }
  for (const producer of [...open.keys()]) await end(producer, 'abort');
  aborted.sort((a, b) => Number(BigInt(a.firstOffset) - BigInt(b.firstOffset)));
  return { encoded: Buffer.concat(parts), aborted };
}

describe('of transactions', () => {
  // kafkajs is right where the list is sorted and the fetch begins before all of them; aborted-transactions.test.ts has the rest.
  test('the records that kafkajs hands out are handed out, and neither control batches nor aborted records', async () => {
    let abortedRecords = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), async (events) => {
        const { encoded, aborted } = await transactions(events);
        const expected = await consumeByKafkajs(encoded, 0n, aborted);
        expect(await consumeByHost(encoded, 0n, aborted)).toEqual(expected);
        expect(await readByHost(encoded)).toEqual(await readByKafkajs(encoded));
        abortedRecords += (await readByKafkajs(encoded)).filter(({ control }) => !control).length - expected.length;
      }),
      RUNS,
    );
    expect(abortedRecords).toBeGreaterThan(0);
  });
});

describe('what is written', () => {
  const written = fc.record({
    records: fc.array(record, { minLength: 1, maxLength: 10 }),
    compression: fc.constantFrom(0, 1, 2, 3, 4),
    baseTimestamp: fc.bigInt({ min: 0n, max: 2n ** 42n }),
    producerId: fc.oneof(fc.constant(-1n), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })),
    producerEpoch: fc.integer({ min: -1, max: 0x7fff }),
    sequence: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  });

  test('is, byte for byte, the batch that kafkajs makes of the same records', async () => {
    await fc.assert(
      fc.asyncProperty(written, async ({ records, compression, baseTimestamp, ...fields }) => {
        const placed = records.map(({ step: _step, ...rest }, offsetDelta) => ({ ...rest, offsetDelta }));
        const maxTimestamp = baseTimestamp + 9n;
        const set = section(placed, { baseTimestamp });
        const { producerId, producerEpoch, sequence: baseSequence } = fields;
        const ours = encodeBatch(set, maxTimestamp, compression === 0 ? null : codecOf(compression), {
          producerId,
          producerEpoch,
          baseSequence,
        });
        const theirs = await encodeByKafkajs({ ...fields, records: placed, compression, baseOffset: 0n, baseTimestamp, maxTimestamp });
        expect(ours.equals(theirs)).toBe(true);
      }),
      RUNS,
    );
  });
});
