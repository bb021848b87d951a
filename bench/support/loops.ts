/**
 * `node loops.ts '<Loop as JSON>'` runs one measurement and prints a Speed as JSON. Each runs in a process of its own, so that the CPU time of the
 * process is that of the loop.
 */
import { tuneHeap } from '../../host/plugin/process/heap.ts';
import type { Batch } from '../../host/runtime/contract.ts';

export type LoopKind =
  | 'source'
  | 'source, bare kafkajs'
  | 'source, Avro'
  | 'destination'
  | 'destination, raw values'
  | 'destination, bare kafkajs'
  | 'destination, Avro'
  | 'pipe'
  | 'pipe, Avro';
export interface Loop {
  kind: LoopKind;
  servers: string;
  /** Read by every loop. */
  input: string;
  /** Written by the destinations. */
  output: string;
  records: number;
  /** For the loops with Avro. */
  avro?: AvroLoop;
}
export interface AvroLoop {
  registry: string;
  schema: string;
}
export interface Speed {
  recordsPerSecond: number;
  cpuUsPerRecord: number;
  peakMb: number;
}

/** Records of one `send`, and of one write. */
const BATCH_RECORDS = 1000;
/** Brokers take batches of at most 1 MiB by default, and kafkajs does not split a batch. */
const MAX_SEND_BYTES = 950_000;
/** Conduit sends acknowledgements when so many have collected, or once a second. */
const ACK_RECORDS = 10_000;
/** Records before the measurement begins: by then the code is compiled and the consumer has joined its group. */
const WARM_UP_RECORDS = 20_000;

const log = (): void => {};
/** Loads the connector only in a loop that measures it, because the memory of the process is measured too. */
const connector = async (): Promise<typeof import('../../host/connector.ts')> => {
  tuneHeap(); // as the plugin does
  return import('../../host/connector.ts');
};
const bareKafkajs = async (): Promise<typeof import('kafkajs')> => (await import('kafkajs')).default;

class Meter {
  readonly #records: number;
  readonly #done: (speed: Speed) => void;
  #count = 0;
  #from: { count: number; at: number; cpu: NodeJS.CpuUsage } | null = null;

  constructor(records: number, done: (speed: Speed) => void) {
    this.#records = records;
    this.#done = done;
  }

  /** Counts records; returns false when enough were counted. */
  add(count: number): boolean {
    this.#count += count;
    if (this.#from === null) {
      if (this.#count >= WARM_UP_RECORDS) this.#from = { count: this.#count, at: performance.now(), cpu: process.cpuUsage() };
      return true;
    }
    if (this.#count < this.#records) return true;
    const { user, system } = process.cpuUsage(this.#from.cpu);
    const records = this.#count - this.#from.count;
    const seconds = (performance.now() - this.#from.at) / 1000;
    this.#done({
      recordsPerSecond: records / seconds,
      cpuUsPerRecord: (user + system) / records,
      peakMb: process.resourceUsage().maxRSS / 1024,
    });
    return false;
  }
}

async function measure({ kind, servers, input, output, records, avro }: Loop): Promise<Speed> {
  const decoding: Record<string, string> = avro === undefined ? {} : { valueFormat: 'avro', 'schemaRegistry.url': avro.registry };
  const encoding: Record<string, string> =
    avro === undefined ? {} : { ...decoding, valueSchema: avro.schema, 'schemaRegistry.autoRegister': 'true' };
  switch (kind) {
    case 'source':
    case 'source, Avro':
      return new Promise((resolve, reject) => {
        const meter = new Meter(records, resolve);
        let acks: Uint8Array[] = [];
        let unacked = 0;
        void readAll({ servers, topics: input, ...decoding }, (batch, ack) => {
          acks.push(ackAll(batch));
          unacked += batch.count;
          if (unacked >= ACK_RECORDS) {
            ack(Buffer.concat(acks));
            acks = [];
            unacked = 0;
          }
          return meter.add(batch.count);
        }).catch(reject);
      });
    case 'source, bare kafkajs': {
      const { Kafka, logLevel } = await bareKafkajs();
      const consumer = new Kafka({ brokers: servers.split(','), logLevel: logLevel.NOTHING }).consumer({
        groupId: `bench-${crypto.randomUUID()}`,
      });
      await consumer.connect();
      await consumer.subscribe({ topic: input, fromBeginning: true });
      return new Promise((resolve, reject) => {
        const meter = new Meter(records, resolve);
        consumer
          .run({
            eachBatch: async ({ batch }) => {
              let count = 0;
              for (const { value } of batch.messages) if (value !== null) count++;
              meter.add(count);
            },
          })
          .catch(reject);
      });
    }
    case 'destination, bare kafkajs': {
      const { Kafka, CompressionTypes, Partitioners, logLevel } = await bareKafkajs();
      const producer = new Kafka({ brokers: servers.split(','), logLevel: logLevel.NOTHING }).producer({
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      const values = await valuesOf(servers, input);
      const sendRecords = Math.min(BATCH_RECORDS, Math.floor(MAX_SEND_BYTES / (values[0]!.length + 30)));
      return new Promise((resolve, reject) => {
        const meter = new Meter(records, resolve);
        (async () => {
          for (let more = true, n = 0; more; n++) {
            const messages = Array.from({ length: sendRecords }, (_, i) => ({
              key: String(i),
              value: values[(n * sendRecords + i) % values.length]!,
            }));
            await producer.send({ topic: output, messages, acks: -1, compression: CompressionTypes.None });
            more = meter.add(sendRecords);
          }
        })().catch(reject);
      });
    }
    case 'pipe':
    case 'pipe, Avro': {
      const { createSource, createDestination } = await connector();
      const { transfer } = await import('../../host/cli/commands/transfer.ts');
      const { composeSource } = await import('../../host/connector/source.ts');
      const { composeDestination } = await import('../../host/connector/destination.ts');
      const { ShutdownBudget } = await import('../../host/cli/commands/shutdown-budget.ts');
      const source = createSource({ log });
      const destination = createDestination({ log });
      for (const invalid of [
        await source.configure({ servers, topics: input, groupID: `bench-${crypto.randomUUID()}`, readFromBeginning: 'true', ...decoding }),
        await destination.configure({ servers, topic: output, compression: 'none', 'sdk.record.format': 'raw', ...encoding }),
      ])
        if (invalid.length > 0) throw new Error(JSON.stringify(invalid));
      await destination.open();
      await source.open(null);
      const stop = new AbortController();
      return new Promise((resolve, reject) => {
        const meter = new Meter(records, resolve);
        transfer(composeSource(source, { log, connectorId: '', schemas: null }), {
          destination: composeDestination(destination, { log, schemas: null }),
          ended: () => Promise.resolve(false),
          stop: stop.signal,
          budget: new ShutdownBudget(stop.signal),
          credit: {},
          taken: () => {},
          written: (count) => void (meter.add(count) || stop.abort()),
        }).catch(reject);
      });
    }
    default: {
      const destination = (await connector()).createDestination({ log });
      const format: Record<string, string> = kind === 'destination' ? {} : { 'sdk.record.format': 'raw', ...encoding };
      const invalid = await destination.configure({ servers, topic: output, compression: 'none', ...format });
      if (invalid.length > 0) throw new Error(JSON.stringify(invalid));
      await destination.open();
      const batches = await someBatches({ servers, topics: input, ...decoding });
      return new Promise((resolve, reject) => {
        const meter = new Meter(records, resolve);
        (async () => {
          for (let more = true, n = 0; more; n++) {
            const { data, count } = batches[n % batches.length]!;
            await destination.write(data);
            more = meter.add(count);
          }
        })().catch(reject);
      });
    }
  }
}

/** Reads until `take` returns false. The source stays open: the process ends after that. */
async function readAll(
  settings: Record<string, string>,
  take: (batch: Batch, ack: (positions: Uint8Array) => void) => boolean,
): Promise<void> {
  const source = (await connector()).createSource({ log });
  const invalid = await source.configure({ ...settings, groupID: `bench-${crypto.randomUUID()}`, readFromBeginning: 'true' });
  if (invalid.length > 0) throw new Error(JSON.stringify(invalid));
  await source.open(null);
  await new Promise<void>((resolve, reject) => {
    source.run(
      { batch: (batch) => take(batch, (positions) => source.ack(positions)) || (resolve(), false), failed: reject },
      { credit: { maxRecords: BATCH_RECORDS } },
    );
  });
}

async function someBatches(settings: Record<string, string>): Promise<Batch[]> {
  const batches: Batch[] = [];
  await readAll(settings, (batch) => {
    batches.push({ ...batch, data: Uint8Array.from(batch.data) });
    return batches.length < 20;
  });
  return batches;
}

async function valuesOf(servers: string, input: string): Promise<Buffer[]> {
  const { Kafka, logLevel } = await bareKafkajs();
  const consumer = new Kafka({ brokers: servers.split(','), logLevel: logLevel.NOTHING }).consumer({
    groupId: `bench-${crypto.randomUUID()}`,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: input, fromBeginning: true });
  const values: Buffer[] = [];
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) values.push(value!);
        if (values.length >= 20 * BATCH_RECORDS) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values.slice(0, 20 * BATCH_RECORDS);
}

/** Positions of a batch as Conduit would acknowledge them: the first field of each record, in the same order. */
function ackAll(batch: Batch): Uint8Array {
  const positions: Uint8Array[] = [];
  let bytes = 0;
  const { data } = batch;
  let at = 0;
  const length = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = data[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < data.length) {
    at++;
    const size = length();
    const end = at + size;
    const start = at;
    if (data[at++] !== 10) throw new Error('expected the position first in a record');
    const positionSize = length();
    at += positionSize;
    positions.push(data.subarray(start, at));
    bytes += at - start;
    at = end;
  }
  const acks = Buffer.allocUnsafe(bytes);
  let to = 0;
  for (const position of positions) {
    acks.set(position, to);
    to += position.length;
  }
  return acks;
}

if (import.meta.main) {
  const speed = await measure(JSON.parse(process.argv[2]!) as Loop);
  process.stdout.write(`${JSON.stringify(speed)}\n`, () => process.exit(0));
}
