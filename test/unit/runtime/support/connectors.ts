import { beforeAll } from 'vitest';
import { createDestination, createSource } from '../../../../host/connector.ts';
import { type ConnectorError } from '../../../../host/base/errors.ts';
import type { Log, LogLevel } from '../../../../host/base/log.ts';
import { lastFrame } from '../../../../host/conduit/frames.ts';
import type { Batch } from '../../../../host/runtime/contract.ts';
import type { DestinationConnector } from '../../../../host/runtime/destination.ts';
import type { ComponentSource } from '../../../../host/runtime/component.ts';
import type { Placement } from '../../../../host/runtime/port.ts';
import type { Limits } from '../../../../host/runtime/limits.ts';
import type { SourceConnector } from '../../../../host/runtime/source.ts';
import type { FakeKafka } from './fake-kafka.ts';
import { misbehaving } from './misbehaving.ts';

// Compiling takes longer than a test may.
beforeAll(async () => void (await misbehaving()), 90_000);

/** Back-offs are short; a deadline of the guest is for the tests of deadlines to set. */
export const TEST_LIMITS: Partial<Limits> = { teardownMs: 3_000, backoffMinMs: 10, backoffMaxMs: 40 };

export interface HostLine {
  level: LogLevel;
  message: string;
}

/** Collects what a source emits. */
export class TestSink {
  readonly batches: Batch[] = [];
  readonly errors: ConnectorError[] = [];
  /** What `batch` answers. */
  room = true;
  #waiting: (() => void)[] = [];

  batch(batch: Batch): boolean {
    this.batches.push(batch);
    this.#changed();
    return this.room;
  }
  failed(error: ConnectorError): void {
    this.errors.push(error);
    this.#changed();
  }
  get count(): number {
    return this.batches.reduce((sum, batch) => sum + batch.count, 0);
  }
  /** Positions of the last records of the batches. */
  get positions(): string[] {
    return this.batches.map((batch) => Buffer.from(lastFrame(lastFrame(batch.data)!)!).toString());
  }
  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
  async until(condition: (sink: this) => boolean, timeoutMs = 8_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!condition(this)) {
      if (performance.now() > end)
        throw new Error(
          `not within ${timeoutMs} ms; ${this.count} records, errors: ${this.errors.map((error) => error.message).join(', ')}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}

/** Source.Run.Request for the records at these offsets. */
export function acksOf(...offsets: number[]): Uint8Array {
  return Buffer.concat(
    offsets.map((offset) => {
      const position = Buffer.from(String(offset));
      return Buffer.concat([Buffer.from([0x0a, position.length]), position]);
    }),
  );
}
export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Destination.Run.Request of records whose bytes are not read. */
export function recordsOf(count: number, size = 4): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.from([0x0a, size, ...new Array<number>(size).fill(i)])));
}

export interface Rig<C> {
  connector: C;
  kafka: FakeKafka;
  hostLines: HostLine[];
}
export interface RigOptions {
  placement?: Placement;
  component?: ComponentSource;
  limits?: Partial<Limits>;
  config?: Record<string, string>;
}

export async function sourceRig(kafka: FakeKafka, options: RigOptions = {}): Promise<Rig<SourceConnector>> {
  const { log, hostLines } = collectLog();
  const connector = createSource(await optionsOf(kafka, options, log));
  const problems = await connector.configure(options.config ?? {});
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { connector, kafka, hostLines };
}

export async function destinationRig(kafka: FakeKafka, options: RigOptions = {}): Promise<Rig<DestinationConnector>> {
  const { log, hostLines } = collectLog();
  const connector = createDestination(await optionsOf(kafka, options, log));
  const problems = await connector.configure(options.config ?? {});
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { connector, kafka, hostLines };
}

function collectLog(): { log: Log; hostLines: HostLine[] } {
  const hostLines: HostLine[] = [];
  return { hostLines, log: (level, message) => hostLines.push({ level, message }) };
}

async function optionsOf(kafka: FakeKafka, { placement, component, limits }: RigOptions, log: Log) {
  return {
    log,
    placement,
    component: component ?? (await misbehaving()),
    limits: { ...TEST_LIMITS, ...limits },
    capabilities: kafka.table,
  };
}
