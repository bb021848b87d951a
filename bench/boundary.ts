/**
 * The boundary alone: how fast the component maps records, with nothing behind it. 1,000 records of 200 B in one call each way, through
 * the same jco output that the connector runs; the host's side is a fake that costs next to nothing. `node bench/boundary.ts`.
 */
import type { Outgoing } from '../host/runtime/contract.ts';
import { acksOf, openDestination, openSource } from '../test/support/data-path.ts';
import { type Call, FakeWorld } from '../test/support/guest.ts';
import { decode } from '../test/support/protocol.ts';
import { fetched } from '../test/support/record-set.ts';

export interface Direction {
  recordsPerSecond: number;
  cpuUsPerRecord: number;
}
export interface Boundary {
  recordsPerCall: number;
  valueBytes: number;
  /** Kafka record set -> batch of OpenCDC records. */
  source: Direction;
  /** OpenCDC records -> Kafka record set with opencdc/json values, and the acks. */
  destination: Direction;
  /** Positions acknowledged, with a commit for each call. */
  ack: Direction;
}

/** A world that keeps nothing of what it was asked. */
class QuietWorld extends FakeWorld {
  override async record(_call: Call): Promise<void> {}
}

const CREDIT = { maxRecords: 100_000, maxBytes: 64 << 20, maxWaitMs: 0 };

/** Best of some rounds: the machine's other work only ever adds time. CPU time is that of the whole process. */
async function measure(recordsPerCall: number, seconds: number, call: () => Promise<unknown>): Promise<Direction> {
  const until = performance.now() + 300 * seconds;
  while (performance.now() < until) await call();
  let best: Direction = { recordsPerSecond: 0, cpuUsPerRecord: Infinity };
  for (let round = 0; round < 5; round++) {
    const cpu = process.cpuUsage();
    const begin = performance.now();
    let records = 0;
    while (performance.now() - begin < (1000 * seconds) / 5) {
      await call();
      records += recordsPerCall;
    }
    const ms = performance.now() - begin;
    const { user, system } = process.cpuUsage(cpu);
    if (records / ms > best.recordsPerSecond / 1000)
      best = { recordsPerSecond: (records / ms) * 1000, cpuUsPerRecord: (user + system) / records };
  }
  return best;
}

export async function measureBoundary(options: { recordsPerCall?: number; valueBytes?: number; seconds?: number } = {}): Promise<Boundary> {
  const { recordsPerCall = 1000, valueBytes = 200, seconds = 2 } = options;
  const value = Buffer.from('abcdefghij'.repeat(Math.ceil(valueBytes / 10)).slice(0, valueBytes));
  const set = fetched(
    'orders',
    3,
    Array.from({ length: recordsPerCall }, (_, i) => ({
      offset: 5_000_000n + BigInt(i),
      timestamp: 1_700_000_000_123n + BigInt(i),
      key: `customer-${i % 97}`,
      value,
      headers: { trace: `t-${i}` },
    })),
  );

  const source = await openSource({ commitOffsetsSize: '1' }, undefined, new QuietWorld());
  const read = async () => {
    source.world.fetched.push([set]);
    return source.source.read(CREDIT);
  };
  const batch = await read();
  if (batch?.count !== recordsPerCall) throw new Error('the source did not return every record');
  const request = Buffer.from(batch.data);
  const { records } = decode<{ records: { position: Buffer }[] }>('connector.v2.Source.Run.Response', request);
  const acks = acksOf(records.map((record) => record.position));

  let sent: Outgoing[] = [];
  const world = new (class extends QuietWorld {
    override async record(call: Call): Promise<void> {
      if (call.name === 'producer.send') sent = call.outgoing;
    }
  })();
  const destination = await openDestination({}, world);
  const write = () => destination.destination.write(request);
  await write();
  if (sent.reduce((count, out) => count + out.records.count, 0) !== recordsPerCall)
    throw new Error('the destination did not send every record');

  await source.source.ack(acks);
  const sourceResult = await measure(recordsPerCall, seconds, read);
  const destinationResult = await measure(recordsPerCall, seconds, write);
  // An acknowledgement needs its delivery, so each round reads and acknowledges in a fresh source; the reads are taken off again.
  const acking = await openSource({ commitOffsetsSize: '1' }, undefined, new QuietWorld());
  const both = await measure(recordsPerCall, seconds, async () => {
    acking.world.fetched.push([set]);
    await acking.source.read(CREDIT);
    await acking.source.ack(acks);
  });
  const ackUs = Math.max(0.001, 1e6 / both.recordsPerSecond - 1e6 / sourceResult.recordsPerSecond);
  return {
    recordsPerCall,
    valueBytes,
    source: sourceResult,
    destination: destinationResult,
    ack: { recordsPerSecond: 1e6 / ackUs, cpuUsPerRecord: Math.max(0, both.cpuUsPerRecord - sourceResult.cpuUsPerRecord) },
  };
}

if (import.meta.main) {
  const result = await measureBoundary();
  console.log(`boundary, ${result.recordsPerCall} records of ${result.valueBytes} B per call`);
  for (const name of ['source', 'destination', 'ack'] as const) {
    const { recordsPerSecond, cpuUsPerRecord } = result[name];
    console.log(
      `  ${name.padEnd(12)} ${Math.round(recordsPerSecond).toLocaleString('en-US').padStart(12)} records/s  ${cpuUsPerRecord.toFixed(2)} CPU us/record`,
    );
  }
}
