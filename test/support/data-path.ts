/** The guest's data path in the hands of a test: what a source makes of Kafka records, what a destination makes of OpenCDC records. */
import type { Fetched, Outgoing } from '../../host/kafka/contract.ts';
import type { Batch, Credit } from '../../host/runtime/contract.ts';
import { FakeWorld, type Guest, problemsOf, startGuest } from './guest.ts';
import { type Ack, type OpencdcRecord, decode, encode } from './protocol.ts';
import { type KafkaRecord, readRecordSet } from './record-set.ts';

export const CREDIT: Credit = { maxRecords: 1000, maxBytes: 4 << 20, maxWaitMs: 10 };

async function configured(side: 'source' | 'destination', config: Record<string, string>, world: FakeWorld): Promise<Guest> {
  const guest = await startGuest(world);
  const problems = await problemsOf(guest, side, { servers: 'localhost:9092', ...config });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return guest;
}

/** A source that is open. */
export async function openSource(
  config: Record<string, string> = {},
  position?: Uint8Array | string,
  world = new FakeWorld(),
): Promise<Guest> {
  const guest = await configured('source', { topics: 'orders', groupID: 'g', ...config }, world);
  await guest.source.open(typeof position === 'string' ? Buffer.from(position) : position);
  return guest;
}

export function recordsOf(batch: Batch): OpencdcRecord[] {
  return decode<{ records: OpencdcRecord[] }>('connector.v2.Source.Run.Response', Buffer.from(batch.data)).records;
}

/** One read of what a poll finds. */
export async function readBatch(guest: Guest, found: Fetched[], credit: Credit = CREDIT): Promise<OpencdcRecord[]> {
  guest.world.fetched.push(found);
  const batch = await guest.source.read(credit);
  if (batch === undefined) return [];
  const records = recordsOf(batch);
  if (records.length !== batch.count) throw new Error(`count is ${batch.count}, the batch holds ${records.length}`);
  if (Buffer.compare(batch.lastPosition, records.at(-1)?.position ?? Buffer.alloc(0)) !== 0)
    throw new Error('lastPosition is not the position of the last record');
  return records;
}

/** A Source.Run.Request. */
export function acksOf(positions: (Buffer | string)[]): Buffer {
  return requestOf(positions.map((position) => Buffer.from(position)));
}

/** A destination that is open. */
export async function openDestination(config: Record<string, string> = {}, world = new FakeWorld()): Promise<Guest> {
  const guest = await configured('destination', { topic: 'out', ...config }, world);
  await guest.destination.open();
  return guest;
}

export interface Written {
  acks: Ack[];
  outgoing: Outgoing[];
  /** All records of all sets. */
  records: (KafkaRecord & { topic: string })[];
}

/** One write of the bytes of a Destination.Run.Request. */
export async function writeBytes(guest: Guest, request: Uint8Array): Promise<Written> {
  const before = guest.world.of('producer.send').length;
  const response = await guest.destination.write(request);
  const outgoing = guest.world
    .of('producer.send')
    .slice(before)
    .flatMap((call) => call.outgoing);
  return {
    acks: decode<{ acks: Ack[] }>('connector.v2.Destination.Run.Response', Buffer.from(response)).acks,
    outgoing,
    records: outgoing.flatMap((set) => readRecordSet(set.records).map((record) => ({ ...record, topic: set.topic }))),
  };
}

/** A message with these bytes in field 1, repeated: a Destination.Run.Request of encoded records, a Source.Run.Request of positions. */
export function requestOf(records: Uint8Array[]): Buffer {
  const size = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...size(n >>> 7)]);
  return Buffer.concat(records.flatMap((record) => [Buffer.from([0x0a, ...size(record.length)]), record]));
}

export function write(guest: Guest, records: object[]): Promise<Written> {
  return writeBytes(guest, requestOf(records.map((record) => encode('opencdc.v1.Record', record))));
}
