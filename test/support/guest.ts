/**
 * The built component on its own, with capabilities that a test writes: what the guest asks is recorded, what it gets is given.
 * One instance per `startGuest`; calls of one instance must not overlap.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  Connection,
  ConsumerOptions,
  Fetched,
  Outgoing,
  PartitionCommit,
  ProducerOptions,
  SendFailure,
  Topic,
} from '../../host/kafka/contract.ts';
import type { InvalidParam, WitError } from '../../host/runtime/contract.ts';
import type { GuestExports } from '../../host/runtime/exports.ts';

const BUILT = path.resolve(import.meta.dirname, '../../dist/component');

export type Call =
  | { name: 'consumer.open'; connection: Connection; options: ConsumerOptions }
  | { name: 'consumer.poll'; maxRecords: number; maxBytes: number; maxWaitMs: number }
  | { name: 'consumer.commit'; offsets: PartitionCommit[] }
  | { name: 'consumer.list-topics' }
  | { name: 'consumer.subscribe'; topics: string[] }
  | { name: 'consumer.close' }
  | { name: 'producer.open'; connection: Connection; options: ProducerOptions }
  | { name: 'producer.send'; outgoing: Outgoing[] }
  | { name: 'producer.close' };
export type CallName = Call['name'];
type CallOf<N extends CallName> = Extract<Call, { name: N }>;

/** What one instance can reach, in the hands of the test. */
export class FakeWorld {
  readonly calls: Call[] = [];
  readonly logs: { level: string; message: string; fields: [string, string][] }[] = [];
  /** Answers of `poll`, one after the other; then it finds nothing. */
  readonly fetched: Fetched[][] = [];
  /** What `list-topics` finds. */
  topics: Topic[] = [];
  /** Answer of every `send`, or a function of what was sent. */
  failures: SendFailure[] | ((outgoing: Outgoing[]) => SendFailure[]) = [];
  /** These calls fail with this error until it is taken away. */
  readonly fail = new Map<CallName, WitError>();
  /** Nanoseconds since 1970. */
  now = 1_700_000_000_005_000_000n;
  random: () => bigint = () => 0x0807060504030201n;

  of<N extends CallName>(name: N): CallOf<N>[] {
    return this.calls.filter((call): call is CallOf<N> => call.name === name);
  }
  last<N extends CallName>(name: N): CallOf<N> {
    const call = this.of(name).at(-1);
    if (call === undefined) throw new Error(`the guest did not call ${name}`);
    return call;
  }
  async record(call: Call): Promise<void> {
    this.calls.push(call);
    const error = this.fail.get(call.name);
    await Promise.resolve();
    if (error !== undefined) throw Object.assign(new Error(error.text), { payload: error });
  }
}

/** An instance with its exports; errors are thrown with the WIT value in `payload`. */
export interface Guest extends GuestExports {
  readonly world: FakeWorld;
  /** Names of the interfaces that the component asked for when it was instantiated. */
  readonly imports: string[];
  /** Size of the guest's memory now. */
  memoryBytes(): number;
}

interface Transpiled {
  instantiate(
    getCore: (file: string) => Promise<WebAssembly.Module>,
    imports: Record<string, unknown>,
    instantiateCore: (module: WebAssembly.Module, imports: WebAssembly.Imports) => Promise<WebAssembly.Instance>,
  ): Promise<GuestExports>;
}

/** `folder` holds what jco transpile wrote, with the name "kafka". */
export async function startGuest(world: FakeWorld = new FakeWorld(), folder: string = BUILT): Promise<Guest> {
  const script = path.join(folder, 'kafka.js');
  if (!existsSync(script)) throw new Error(`${script} is not there: run "node tools/component.mjs" first`);
  const { instantiate } = (await import(pathToFileURL(script).href)) as Transpiled;
  const cores: WebAssembly.Instance[] = [];
  const imports = new Set<string>();
  const exports = await instantiate(
    async (file) => WebAssembly.compile(await readFile(path.join(folder, file))),
    new Proxy(capabilities(world), {
      get(target, key) {
        imports.add(String(key));
        return target[String(key)];
      },
    }),
    async (module, wanted) => {
      const instance = await WebAssembly.instantiate(module, wanted);
      cores.push(instance);
      return instance;
    },
  );
  return {
    world,
    specifier: exports.specifier,
    source: exports.source,
    destination: exports.destination,
    imports: [...imports].sort(),
    memoryBytes() {
      for (const core of cores) if (core.exports['memory'] instanceof WebAssembly.Memory) return core.exports['memory'].buffer.byteLength;
      throw new Error('no core module exports a memory');
    },
  };
}

/** jco knows a resource by its class, and `open` is static: each instance has classes of its own. */
function capabilities(world: FakeWorld): Record<string, unknown> {
  class Consumer {
    static async open(connection: Connection, options: ConsumerOptions): Promise<Consumer> {
      await world.record({ name: 'consumer.open', connection, options });
      return new Consumer();
    }
    async poll(maxRecords: number, maxBytes: number, maxWaitMs: number): Promise<Fetched[]> {
      await world.record({ name: 'consumer.poll', maxRecords, maxBytes, maxWaitMs });
      return world.fetched.shift() ?? [];
    }
    async listTopics(): Promise<Topic[]> {
      await world.record({ name: 'consumer.list-topics' });
      return world.topics;
    }
    async subscribe(topics: string[]): Promise<void> {
      await world.record({ name: 'consumer.subscribe', topics });
    }
    async commit(offsets: PartitionCommit[]): Promise<void> {
      await world.record({ name: 'consumer.commit', offsets });
    }
    static async close(): Promise<void> {
      await world.record({ name: 'consumer.close' });
    }
  }
  class Producer {
    static async open(connection: Connection, options: ProducerOptions): Promise<Producer> {
      await world.record({ name: 'producer.open', connection, options });
      return new Producer();
    }
    async send(outgoing: Outgoing[]): Promise<SendFailure[]> {
      await world.record({ name: 'producer.send', outgoing });
      return typeof world.failures === 'function' ? world.failures(outgoing) : world.failures;
    }
    static async close(): Promise<void> {
      await world.record({ name: 'producer.close' });
    }
  }
  return {
    'conduit:connector/log': {
      log: (level: string, message: string, fields: [string, string][]) => void world.logs.push({ level, message, fields }),
    },
    'conduit:kafka/consumer': { Consumer },
    'conduit:kafka/producer': { Producer },
    'wasi:clocks/wall-clock': { now: () => ({ seconds: world.now / 1_000_000_000n, nanoseconds: Number(world.now % 1_000_000_000n) }) },
    'wasi:random/random': { getRandomU64: () => world.random() },
  };
}

/** What `configure` finds wrong; empty if nothing. */
export async function problemsOf(guest: Guest, side: 'source' | 'destination', config: Record<string, string>): Promise<InvalidParam[]> {
  try {
    await guest[side].configure(Object.entries(config));
    return [];
  } catch (error) {
    return payloadOf(error) as InvalidParam[];
  }
}

/** The error with which an export failed. */
export async function errorOf(call: Promise<unknown>): Promise<WitError> {
  try {
    await call;
  } catch (error) {
    return payloadOf(error) as WitError;
  }
  throw new Error('the call succeeded, an error was expected');
}

function payloadOf(error: unknown): unknown {
  if (error instanceof Error && 'payload' in error) return error.payload;
  throw error;
}
