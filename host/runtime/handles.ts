import { ConnectorError } from '../base/errors.ts';
import { settles } from '../base/wait.ts';
import { WitFailure, type ImportName } from './guest-imports.ts';
import { checkFetched, checkSendFailures } from './checks.ts';
import type { Connection, ConsumerOptions, Outgoing, PartitionCommit, ProducerOptions } from '../kafka/contract.ts';
import type { ConsumerHandle, ProducerHandle } from '../kafka/handles.ts';
import type { Capabilities, OpenContext } from './capabilities.ts';

const CLOSE_MS = 5_000;
/** A guest of this world holds one handle; more than a few means that it leaks them. */
const MAX_HANDLES = 16;

export interface HandleEvents {
  /** An import rejected with something other than ConnectorError: the host is at fault, and the instance has to go. */
  fault(error: ConnectorError): void;
  /** The guest waits for the host (true), or runs again (false). */
  waiting(waits: boolean, name: ImportName): void;
}

/** The consumers and producers that one guest instance holds, on the thread where Kafka lives. They end with the instance. */
export class Handles {
  readonly #capabilities: Capabilities | null;
  readonly #events: HandleEvents;
  readonly #consumers = new Map<number, ConsumerHandle>();
  readonly #producers = new Map<number, ProducerHandle>();
  #nextHandle = 1;
  /** What is being opened; each resolves when it is in the table, or gone. */
  readonly #opening = new Set<Promise<unknown>>();
  #interrupted = false;
  readonly #end = new AbortController();
  /** The last error of each code that the guest was given: it returns the code with the error, also much later. */
  readonly given = new Map<string, ConnectorError>();

  constructor(capabilities: Capabilities | null, events: HandleEvents) {
    this.#capabilities = capabilities;
    this.#events = events;
  }

  /** A new call of the guest begins: what woke the last one is over. */
  beginCall(): void {
    this.#interrupted = false;
  }

  /** Ends a `poll` now, also one that the guest is only about to make in this call. */
  interrupt(): void {
    this.#interrupted = true;
    for (const consumer of this.#consumers.values()) consumer.wake();
  }

  /**
   * Serves one import; rejects with WitFailure only. A request that is under way when the instance ends is answered, so that the
   * guest can return. One that comes later never is: a guest on the host's own thread that goes on asking could keep that
   * thread busy for ever.
   */
  async request(name: ImportName, args: unknown[]): Promise<unknown> {
    return this.#end.signal.aborted ? new Promise(() => undefined) : this.#answer(name, args);
  }

  async #answer(name: ImportName, args: unknown[]): Promise<unknown> {
    this.#events.waiting(true, name);
    try {
      return await this.#serve(name, args);
    } catch (thrown) {
      if (!(thrown instanceof ConnectorError)) {
        this.#events.fault(
          new ConnectorError('internal', `The host failed in ${name}: ${ConnectorError.from(thrown).message}`, { cause: thrown }),
        );
        throw new WitFailure({ kind: 'other', text: 'internal error of the host' });
      }
      this.given.set(thrown.code, thrown);
      throw new WitFailure({ kind: thrown.kind, text: thrown.message, code: thrown.code });
    } finally {
      this.#events.waiting(false, name);
    }
  }

  /** Closes everything that the guest left open, within a bound. */
  async end(): Promise<void> {
    this.#end.abort(new ConnectorError('cancelled', 'the instance has ended'));
    const open = [...this.#consumers.values(), ...this.#producers.values()];
    this.#consumers.clear();
    this.#producers.clear();
    const opening = settles(Promise.allSettled(this.#opening), CLOSE_MS);
    await Promise.all([opening, ...open.map((handle) => closeWithin(handle))]);
  }

  async #serve(name: ImportName, args: unknown[]): Promise<unknown> {
    switch (name) {
      case 'openConsumer':
        return this.#open(this.#consumers, (grants, context) =>
          grants.openConsumer(args[0] as Connection, args[1] as ConsumerOptions, context),
        );
      case 'openProducer':
        return this.#open(this.#producers, (grants, context) =>
          grants.openProducer(args[0] as Connection, args[1] as ProducerOptions, context),
        );
      case 'poll': {
        const [handle, maxRecords, maxBytes, maxWaitMs] = args as [number, number, number, number];
        const fetched = await this.#held(this.#consumers, handle).poll(maxRecords, maxBytes, this.#interrupted ? 0 : maxWaitMs);
        checkFetched(fetched, maxRecords);
        return fetched;
      }
      case 'commit':
        return this.#held(this.#consumers, args[0] as number).commit(args[1] as PartitionCommit[]);
      case 'send': {
        const outgoing = args[1] as Outgoing[];
        const failures = await this.#held(this.#producers, args[0] as number).send(outgoing);
        checkSendFailures(failures, outgoing);
        return failures;
      }
      case 'closeConsumer':
        return this.#close(this.#consumers, args[0] as number);
      case 'closeProducer':
        return this.#close(this.#producers, args[0] as number);
    }
  }

  async #open<H extends { close(): Promise<void> }>(
    held: Map<number, H>,
    open: (grants: Capabilities, context: OpenContext) => Promise<H>,
  ): Promise<number> {
    if (this.#capabilities === null) throw new ConnectorError('policy.denied', 'this instance was granted nothing');
    if (this.#consumers.size + this.#producers.size + this.#opening.size >= MAX_HANDLES) {
      throw new ConnectorError('limit.exceeded', `an instance may hold ${MAX_HANDLES} consumers and producers`);
    }
    const { signal } = this.#end;
    const opening = open(this.#capabilities, { signal }).then(async (handle) => {
      if (signal.aborted) {
        // The instance ended while this was on its way; nobody else would ever close it.
        await closeWithin(handle);
        throw signal.reason;
      }
      const number = this.#nextHandle++;
      held.set(number, handle);
      return number;
    });
    this.#opening.add(opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(opening);
    }
  }

  #held<H>(held: Map<number, H>, handle: number): H {
    const found = held.get(handle);
    if (found === undefined) throw new ConnectorError('cancelled', 'this handle is closed');
    return found;
  }

  async #close<H extends { close(): Promise<void> }>(held: Map<number, H>, handle: number): Promise<void> {
    const found = held.get(handle);
    held.delete(handle);
    await found?.close();
  }
}

/** A failed close has nobody left to tell, and the connection behind it is gone or times out. */
async function closeWithin(handle: { close(): Promise<void> }): Promise<void> {
  await settles(handle.close(), CLOSE_MS);
}
