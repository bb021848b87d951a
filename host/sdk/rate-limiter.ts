import { ConnectorError } from '../base/errors.ts';
import { sleep } from '../base/wait.ts';
import type { RateSettings } from './settings.ts';

/**
 * A token bucket of records: it starts with `burst` tokens and is refilled at `perSecond`. Callers wait in turn. It is no library because adapting
 * one to batches and AbortSignal would take more than these 30 lines.
 */
export class RateLimiter {
  /** The most records that one `take` may ask for. */
  readonly burst: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(rate: RateSettings) {
    this.burst = rate.burst;
    this.#perMs = rate.perSecond / 1000;
    this.#tokens = rate.burst;
    this.#at = performance.now();
  }

  /** Resolves when `count` records may go; rejects with `cancelled` if the signal comes first. */
  take(count: number, signal: AbortSignal): Promise<void> {
    const taken = this.#turn.then(() => this.#wait(count, signal));
    this.#turn = taken.catch(() => undefined);
    return taken;
  }

  async #wait(count: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) throw new ConnectorError('cancelled', 'stopped while waiting for the rate limit');
      const now = performance.now();
      this.#tokens = Math.min(this.burst, this.#tokens + (now - this.#at) * this.#perMs);
      this.#at = now;
      // A thousandth of a record is tolerated, because the timer's clock and `performance.now()` round differently.
      if (this.#tokens >= count - 0.001) {
        this.#tokens -= count;
        return;
      }
      await sleep(Math.max(1, Math.ceil((count - this.#tokens) / this.#perMs)), signal);
    }
  }
}
