/**
 * kafkajs' own, unchanged way with records, which makes an object of each: another hand than the one that is tested. It reads what a broker
 * sent and writes what a broker gets.
 */
import { createRequire } from 'node:module';
import '../../../support/plain-kafkajs.ts'; // for its codecs
import { decodeMessages, type BatchMessage } from '../../../../host/kafka/kafkajs/batch-messages.ts';
import { loadPrivately } from '../../../../host/kafka/kafkajs/private-copy.ts';
import { REPLACED_MODULES } from '../../../../host/kafka/kafkajs/replaced-modules.ts';
import { crc32c } from '../../../../host/kafka/records/crc32c.ts';
import { MAX_UNCOMPRESSED_BYTES, openBatch } from '../../../../host/kafka/records/record-batch.ts';
import { trimBelow } from '../../../../host/kafka/records/record-set.ts';
import type { RecordSet } from '../../../../host/kafka/contract.ts';
import { readRecordSet } from '../../../support/record-set.ts';

const require = createRequire(import.meta.url);

interface StockMessage {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | null | (Buffer | null)[]>;
  isControlRecord: boolean;
}
interface Decoder {
  readInt32(): number;
  canReadBytes(size: number): boolean;
  readBytes(size: number): Buffer;
}
export interface AbortedTransaction {
  producerId: string;
  firstOffset: string;
}
type BatchClass<M> = new (
  topic: string,
  fetchedOffset: string,
  data: { partition: number; highWatermark: string; abortedTransactions: AbortedTransaction[]; messages: M[] },
) => { messages: M[] };

const StockDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoder;
const stockDecodeMessages = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages') as (
  decoder: Decoder,
) => Promise<StockMessage[]>;
const StockBatch = require('kafkajs/src/consumer/batch') as BatchClass<StockMessage>;
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(options: object): Promise<{ buffer: Buffer }>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object;
const HostBatch = loadPrivately(
  require.resolve('kafkajs').replace(/index\.js$/, ''),
  REPLACED_MODULES,
)('src/consumer/batch.js') as BatchClass<BatchMessage>;

/** All fields of a record, for comparison. */
export interface PlainRecord {
  offset: string;
  timestamp: string;
  /** Hexadecimal, like the values. */
  key: string | null;
  value: string | null;
  /** By name, in the order of the name's values: kafkajs does not keep the order of different names. */
  headers: Record<string, (string | null)[]>;
  control: boolean;
}

const hex = (bytes: Buffer | null): string | null => (bytes === null ? null : bytes.toString('hex'));

function ofStock({ offset, timestamp, key, value, headers, isControlRecord }: StockMessage): PlainRecord {
  const lists = Object.entries(headers).map(([name, values]) => [name, (Array.isArray(values) ? values : [values]).map(hex)]);
  return {
    offset,
    timestamp,
    key: hex(key),
    value: hex(value),
    headers: Object.fromEntries(lists) as PlainRecord['headers'],
    control: isControlRecord,
  };
}

function ofSet(set: RecordSet, control: boolean): PlainRecord[] {
  return readRecordSet(set).map(({ offset, timestamp, key, value, headers }) => {
    const lists: PlainRecord['headers'] = {};
    for (const [name, one] of headers) (lists[name.toString()] ??= []).push(hex(one));
    const at = set.logAppendTime ? set.baseTimestamp : timestamp;
    return { offset: String(offset), timestamp: String(at), key: hex(key), value: hex(value), headers: lists, control };
  });
}

/** One partition of a fetch response: size, then record batches. */
function decoderOf(batches: Buffer): Decoder {
  const size = Buffer.alloc(4);
  size.writeInt32BE(batches.length);
  return new StockDecoder(Buffer.concat([size, batches]));
}

export async function readByKafkajs(batches: Buffer): Promise<PlainRecord[]> {
  return (await stockDecodeMessages(decoderOf(batches))).map(ofStock);
}

export async function readByHost(batches: Buffer): Promise<PlainRecord[]> {
  const messages = await decodeMessages(decoderOf(batches));
  return messages.flatMap(({ batch, isControlRecord }) => ofSet(openBatch(batch, MAX_UNCOMPRESSED_BYTES), isControlRecord));
}

/** The records that a handler of kafkajs gets from a fetch at this offset. */
export async function consumeByKafkajs(batches: Buffer, fetchOffset: bigint, aborted: AbortedTransaction[]): Promise<PlainRecord[]> {
  const messages = await stockDecodeMessages(decoderOf(batches));
  const data = { partition: 0, highWatermark: '0', abortedTransactions: aborted, messages };
  return new StockBatch('t', String(fetchOffset), data).messages.map(ofStock);
}

/** The records that a guest gets from the same fetch. */
export async function consumeByHost(batches: Buffer, fetchOffset: bigint, aborted: AbortedTransaction[]): Promise<PlainRecord[]> {
  const messages = await decodeMessages(decoderOf(batches));
  const data = { partition: 0, highWatermark: '0', abortedTransactions: aborted, messages };
  return new HostBatch('t', String(fetchOffset), data).messages.flatMap(({ batch }) => {
    const set = trimBelow(openBatch(batch, MAX_UNCOMPRESSED_BYTES), fetchOffset);
    return set === null ? [] : ofSet(set, false);
  });
}

export interface OracleRecord {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | Buffer[]>;
  timestampDelta: number;
  offsetDelta: number;
}

export interface OracleBatch {
  records: readonly OracleRecord[];
  baseOffset: bigint;
  baseTimestamp: bigint;
  maxTimestamp: bigint;
  /** As in a batch's attributes. */
  compression: number;
  producerId: bigint;
  producerEpoch: number;
  sequence: number;
}

/** A record batch by kafkajs' encoder. */
export async function encodeByKafkajs(batch: OracleBatch): Promise<Buffer> {
  const { records, baseOffset, baseTimestamp, maxTimestamp, producerId, producerEpoch, sequence, compression } = batch;
  const { buffer } = await RecordBatch({
    compression,
    firstOffset: String(baseOffset),
    firstTimestamp: String(baseTimestamp),
    maxTimestamp: String(maxTimestamp),
    partitionLeaderEpoch: -1,
    lastOffsetDelta: records.length - 1,
    producerId: String(producerId),
    producerEpoch,
    firstSequence: sequence,
    records: records.map((record) => encodeRecord(record)),
  });
  return Buffer.from(buffer);
}

/** What a broker makes of a batch: other attributes, and a last offset that stays when the last records are compacted away. */
export function withHeader(batch: Buffer, { attributes = 0, lastOffsetDelta }: { attributes?: number; lastOffsetDelta?: number }): Buffer {
  const changed = Buffer.from(batch);
  changed.writeInt16BE(changed.readInt16BE(21) | attributes, 21);
  if (lastOffsetDelta !== undefined) changed.writeInt32BE(lastOffsetDelta, 23);
  changed.writeUInt32BE(crc32c(changed.subarray(21)), 17);
  return changed;
}
