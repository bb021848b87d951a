import type { AddressInfo } from 'node:net';
import type { ConnectorError } from '../../../host/base/errors.ts';
import type { Log } from '../../../host/base/log.ts';
import { DestinationService, type DestinationServiceOptions } from '../../../host/plugin/services/destination-service.ts';
import { GrpcServer, type Method } from '../../../host/plugin/grpc/server.ts';
import type { Destination } from '../../../host/connector/destination.ts';
import type { Source, SourceSink } from '../../../host/connector/source.ts';
import { WriteQueue, type Collecting, type QueueListener } from '../../../host/sdk/index.ts';
import { SourceService, type SourceServiceOptions } from '../../../host/plugin/services/source-service.ts';
import type { Credit, InvalidParam } from '../../../host/runtime/contract.ts';
import { GrpcClient } from '../../support/grpc-client.ts';
import { decode, encode, type Ack, type OpencdcRecord } from '../../support/protocol.ts';

export const SOURCE = '/connector.v2.SourcePlugin/';
export const DESTINATION = '/connector.v2.DestinationPlugin/';

export function records(from: number, count: number, valueBytes = 10): Buffer {
  const list = Array.from({ length: count }, (_, index) => ({
    position: Buffer.from(`p${from + index}`),
    operation: 1,
    metadata: { 'opencdc.readAt': '1' },
    payload: { after: { raw_data: Buffer.alloc(valueBytes, 'v') } },
  }));
  return encode('connector.v2.Destination.Run.Request', { records: list });
}

export function positionsOf(request: Uint8Array): string[] {
  return decode<{ records: OpencdcRecord[] }>('connector.v2.Destination.Run.Request', request).records.map((record) =>
    record.position.toString(),
  );
}

export function acksOf(responses: readonly Uint8Array[]): { position: string; error: string }[] {
  return responses.flatMap((response) =>
    decode<{ acks: Ack[] }>('connector.v2.Destination.Run.Response', response).acks.map(({ position, error }) => ({
      position: position.toString(),
      error,
    })),
  );
}

export function ackRequest(...positions: string[]): Buffer {
  return encode('connector.v2.Source.Run.Request', { ack_positions: positions.map((position) => Buffer.from(position)) });
}

/** A source whose batches a test emits, and which records the calls to it. */
export class DrivenSource implements Source {
  readonly told: string[] = [];
  readonly acked: string[] = [];
  sink: SourceSink | null = null;
  credit: Partial<Credit> | undefined;
  invalid: InvalidParam[] = [];
  openError: ConnectorError | null = null;
  opened: Uint8Array | null | undefined;
  last: Uint8Array = new Uint8Array(0);

  configure(config: Record<string, string>): Promise<InvalidParam[]> {
    this.told.push(`configure ${JSON.stringify(config)}`);
    return Promise.resolve(this.invalid);
  }
  open(position: Uint8Array | null): Promise<void> {
    this.told.push('open');
    this.opened = position;
    return this.openError === null ? Promise.resolve() : Promise.reject(this.openError);
  }
  run(sink: SourceSink, options?: { credit?: Partial<Credit> }): void {
    this.told.push('run');
    this.sink = sink;
    this.credit = options?.credit;
  }
  resume(): void {
    this.told.push('resume');
  }
  ack(positions: Uint8Array): void {
    this.told.push('ack');
    for (const position of decode<{ ack_positions: Buffer[] }>('connector.v2.Source.Run.Request', positions).ack_positions)
      this.acked.push(position.toString());
  }
  settled(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<Uint8Array> {
    this.told.push('stop');
    return Promise.resolve(this.last);
  }
  teardown(): Promise<void> {
    this.told.push('teardown');
    return Promise.resolve();
  }
  emit(from: number, count: number, valueBytes?: number): boolean {
    this.last = Buffer.from(`p${from + count - 1}`);
    return this.sink!.batch({ data: records(from, count, valueBytes), count, lastPosition: this.last });
  }
}

/** A destination that acknowledges everything, when a test lets it. */
export class FakeDestination implements Destination {
  collecting: Collecting = {};
  readonly told: string[] = [];
  /** Positions of each write. */
  readonly writes: string[][] = [];
  invalid: InvalidParam[] = [];
  respond: (positions: string[]) => object[] = (positions) => positions.map((position) => ({ position: Buffer.from(position) }));
  gate: Promise<void> = Promise.resolve();

  configure(): Promise<InvalidParam[]> {
    this.told.push('configure');
    return Promise.resolve(this.invalid);
  }
  open(): Promise<void> {
    this.told.push('open');
    return Promise.resolve();
  }
  queue(listener: QueueListener): WriteQueue {
    return new WriteQueue({ ...listener, write: (records) => this.write(records), collecting: this.collecting });
  }
  async write(request: Uint8Array): Promise<Uint8Array> {
    const positions = positionsOf(request);
    this.writes.push(positions);
    await this.gate;
    return encode('connector.v2.Destination.Run.Response', { acks: this.respond(positions) });
  }
  stop(): Promise<void> {
    this.told.push('stop');
    return Promise.resolve();
  }
  teardown(): Promise<void> {
    this.told.push('teardown');
    return Promise.resolve();
  }
}

export interface Logged {
  level: string;
  message: string;
}

export interface Fixture<Connector, Service> {
  connector: Connector;
  service: Service;
  client: GrpcClient;
  logged: Logged[];
}

const closers: (() => void)[] = [];

/** For afterEach. */
export function closeAll(): void {
  for (const close of closers.splice(0)) close();
}

async function listen(methods: readonly [string, Method][], maxReceiveBytes = 64 << 20): Promise<GrpcClient> {
  const server = new GrpcServer({ methods: new Map(methods), maxReceiveBytes });
  const { port } = (await server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
  const client = new GrpcClient(`tcp|127.0.0.1:${port}`);
  closers.push(() => {
    client.close();
    server.close();
  });
  return client;
}

function memoryLog(logged: Logged[]): Log {
  return (level, message) => void logged.push({ level, message });
}

export async function serveSource(options: Partial<SourceServiceOptions> = {}): Promise<Fixture<DrivenSource, SourceService>> {
  const connector = new DrivenSource();
  const logged: Logged[] = [];
  const service = new SourceService({ log: memoryLog(logged), connector: () => Promise.resolve(connector), ...options });
  return { connector, service, logged, client: await listen(service.methods()) };
}

export async function serveDestination(
  options: Partial<DestinationServiceOptions> & { collecting?: Collecting } = {},
): Promise<Fixture<FakeDestination, DestinationService>> {
  const connector = new FakeDestination();
  connector.collecting = options.collecting ?? {};
  const logged: Logged[] = [];
  const service = new DestinationService({ log: memoryLog(logged), connector: () => Promise.resolve(connector), ...options });
  return { connector, service, logged, client: await listen(service.methods()) };
}
