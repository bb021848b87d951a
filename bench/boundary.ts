/**
 * `node bench/boundary.ts` measures how fast the component maps records, without Kafka. Each call passes 1,000 records of 200 B through the
 * jco output that the connector runs; the host's capabilities are fakes that cost almost no time.
 */
import type { Outgoing } from '../host/kafka/contract.ts';
import { acksOf, openDestination, openSource, requestOf } from '../test/support/data-path.ts';
import { type Call, FakeWorld } from '../test/support/guest.ts';
import { decode, encode } from '../test/support/protocol.ts';
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
  /** The same with a topic that a template makes: `{{ index .Metadata "opencdc.collection" | lower }}`. */
  templateTopic: Direction;
  /** The same with the format `debezium/json`: structured data, keys and values with schemas. */
  debezium: Direction;
  /** Positions acknowledged, with a commit for each call. */
  ack: Direction;
}

/** A world that does not record the guest's calls. */
class QuietWorld extends FakeWorld {
  override async record(_call: Call): Promise<void> {}
}

const CREDIT = { maxRecords: 100_000, maxBytes: 64 << 20, maxWaitMs: 0 };

/** Calls that are timed together; they take a few tens of milliseconds. */
const CALLS = 20;

/**
 * The speed of the slice that is faster than 90% of them: other work of the machine only adds time to a slice. `prepare` runs before each
 * call and is not timed; CPU time is that of the whole process during the calls.
 */
async function measure(
  recordsPerCall: number,
  seconds: number,
  call: () => Promise<unknown>,
  prepare?: () => Promise<unknown>,
): Promise<Direction> {
  const slices: Direction[] = [];
  const begin = performance.now();
  while (performance.now() - begin < 1000 * seconds || slices.length < 20) {
    let ms = 0;
    let cpuUs = 0;
    for (let i = 0; i < CALLS; i++) {
      await prepare?.();
      const cpu = process.cpuUsage();
      const before = performance.now();
      await call();
      ms += performance.now() - before;
      const { user, system } = process.cpuUsage(cpu);
      cpuUs += user + system;
    }
    const records = CALLS * recordsPerCall;
    slices.push({ recordsPerSecond: (records / ms) * 1000, cpuUsPerRecord: cpuUs / records });
  }
  slices.sort((a, b) => b.recordsPerSecond - a.recordsPerSecond);
  return slices[Math.floor(slices.length / 10)]!;
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
  const writer = async (config: Record<string, string>, written: Uint8Array): Promise<() => Promise<unknown>> => {
    const { destination } = await openDestination(config, world);
    const write = () => destination.write(written);
    await write();
    if (sent.reduce((count, out) => count + out.records.count, 0) !== recordsPerCall)
      throw new Error('the destination did not send every record');
    return write;
  };
  const write = await writer({}, request);
  const writeToTemplate = await writer({ topic: '{{ index .Metadata "opencdc.collection" | lower }}' }, request);
  const writeDebezium = await writer({ 'sdk.record.format': 'debezium/json' }, structuredRequest(recordsPerCall));

  const sourceResult = await measure(recordsPerCall, seconds, read);
  const destinationResult = await measure(recordsPerCall, seconds, write);
  const templateTopic = await measure(recordsPerCall, seconds, writeToTemplate);
  const debezium = await measure(recordsPerCall, seconds, writeDebezium);
  // Positions can be acknowledged only after they were delivered.
  const acking = await openSource({ commitOffsetsSize: '1' }, undefined, new QuietWorld());
  const ackResult = await measure(
    recordsPerCall,
    seconds,
    () => acking.source.ack(acks),
    () => {
      acking.world.fetched.push([set]);
      return acking.source.read(CREDIT);
    },
  );
  return { recordsPerCall, valueBytes, source: sourceResult, destination: destinationResult, templateTopic, debezium, ack: ackResult };
}

/** A write of records with structured data of five fields. */
function structuredRequest(count: number): Buffer {
  const after = {
    fields: {
      id: { numberValue: 4711 },
      name: { stringValue: 'Ada Lovelace' },
      price: { numberValue: 19.99 },
      active: { boolValue: true },
      city: { stringValue: 'London' },
    },
  };
  return requestOf(
    Array.from({ length: count }, (_, i) =>
      encode('opencdc.v1.Record', {
        position: Buffer.from(`p-${i}`),
        operation: 1,
        metadata: { 'opencdc.collection': 'orders', 'opencdc.readAt': '1700000000123000000' },
        key: { raw_data: Buffer.from(`customer-${i % 97}`) },
        payload: { after: { structured_data: after } },
      }),
    ),
  );
}

if (import.meta.main) {
  const result = await measureBoundary();
  console.log(`boundary, ${result.recordsPerCall} records of ${result.valueBytes} B per call`);
  for (const name of ['source', 'destination', 'templateTopic', 'debezium', 'ack'] as const) {
    const { recordsPerSecond, cpuUsPerRecord } = result[name];
    console.log(
      `  ${name.padEnd(14)} ${Math.round(recordsPerSecond).toLocaleString('en-US').padStart(12)} records/s  ${cpuUsPerRecord.toFixed(2)} CPU us/record`,
    );
  }
}
