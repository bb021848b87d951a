/** Record sets for tests, encoded by kafkajs' own record encoder, which is independent of the code under test. */
import { createRequire } from 'node:module';
import type { RecordSet } from '../../../host/kafka/contract.ts';

export interface TestRecord {
  key?: string | Buffer | null;
  value: string | Buffer | null;
  headers?: Record<string, string | Buffer | (string | Buffer)[]>;
  timestampDelta?: number;
  offsetDelta?: number;
}

interface Encoded {
  buffer: Buffer;
}
const encodeRecord = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoded;

/** The current time: with an older timestamp brokers would delete the records, with a later one they would never roll the segment. */
export const now = (): bigint => BigInt(Date.now());

/** A records section; offset deltas count from 0 unless given. */
export function section(records: readonly TestRecord[], bases: Partial<RecordSet> = {}): RecordSet {
  const encoded = records.map((record, i) =>
    encodeRecord({ offsetDelta: i, timestampDelta: 0, headers: {}, ...record, key: record.key ?? null }),
  );
  return {
    baseOffset: 0n,
    baseTimestamp: now(),
    count: records.length,
    records: Buffer.concat(encoded.map(({ buffer }) => buffer)),
    logAppendTime: false,
    ...bases,
  };
}

/** `count` records `key-<i>` / `value-<i>`, counted from `from`. */
export function numbered(count: number, from = 0, keyed = true): TestRecord[] {
  return Array.from({ length: count }, (_, i) => ({ key: keyed ? `key-${from + i}` : null, value: `value-${from + i}` }));
}

export interface DecodedRecord {
  offset: number;
  timestamp: number;
  key: string | null;
  value: string | null;
  headers: [string, string | null][];
}

/** What is in a record set, read by a plain decoder of the specification (KIP-98). */
export function decode(set: RecordSet): DecodedRecord[] {
  const bytes = Buffer.from(set.records);
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
  };
  const text = (): string | null => {
    const length = varint();
    if (length < 0) return null;
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const records: DecodedRecord[] = [];
  while (at < bytes.length) {
    const length = varint();
    const end = at + length;
    at++;
    const timestamp = Number(set.baseTimestamp) + varint();
    const offset = Number(set.baseOffset) + varint();
    const key = text();
    const value = text();
    const headers: [string, string | null][] = [];
    for (let left = varint(); left > 0; left--) headers.push([text()!, text()]);
    if (at !== end) throw new Error(`expected a record to end at ${end}, it ends at ${at}`);
    records.push({ offset, timestamp, key, value, headers });
  }
  if (records.length !== set.count) throw new Error(`expected ${set.count} records, got ${records.length}`);
  return records;
}
