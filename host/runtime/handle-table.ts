import { ConnectorError } from '../base/errors.ts';
import { settles } from '../base/wait.ts';
import type { CallContext, HostResource } from './capability.ts';

/** Longest wait for a handle that is closed because its instance ended: a connection may not close. */
const CLOSE_MS = 5_000;

interface Held {
  resource: HostResource;
  handle: never;
}

/** The handles of one guest instance, for resources of every kind. Ends with the instance. */
export class HandleTable {
  readonly #maxHandles: number;
  readonly #held = new Map<number, Held>();
  /** Resources that are being opened. Each promise settles when its resource is in the table or closed again. */
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

  /** The number of handles that the guest holds. */
  get size(): number {
    return this.#held.size;
  }

  /** Opens a resource and returns the number of its handle. */
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

  /** Closes a handle. Does nothing if it is closed already. */
  async close(resource: HostResource, number: number): Promise<void> {
    const held = this.#held.get(number);
    if (held === undefined || held.resource !== resource) return;
    this.#held.delete(number);
    await resource.close(held.handle);
  }

  interrupt(): void {
    for (const { resource, handle } of this.#held.values()) resource.interrupt?.(handle);
  }

  /** Closes every handle that the guest left open, within CLOSE_MS. The context's signal cancels the opens that are still running. */
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
      // The instance ended during the open. The handle is in no table, so it must be closed here.
      await closeWithin({ resource, handle });
      throw this.#end.signal.reason;
    }
    const number = this.#next++;
    this.#held.set(number, { resource, handle });
    return number;
  }
}

/** Waits at most CLOSE_MS. An error is ignored: the guest is gone, and the connection behind the handle is closed or times out. */
async function closeWithin({ resource, handle }: Held): Promise<void> {
  await settles(resource.close(handle), CLOSE_MS);
}
