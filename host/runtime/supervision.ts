import { ConnectorError } from '../base/errors.ts';
import { after } from '../base/wait.ts';
import type { Limits } from './limits.ts';

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
      const cancel = after(ms, () => this.#wake?.());
      this.#wake = () => {
        cancel();
        this.#wake = null;
        resolve();
      };
    });
  }
}
