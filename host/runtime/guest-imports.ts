import type { WitError } from './contract.ts';
import type { LogLevel } from '../base/log.ts';

/** Waiting imports, as the guest's host classes ask for them. The first argument of a method is the number of its handle. */
export type ImportName = 'openConsumer' | 'poll' | 'commit' | 'closeConsumer' | 'openProducer' | 'send' | 'closeProducer';

/** Rejects with WitFailure only. */
export type ImportRequest = (name: ImportName, args: unknown[]) => Promise<unknown>;
export type GuestLog = (level: LogLevel, message: string, fields: [string, string][]) => void;

/** The only thing that an import may throw: jco turns `payload` into the WIT error. Not an Error, so that no stack can leak. */
export class WitFailure {
  readonly payload: WitError;
  constructor(payload: WitError) {
    this.payload = payload;
  }
}

/**
 * The import object of one instance. The classes are made for each instance: `open` is static, so it could not know whose it is.
 * `firstRandom`: what the guest draws first, before fresh numbers.
 */
export function guestImports(
  request: ImportRequest,
  log: GuestLog,
  firstRandom: BigUint64Array = new BigUint64Array(0),
): Readonly<Record<string, object>> {
  class Consumer {
    readonly handle: number;
    constructor(handle: number) {
      this.handle = handle;
    }
    static async open(connection: unknown, options: unknown): Promise<Consumer> {
      return new Consumer((await request('openConsumer', [connection, options])) as number);
    }
    poll(maxRecords: number, maxBytes: number, maxWaitMs: number): Promise<unknown> {
      return request('poll', [this.handle, maxRecords, maxBytes, maxWaitMs]);
    }
    commit(offsets: unknown): Promise<unknown> {
      return request('commit', [this.handle, offsets]);
    }
    static close(consumer: Consumer): Promise<unknown> {
      return request('closeConsumer', [consumer.handle]);
    }
    /** The guest dropped the handle without closing it. */
    [Symbol.dispose](): void {
      request('closeConsumer', [this.handle]).catch(() => undefined);
    }
  }

  class Producer {
    readonly handle: number;
    constructor(handle: number) {
      this.handle = handle;
    }
    static async open(connection: unknown, options: unknown): Promise<Producer> {
      return new Producer((await request('openProducer', [connection, options])) as number);
    }
    send(outgoing: unknown): Promise<unknown> {
      return request('send', [this.handle, outgoing]);
    }
    static close(producer: Producer): Promise<unknown> {
      return request('closeProducer', [producer.handle]);
    }
    [Symbol.dispose](): void {
      request('closeProducer', [this.handle]).catch(() => undefined);
    }
  }

  const random = new BigUint64Array(64);
  let randomLeft = 0;
  let drawn = 0;
  return {
    'conduit:connector/log': { log },
    'conduit:kafka/consumer': { Consumer },
    'conduit:kafka/producer': { Producer },
    'wasi:clocks/wall-clock': {
      now() {
        const ms = Date.now();
        return { seconds: BigInt(Math.floor(ms / 1000)), nanoseconds: (ms % 1000) * 1_000_000 };
      },
    },
    'wasi:random/random': {
      getRandomU64() {
        if (drawn < firstRandom.length) return firstRandom[drawn++]!;
        if (randomLeft === 0) {
          crypto.getRandomValues(random);
          randomLeft = random.length;
        }
        return random[--randomLeft]!;
      },
    },
  };
}
