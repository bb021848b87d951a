import type { Kafka } from '../../../host/kafka/index.ts';
import type { ConnectorChoice, Connectors } from '../../../host/cli/connector-factory.ts';
import type { Destination } from '../../../host/connector/destination.ts';
import type { Source, SourceSink } from '../../../host/connector/source.ts';
import { WriteQueue, type Collecting, type QueueListener } from '../../../host/sdk/index.ts';
import type { RecordSet } from '../../../host/kafka/contract.ts';
import type { ProducerHandle } from '../../../host/kafka/handles.ts';
import type { Batch, InvalidParam, Param, Specification } from '../../../host/runtime/contract.ts';
import { DEFAULT_LIMITS } from '../../../host/runtime/limits.ts';
import type { ConnectorError } from '../../../host/base/errors.ts';
import { decodeAcks } from '../../../host/conduit/acks.ts';

export function param(name: string, over: Partial<Param> = {}): Param {
  return {
    name,
    description: `About ${name}.`,
    defaultValue: '',
    kind: 'text',
    validations: [],
    secret: false,
    hostImplemented: false,
    ...over,
  };
}

export const SPECIFICATION: Specification = {
  name: 'fake',
  summary: 'A fake.',
  description: 'Two\nlines.',
  version: 'v1.2.3',
  author: 'Nobody',
  sourceParams: [
    param('sdk.batch.size', { kind: 'int', defaultValue: '0', validations: [{ kind: 'greater-than', operand: '-1' }] }),
    param('groupID'),
    param('topics', { validations: [{ kind: 'required', operand: '' }] }),
    param('servers', { validations: [{ kind: 'required', operand: '' }] }),
  ],
  destinationParams: [param('servers', { validations: [{ kind: 'required', operand: '' }] }), param('topic')],
};

/** Record number `n` as a protobuf Record that has only a position, which is all that the command line looks at. */
function recordBytes(n: number): number[] {
  const position = Buffer.from(String(n));
  return [0x0a, 2 + position.length, 0x0a, position.length, ...position];
}

export function batchOf(first: number, count: number): Batch {
  const data: number[] = [];
  for (let n = first; n < first + count; n++) data.push(...recordBytes(n));
  return { data: Uint8Array.from(data), count, lastPosition: Buffer.from(String(first + count - 1)) };
}

/** A source that emits records 0 to `total` - 1 in batches, as fast as its sink takes them. */
export class FakeSource implements Source {
  readonly calls: string[] = [];
  readonly acked: string[] = [];
  opened: Uint8Array | null = null;
  emitted = 0;
  maxAhead = 0;
  problems: InvalidParam[] = [];
  openError: ConnectorError | null = null;
  /** Fails with this after the last record. */
  endError: ConnectorError | null = null;
  total: number;
  batchSize: number;
  #sink: SourceSink | null = null;
  #full = false;
  #stopped = false;

  constructor(total = 0, batchSize = 10) {
    this.total = total;
    this.batchSize = batchSize;
  }

  configure(): Promise<InvalidParam[]> {
    this.calls.push('configure');
    return Promise.resolve(this.problems);
  }

  open(position: Uint8Array | null): Promise<void> {
    this.calls.push('open');
    this.opened = position;
    return this.openError === null ? Promise.resolve() : Promise.reject(this.openError);
  }

  run(sink: SourceSink): void {
    this.calls.push('run');
    this.#sink = sink;
    setImmediate(() => this.#emit());
  }

  resume(): void {
    this.#full = false;
    setImmediate(() => this.#emit());
  }

  ack(positions: Uint8Array): void {
    for (const { position } of decodeAcks(wrap(positions))) this.acked.push(Buffer.from(position).toString());
    this.maxAhead = Math.max(this.maxAhead, this.emitted - this.acked.length);
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<Uint8Array> {
    this.calls.push('stop');
    this.#stopped = true;
    return Promise.resolve(new Uint8Array(0));
  }

  teardown(): Promise<void> {
    this.calls.push('teardown');
    this.#stopped = true;
    return Promise.resolve();
  }

  #emit(): void {
    if (this.#full || this.#stopped) return;
    if (this.emitted >= this.total) {
      if (this.endError !== null) this.#sink?.failed(this.endError);
      return;
    }
    const count = Math.min(this.batchSize, this.total - this.emitted);
    const batch = batchOf(this.emitted, count);
    this.emitted += count;
    this.#full = this.#sink?.batch(batch) === false;
    setImmediate(() => this.#emit());
  }
}

/** A Source.Run.Request as a Destination.Run.Response of the same positions. */
function wrap(request: Uint8Array): Uint8Array {
  const parts: number[] = [];
  for (let at = 0; at < request.length;) {
    const length = request[at + 1] ?? 0;
    parts.push(0x0a, length + 2, ...request.subarray(at, at + 2 + length));
    at += 2 + length;
  }
  return Uint8Array.from(parts);
}

/** A destination that keeps the positions written to it, and, where it was given a producer, prints them through it. */
export class FakeDestination implements Destination {
  collecting: Collecting = {};
  readonly calls: string[] = [];
  readonly written: string[] = [];
  readonly writes: number[] = [];
  problems: InvalidParam[] = [];
  /** An error text for a position, or null. */
  reject: (position: string) => string | null = () => null;
  /** Awaited before each write. */
  delay: () => Promise<void> = () => Promise.resolve();
  options: ConnectorChoice | null = null;

  configure(): Promise<InvalidParam[]> {
    this.calls.push('configure');
    return Promise.resolve(this.problems);
  }

  open(): Promise<void> {
    this.calls.push('open');
    return Promise.resolve();
  }

  queue(listener: QueueListener): WriteQueue {
    return new WriteQueue({ ...listener, write: (records) => this.write(records), collecting: this.collecting });
  }

  async write(records: Uint8Array): Promise<Uint8Array> {
    await this.delay();
    // A record here is an ack without an error: field 1 holds the position.
    const positions = decodeAcks(records).map(({ position }) => Buffer.from(position).toString());
    this.writes.push(positions.length);
    const producer = await this.#producer();
    if (producer !== null) await producer.send([{ topic: 'stdout', records: recordSet(positions) }]);
    const acks: number[] = [];
    for (const position of positions) {
      const error = this.reject(position);
      if (error === null) this.written.push(position);
      const body = [
        0x0a,
        position.length,
        ...Buffer.from(position),
        ...(error === null ? [] : [0x12, error.length, ...Buffer.from(error)]),
      ];
      acks.push(0x0a, body.length, ...body);
    }
    return Uint8Array.from(acks);
  }

  stop(): Promise<void> {
    this.calls.push('stop');
    return Promise.resolve();
  }

  teardown(): Promise<void> {
    this.calls.push('teardown');
    return Promise.resolve();
  }

  async #producer(): Promise<ProducerHandle | null> {
    const capabilities = this.options?.capabilities?.({ read: () => '' }, () => {}, DEFAULT_LIMITS);
    const producer = capabilities?.find((one) => one.interface.startsWith('conduit:kafka/producer@'))?.resources?.['producer'];
    if (producer === undefined) return null;
    const options = { acks: 'all', compression: 'none', maxBatchBytes: 0, deliveryTimeoutMs: 0 };
    const context = { signal: new AbortController().signal };
    const opened = await producer.opens['open']!.call({ servers: [], clientId: '' } as never, options as never, context as never);
    return opened as ProducerHandle;
  }
}

/** Values without keys and headers in Kafka's encoding, for short values. */
function recordSet(values: string[]): RecordSet {
  const records: number[] = [];
  values.forEach((value, index) => {
    const body = [0, 0, ...zigzag(index), 1, ...zigzag(value.length), ...Buffer.from(value), 0];
    records.push(...zigzag(body.length), ...body);
  });
  return { baseOffset: 0n, baseTimestamp: 0n, count: values.length, records: Uint8Array.from(records), logAppendTime: false };
}

function zigzag(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

export interface Fakes extends Connectors {
  sourcePort: FakeSource;
  destinationPort: FakeDestination;
}

export function fakes(source = new FakeSource(), destination = new FakeDestination()): Fakes {
  return {
    sourcePort: source,
    destinationPort: destination,
    specify: () => Promise.resolve(SPECIFICATION),
    source: () => source,
    // As the Kafka component, which is granted a Kafka when it is configured.
    watched: (watch) => {
      watch({} as Kafka, {} as Parameters<typeof watch>[1]);
      return undefined;
    },
    destination: (options) => {
      destination.options = options;
      return destination;
    },
  };
}
