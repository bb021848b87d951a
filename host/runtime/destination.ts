import { Backoff } from '../base/backoff.ts';
import { ConnectorError } from '../base/errors.ts';
import { within } from '../base/wait.ts';
import { outOfOrder, type ConnectorParts } from './connector-parts.ts';
import { countFrames } from '../conduit/frames.ts';
import { GuestConnector } from './guest-connector.ts';
import { destinationGuest, stop } from './guest.ts';
import type { Instance } from './instance.ts';
import { Signal } from './supervision.ts';

/** One destination connector. Writes are done one after the other. If an instance fails, it is replaced and the write is repeated. */
export class DestinationConnector extends GuestConnector {
  readonly #closed = new Signal();
  #writes: Promise<unknown> = Promise.resolve();

  constructor(parts: ConnectorParts) {
    super(parts, 'destination');
  }

  open(): Promise<void> {
    return this.openFirst(() => this.#openGuest());
  }

  /**
   * Writes a Destination.Run.Request and resolves with the Destination.Run.Response: one ack for each record. Rejects if no outcome is known after
   * the attempts that the limits allow; records may have been written all the same.
   */
  write(records: Uint8Array): Promise<Uint8Array> {
    const turn = this.#writes.then(() => this.guest.clean(() => this.#writeWithRetries(records)));
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /** Waits for the writes in flight. No write may follow. */
  async stop(): Promise<void> {
    await this.#writes;
    if (this.state !== 'open') return;
    this.state = 'stopped';
    const instance = this.guest.ready;
    if (instance !== null) await this.guest.clean(() => stop(instance, 'destination', this.parts.limits));
  }

  protected override finish(ms: number): Promise<boolean> {
    this.#closed.notify();
    return within(this.#writes, ms);
  }

  async #writeWithRetries(records: Uint8Array): Promise<Uint8Array> {
    const { limits } = this.parts;
    // A write that was handed in before teardown is still done.
    if (this.state !== 'open') {
      throw this.closing ? new ConnectorError('cancelled', 'the connector is stopping') : outOfOrder('write', this.state);
    }
    const count = countFrames(records);
    if (count === null || count === 0) {
      throw new ConnectorError('input.invalid', 'expected a Destination.Run.Request with at least one record, got bytes that hold none');
    }
    if (records.length > limits.writeBytes) {
      const text = `a write of ${records.length} bytes is over the limit (writeBytes) of ${limits.writeBytes}: send fewer records at once`;
      throw new ConnectorError('limit.exceeded', text);
    }
    const backoff = new Backoff(limits.backoffMinMs, limits.backoffMaxMs);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await destinationGuest.write(this.guest.ready ?? (await this.#openGuest()), records, count, limits);
        this.restartBackoff.progress();
        return answer;
      } catch (thrown) {
        const error = this.guest.errorOf(thrown);
        if (this.closing) throw error;
        const delayMs = await this.#delayAfter(error, attempt, backoff);
        await this.#closed.wait(delayMs);
        if (this.closing) throw error;
      }
    }
  }

  /** The delay before the next attempt; throws if there is no further attempt. */
  async #delayAfter(error: ConnectorError, attempt: number, backoff: Backoff): Promise<number> {
    const failed = this.guest.instance;
    const log = (what: string, delayMs: number): number => {
      this.guest.log('warn', `writing failed, ${what} in ${delayMs} ms: ${error.message}`, { code: error.code });
      return delayMs;
    };
    if (failed === null || failed.failure === null) {
      if (!error.retryable || attempt >= this.parts.limits.writeAttempts) throw error;
      return log('next attempt', backoff.next());
    }
    await failed.end();
    this.restartCap.count(error);
    return log('the guest is replaced and the write repeated', this.restartBackoff.next());
  }

  #openGuest(): Promise<Instance> {
    return this.guest.open((instance) => destinationGuest.open(instance, this.parts.limits));
  }
}
