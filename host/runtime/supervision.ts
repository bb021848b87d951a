import { ConnectorError } from '../base/errors.ts';
import type { Limits } from './limits.ts';

/** Growing delays: backoffMinMs, doubled each time up to backoffMaxMs, and back to the start after progress. */
export class Backoff {
  readonly #limits: Limits;
  #step = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  next(): number {
    return Math.min(this.#limits.backoffMinMs * 2 ** this.#step++, this.#limits.backoffMaxMs);
  }

  progress(): void {
    this.#step = 0;
  }
}

/** Counts restarts in a sliding window. */
export class RestartCap {
  readonly #limits: Limits;
  #times: number[] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts one; throws `guest.restarts` when there were too many. */
  count(cause: ConnectorError): void {
    const now = performance.now();
    this.#times = this.#times.filter((time) => now - time < this.#limits.restartWindowMs);
    this.#times.push(now);
    if (this.#times.length > this.#limits.restarts) {
      const window = this.#limits.restartWindowMs / 1000;
      throw new ConnectorError(
        'guest.restarts',
        `The guest had to be replaced more than ${this.#limits.restarts} times in ${window} s. The last time: ${cause.message}`,
        { cause },
      );
    }
  }
}

/** A wait that a notification ends early. A notification without a waiter is kept for the next wait. */
export class Signal {
  #notified = false;
  #wake: (() => void) | null = null;

  notify(): void {
    if (this.#wake !== null) this.#wake();
    else this.#notified = true;
  }

  /** At most ms; Infinity for no bound of its own (a notification must then be sure to come). */
  wait(ms: number): Promise<void> {
    if (this.#notified) {
      this.#notified = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = ms === Infinity ? undefined : setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}

/** Waits for a promise at most ms; false if it took longer. Its rejection is passed on, or swallowed once it is late. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, ms, false)));
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One turn of the event loop: I/O, timers and signals get their chance between two calls that need no wait. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
