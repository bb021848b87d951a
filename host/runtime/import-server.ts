import { ConnectorError } from '../base/errors.ts';
import type { Capability, HostFunction } from './capability.ts';
import { HandleTable } from './handle-table.ts';
import { numberImports, type ImportEntry, type ImportShape } from './import-shape.ts';
import { GivenErrors, WitFailure } from './wit-error.ts';

export interface ImportEvents {
  /** A host function threw something other than ConnectorError. That is a bug of the host, and the instance must end. */
  fault(error: ConnectorError): void;
  /** True: the guest begins to wait for the host. False: it runs again. */
  waiting(waits: boolean, label: string): void;
}

export interface ImportBounds {
  /** Most handles that the guest holds at once. */
  handles: number;
  /** Most bytes of one result. */
  resultBytes: number;
}

/** Serves the imports of one guest instance on the host's thread. It knows none of the capabilities by name. */
export class ImportServer {
  readonly shapes: readonly ImportShape[];
  readonly given = new GivenErrors();
  readonly handles: HandleTable;
  readonly #entries: readonly ImportEntry[];
  readonly #events: ImportEvents;
  #interrupted = false;

  constructor(capabilities: readonly Capability[], bounds: ImportBounds, events: ImportEvents) {
    const { shapes, entries } = numberImports(capabilities);
    this.shapes = shapes;
    this.#entries = entries;
    this.#events = events;
    this.handles = new HandleTable(bounds.handles, bounds.resultBytes);
  }

  /** A new call of the guest begins: an interruption of the call before does not apply to it. */
  beginCall(): void {
    this.#interrupted = false;
  }

  /** Ends the wait that the guest is in, and every wait that it begins in this call. */
  interrupt(): void {
    this.#interrupted = true;
    this.handles.interrupt();
  }

  /** Closes every handle that the guest left open, within a few seconds. */
  end(): Promise<void> {
    return this.handles.end();
  }

  /**
   * Serves an import that waits; rejects with WitFailure only. A request that runs when the instance ends is answered, so that the guest can return.
   * A request that comes later is never answered: an inline guest that goes on asking could otherwise keep the host's thread busy for ever.
   */
  async request(number: number, args: unknown[]): Promise<unknown> {
    if (this.handles.ended) return new Promise(() => undefined);
    const entry = this.#entries[number]!;
    this.#events.waiting(true, entry.label);
    try {
      return await this.#serve(entry, args);
    } catch (thrown) {
      throw this.#failure(entry, thrown);
    } finally {
      this.#events.waiting(false, entry.label);
    }
  }

  /** Serves an import that answers at once; throws WitFailure only. */
  callNow(number: number, args: unknown[]): unknown {
    const entry = this.#entries[number]!;
    try {
      if (entry.kind === 'function') return checked(entry.function, args, this.#call(entry.function, args));
      if (entry.kind !== 'method') throw new TypeError(`${entry.label} does not answer at once`);
      args[0] = this.handles.get(entry.resource, args[0] as number);
      return checked(entry.function, args, this.#call(entry.function, args));
    } catch (thrown) {
      throw this.#failure(entry, thrown);
    }
  }

  /** Calls a function for a local function in the guest's thread, which does not wait for it. */
  tell(number: number, args: unknown[]): void {
    const entry = this.#entries[number]!;
    try {
      if (entry.kind === 'function' && !this.handles.ended) this.#call(entry.function, args);
    } catch (thrown) {
      this.#failure(entry, thrown);
    }
  }

  async #serve(entry: ImportEntry, args: unknown[]): Promise<unknown> {
    const { handles } = this;
    switch (entry.kind) {
      case 'function':
        return checked(entry.function, args, await this.#call(entry.function, args));
      case 'open':
        return handles.open(entry.resource, () => entry.open.call(...(args as never[]), handles.context as never));
      case 'method': {
        const { resource } = entry;
        const handle = handles.get(resource, args[0] as number);
        args[0] = handle;
        const answer = this.#call(entry.function, args);
        // The interruption came before this wait began, so it is repeated.
        if (this.#interrupted) resource.interrupt?.(handle);
        return checked(entry.function, args, await answer);
      }
      case 'close':
        return handles.close(entry.resource, args[0] as number);
    }
  }

  #call(one: HostFunction, args: unknown[]): unknown {
    return one.call(...(args as never[]), this.handles.context as never);
  }

  #failure(entry: ImportEntry, thrown: unknown): WitFailure {
    if (thrown instanceof ConnectorError) return this.given.give(thrown);
    const text = `the host failed in ${entry.label}: ${ConnectorError.from(thrown).message}`;
    this.#events.fault(new ConnectorError('internal', text, { cause: thrown }));
    return new WitFailure({ kind: 'other', text: 'internal error of the host' });
  }
}

function checked(one: HostFunction, args: unknown[], result: unknown): unknown {
  one.check?.(result as never, args as never);
  return result;
}
