import { ConnectorError } from '../base/errors.ts';
import { settles } from '../base/wait.ts';
import type { CallContext, HostResource } from './capability.ts';

/** For what closes with its instance: nobody waits for a connection that does not end. */
const CLOSE_MS = 5_000;

interface Held {
  resource: HostResource;
  handle: never;
}

/** Everything that one guest instance holds by a handle, whatever it is. Ends with the instance. */
export class HandleTable {
  readonly #maxHandles: number;
  readonly #held = new Map<number, Held>();
  /** What is being opened; each settles when it is in the table, or gone. */
  readonly #opening = new Set<Promise<unknown>>();
  readonly #end = new AbortController();
  readonly context: CallContext;
  #next = 1;

  /** `resultBytes`: see CallContext. */
  constructor(maxHandles: number, resultBytes: number) {
    this.#maxHandles = maxHandles;
    this.context = { signal: this.#end.signal, resultBytes };
  }

  /** The instance has ended. */
  get ended(): boolean {
    return this.#end.signal.aborted;
  }

  /** Handles that the guest holds. */
  get size(): number {
    return this.#held.size;
  }

  /** Opens something and returns the number of its handle. */
  async open(resource: HostResource, open: () => Promise<unknown>): Promise<number> {
    if (this.#held.size + this.#opening.size >= this.#maxHandles) {
      throw new ConnectorError('limit.exceeded', `an instance may hold ${this.#maxHandles} handles: close one before opening another`);
    }
    const opening = this.#open(resource, open);
    this.#opening.add(opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(opening);
    }
  }

  get(resource: HostResource, number: number): never {
    const held = this.#held.get(number);
    if (held === undefined || held.resource !== resource) throw new ConnectorError('cancelled', 'this handle is closed');
    return held.handle;
  }

  /** Nothing for a handle that is closed already. */
  async close(resource: HostResource, number: number): Promise<void> {
    const held = this.#held.get(number);
    if (held === undefined || held.resource !== resource) return;
    this.#held.delete(number);
    await resource.close(held.handle);
  }

  interrupt(): void {
    for (const { resource, handle } of this.#held.values()) resource.interrupt?.(handle);
  }

  /** Closes all that the guest left open, within a bound. What is still opening is told by the context's signal. */
  async end(): Promise<void> {
    this.#end.abort(new ConnectorError('cancelled', 'the instance has ended'));
    const left = [...this.#held.values()];
    this.#held.clear();
    const opening = settles(Promise.allSettled(this.#opening), CLOSE_MS);
    await Promise.all([opening, ...left.map(closeWithin)]);
  }

  async #open(resource: HostResource, open: () => Promise<unknown>): Promise<number> {
    const handle = (await open()) as never;
    if (this.ended) {
      // The instance ended while this was on its way; nobody else would ever close it.
      await closeWithin({ resource, handle });
      throw this.#end.signal.reason;
    }
    const number = this.#next++;
    this.#held.set(number, { resource, handle });
    return number;
  }
}

/** A failed close has nobody left to tell, and the connection behind it is gone or times out. */
async function closeWithin({ resource, handle }: Held): Promise<void> {
  await settles(resource.close(handle), CLOSE_MS);
}
