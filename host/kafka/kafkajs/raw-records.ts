/**
 * Modules of kafkajs 2.2.4 that are replaced, most of them so that records stay bytes.
 *
 * kafkajs has no raw mode: it turns every record into an object and back, which costs more than all the rest of it. The
 * version is frozen and pinned; other bytes of a replaced module than the known ones are refused, since a replacement
 * that does not fit loses records. `filterAbortedMessages` is replaced for its faults: it takes the broker's list of
 * aborted transactions as sorted, which it is not, and starts at most one of them per message; the request queue for its timer
 * (`request-queue.ts`).
 *
 * This file must be evaluated before kafkajs, which keeps what it has loaded: `kafkajs.ts` sees to it, and whoever loads kafkajs
 * itself before is refused. A bundle has no module cache of Node's: its builder
 * points kafkajs' own imports of the REPLACED modules at `replacements`, defines KAFKAJS_REPLACED_BY_BUNDLER, and leaves the
 * imports below as they are, so that the stock path works there too.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type stockFilterAbortedMessages from 'kafkajs/src/consumer/filterAbortedMessages.js';
import StockRequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import stockFrame from 'kafkajs/src/protocol/request.js';
import stockDecodeMessages from 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
import stockProduce from 'kafkajs/src/protocol/requests/produce/v3/request.js';
import { ConnectorError } from '../../base/errors.ts';
import { controlKey, readBatches, type FetchedBatch, type Stamp } from '../records/record-batch.ts';
import { requestQueueWithoutIdleTimer } from './request-queue.ts';

export type RecordsPath = 'raw' | 'stock';

/** What is replaced: path in the kafkajs package, SHA-256 of the file that the replacement was written for. */
export const REPLACED = [
  {
    module: 'src/protocol/requests/fetch/v4/decodeMessages.js',
    sha256: 'd9fede59bebf84ee15169d0ecc54df594a11722b6ba8d5db535ed1d8548d4fcc',
  },
  { module: 'src/protocol/requests/produce/v3/request.js', sha256: '993a3db997827088f5acb08cacf3c67a99ec2886303ff465d244329b8a1c7f99' },
  { module: 'src/protocol/request.js', sha256: '2270900ca6474026c11957fe71ac586881985460ed2554db22ad8870dcaff634' },
  { module: 'src/consumer/filterAbortedMessages.js', sha256: '54ce50f2a41ee1686da8b73bf8b502c7dd07c9d7cb0a494cdb36a7fc536ced8e' },
  { module: 'src/network/requestQueue/index.js', sha256: 'b55986089c14f8f7bfc377922e2e65b3e4c1e7c7af2752d3b10a75dfe9e9260c' },
] as const;
export type ReplacedModule = (typeof REPLACED)[number]['module'];

/** One message of a kafkajs batch on the raw path: a whole record batch. */
export interface RawMessage {
  /** Last offset of the batch: what kafkajs resolves, and compares with the fetch position. */
  offset: string;
  isControlRecord: boolean;
  key: Buffer | null;
  value: null;
  batchContext: { producerId: string; inTransaction: boolean };
  batch: FetchedBatch;
}

/** One message handed to kafkajs on the raw path: a whole encoded record batch, alone in its partition. */
export interface RawOutgoing {
  partition: number;
  value: null;
  encoded: Buffer;
}

/** The messages of one send on the stock path, the first of which carries the stamp of their batch. */
interface StampedMessage {
  stamp?: Stamp;
}
export function stamped<M extends object>(messages: M[], stamp: Stamp | null): M[] {
  if (stamp !== null) Object.assign(messages[0]!, { stamp } satisfies StampedMessage);
  return messages;
}

let path: RecordsPath = 'raw';

/** For the whole process, since a fetch response does not say whose it is; consumers understand both kinds of messages. */
export function useRecordsPath(next: RecordsPath): void {
  path = next;
}

type Decoder = Parameters<typeof stockDecodeMessages>[0];

async function decodeMessages(decoder: Decoder): Promise<object[]> {
  if (path === 'stock') return stockDecodeMessages(decoder);
  const size = decoder.readInt32();
  if (size <= 0 || !decoder.canReadBytes(size)) return [];
  return readBatches(decoder.readBytes(size)).map((batch): RawMessage => ({
    offset: String(batch.lastOffset),
    isControlRecord: batch.control,
    key: controlKey(batch),
    value: null,
    batchContext: { producerId: String(batch.producerId), inTransaction: batch.transactional },
    batch,
  }));
}

/** A request body in pieces, for the frame below, which copies them once. */
class Pieces {
  readonly pieces: Uint8Array[] = [];
  length = 0;

  push(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.length += piece.length;
  }
  int16(value: number): void {
    const bytes = Buffer.allocUnsafe(2);
    bytes.writeInt16BE(value);
    this.push(bytes);
  }
  int32(value: number): void {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeInt32BE(value);
    this.push(bytes);
  }
  text(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    this.int16(bytes.length);
    this.push(bytes);
  }
  size(): number {
    return this.length;
  }
  get buffer(): Buffer {
    return Buffer.concat(this.pieces, this.length);
  }
}

type ProduceData = Parameters<typeof stockProduce>[0];
type ProduceRequest = ReturnType<typeof stockProduce>;

function encodedOf(messages: object[]): Buffer | null {
  const first = messages[0] as Partial<RawOutgoing> | undefined;
  return messages.length === 1 && first?.encoded !== undefined ? first.encoded : null;
}

/** A send is of one partition, so its request is too. */
function withStamp(data: ProduceData): ProduceData {
  const [topic] = data.topicData;
  const [entry] = topic?.partitions ?? [];
  const stamp = (entry?.messages[0] as StampedMessage | undefined)?.stamp;
  if (topic === undefined || entry === undefined || stamp === undefined) return data;
  return {
    ...data,
    producerId: String(stamp.producerId),
    producerEpoch: stamp.epoch,
    topicData: [{ ...topic, partitions: [{ ...entry, firstSequence: stamp.sequence }] }],
  };
}

function produce(data: ProduceData): ProduceRequest {
  const raw = data.topicData.every((topic) => topic.partitions.every((entry) => encodedOf(entry.messages) !== null));
  if (!raw || data.topicData.length === 0) return stockProduce(withStamp(data));
  const { acks, timeout, topicData } = data;
  return {
    apiKey: 0,
    apiVersion: 3,
    apiName: 'Produce',
    expectResponse: () => acks !== 0,
    encode: async () => {
      const body = new Pieces();
      body.int16(-1); // no transaction
      body.int16(acks);
      body.int32(timeout);
      body.int32(topicData.length);
      for (const { topic, partitions } of topicData) {
        body.text(topic);
        body.int32(partitions.length);
        for (const { partition, messages } of partitions) {
          const encoded = encodedOf(messages)!;
          body.int32(partition);
          body.int32(encoded.length);
          body.push(encoded);
        }
      }
      return body;
    },
  };
}

type FrameOptions = Parameters<typeof stockFrame>[0];

/** kafkajs copies a request twice more, into zeroed buffers of the next power of two. */
async function frame(options: FrameOptions): Promise<{ buffer: Buffer; size(): number }> {
  const body = await options.request.encode();
  if (path === 'stock' && !(body instanceof Pieces))
    return stockFrame({ ...options, request: { ...options.request, encode: async () => body } });
  const clientId = Buffer.from(options.clientId, 'utf8');
  const headerBytes = 14 + clientId.length;
  const bytes = Buffer.allocUnsafe(headerBytes + body.size());
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.writeInt16BE(options.request.apiKey, 4);
  bytes.writeInt16BE(options.request.apiVersion, 6);
  bytes.writeInt32BE(options.correlationId, 8);
  bytes.writeInt16BE(clientId.length, 12);
  bytes.set(clientId, 14);
  let at = headerBytes;
  for (const piece of body instanceof Pieces ? body.pieces : [body.buffer]) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { buffer: bytes, size: () => bytes.length };
}

interface FilteredMessage {
  offset: string;
  key: Buffer | null;
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
}

/** Read committed: drops what belongs to aborted transactions. Their list comes in no order, and several may begin before a message. */
function filterAbortedMessages({ messages, abortedTransactions }: Parameters<typeof stockFilterAbortedMessages>[0]): object[] {
  if (abortedTransactions === undefined || abortedTransactions === null || abortedTransactions.length === 0) return messages;
  const open = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborted = new Set<string>();
  let next = 0;
  return (messages as FilteredMessage[]).filter(({ offset, key, isControlRecord, batchContext }) => {
    const at = BigInt(offset);
    while (next < open.length && open[next]!.firstOffset <= at) aborted.add(open[next++]!.producerId);
    if (isControlRecord) {
      if (key !== null && key.length >= 4 && key.readInt16BE(2) === 0) aborted.delete(batchContext.producerId);
      return true;
    }
    return !(batchContext.inTransaction && aborted.has(batchContext.producerId));
  });
}

/** By module path, for the bundler. */
export const replacements: Readonly<Record<ReplacedModule, unknown>> = {
  'src/protocol/requests/fetch/v4/decodeMessages.js': decodeMessages,
  'src/protocol/requests/produce/v3/request.js': produce,
  'src/protocol/request.js': frame,
  'src/consumer/filterAbortedMessages.js': filterAbortedMessages,
  'src/network/requestQueue/index.js': requestQueueWithoutIdleTimer(StockRequestQueue),
};

/** Throws ConnectorError `environment` if `source` is not the file that the replacement was written for. */
export function checkReplaced(module: ReplacedModule, source: Uint8Array): void {
  const expected = REPLACED.find((entry) => entry.module === module)!.sha256;
  const actual = createHash('sha256').update(source).digest('hex');
  if (actual !== expected)
    throw new ConnectorError(
      'environment',
      `kafkajs/${module} is not the file of kafkajs 2.2.4 that this connector replaces (expected SHA-256 ${expected}, got ${actual}): install exactly kafkajs 2.2.4`,
    );
}

function install(): void {
  const require = createRequire(import.meta.url);
  // Node notes a module that an import names before it is loaded.
  if (require.cache[require.resolve('kafkajs')]?.loaded === true)
    throw new ConnectorError(
      'environment',
      'kafkajs was loaded before the connector, which replaces modules of it: import the connector first, or kafkajs in another process',
    );
  for (const { module } of REPLACED) {
    const file = require.resolve(`kafkajs/${module}`);
    checkReplaced(module, readFileSync(file));
    require(file);
    require.cache[file]!.exports = replacements[module];
  }
}

declare const KAFKAJS_REPLACED_BY_BUNDLER: boolean | undefined;
if (typeof KAFKAJS_REPLACED_BY_BUNDLER === 'undefined') install();
