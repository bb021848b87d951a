/** Records sections of Kafka record batches: written by kafkajs' own encoder, read record by record for comparison. */
import { createRequire } from 'node:module';
import type { Fetched, RecordSet } from '../../host/kafka/contract.ts';

const require = createRequire(import.meta.url);
interface KafkajsEncoder {
  buffer: Buffer;
}
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => KafkajsEncoder;

export interface KafkaRecord {
  offset: bigint;
  timestamp: bigint;
  key: Buffer | null;
  value: Buffer | null;
  headers: [Buffer, Buffer | null][];
}

/** What kafkajs can write: header names are text, no header value is null. */
export interface WritableRecord {
  offset?: bigint;
  timestamp?: bigint;
  key?: Buffer | string | null;
  value?: Buffer | string | null;
  headers?: Record<string, Buffer | string | (Buffer | string)[]>;
}

const bytes = (value: Buffer | string | null | undefined): Buffer | null =>
  typeof value === 'string' ? Buffer.from(value) : (value ?? null);

/** A record set by kafkajs' encoder. Offsets count on from the first one where none is given. */
export function recordSet(records: WritableRecord[], options: { logAppendTime?: boolean; baseTimestamp?: bigint } = {}): RecordSet {
  const baseOffset = records[0]?.offset ?? 0n;
  const baseTimestamp = options.baseTimestamp ?? records[0]?.timestamp ?? 0n;
  let next = baseOffset;
  const parts = records.map((record) => {
    const offset = record.offset ?? next;
    next = offset + 1n;
    return encodeRecord({
      offsetDelta: Number(offset - baseOffset),
      timestampDelta: Number((record.timestamp ?? baseTimestamp) - baseTimestamp),
      key: bytes(record.key),
      value: bytes(record.value),
      headers: record.headers ?? {},
    }).buffer;
  });
  return { baseOffset, baseTimestamp, count: records.length, records: Buffer.concat(parts), logAppendTime: options.logAppendTime ?? false };
}

export function fetched(
  topic: string,
  partition: number,
  records: WritableRecord[],
  epoch = 1,
  options: { logAppendTime?: boolean; baseTimestamp?: bigint } = {},
): Fetched {
  return { topic, partition, epoch, records: recordSet(records, options) };
}

const varint = (value: number): number[] => {
  let rest = (value << 1) ^ (value >> 31);
  const out: number[] = [];
  for (rest >>>= 0; rest > 127; rest >>>= 7) out.push((rest & 127) | 128);
  return [...out, rest];
};
const sized = (value: Buffer | null): Buffer =>
  value === null ? Buffer.from(varint(-1)) : Buffer.concat([Buffer.from(varint(value.length)), value]);

/** A record with headers that kafkajs cannot write: any bytes as a name, null as a value. */
export function recordWithHeaders(headers: [Buffer, Buffer | null][], key: Buffer | null, value: Buffer | null): Buffer {
  const body = Buffer.concat([
    Buffer.from([0, 0, 0]),
    sized(key),
    sized(value),
    Buffer.from(varint(headers.length)),
    ...headers.flatMap(([n, v]) => [sized(n), sized(v)]),
  ]);
  return Buffer.concat([Buffer.from(varint(body.length)), body]);
}

/** Reads a set to its last byte; throws where it is not a records section of magic 2. */
export function readRecordSet(set: RecordSet): KafkaRecord[] {
  const data = Buffer.from(set.records);
  let at = 0;
  const number = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at++];
      if (byte === undefined) throw new Error('the set ends within a number');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
  };
  const nullable = (): Buffer | null => {
    const size = Number(number());
    if (size < 0) return null;
    if (at + size > data.length) throw new Error('the set ends within a field');
    return data.subarray(at, (at += size));
  };
  const out: KafkaRecord[] = [];
  for (let i = 0; i < set.count; i++) {
    const size = Number(number());
    const end = at + size;
    if (data[at++] !== 0) throw new Error('attributes are not 0');
    const timestamp = BigInt.asIntN(64, set.baseTimestamp + number());
    const offset = set.baseOffset + number();
    const key = nullable();
    const value = nullable();
    const headers: [Buffer, Buffer | null][] = [];
    for (let n = Number(number()); n > 0; n--) headers.push([nullable() as Buffer, nullable()]);
    if (at !== end) throw new Error(`record ${i} ends at ${at}, not at ${end}`);
    out.push({ offset, timestamp, key, value, headers });
  }
  if (at !== data.length) throw new Error(`${data.length - at} bytes behind the last record`);
  return out;
}
