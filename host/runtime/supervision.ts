import { ConnectorError } from '../base/errors.ts';
import { after } from '../base/wait.ts';
import type { Limits } from './limits.ts';

/** Limits how often a guest is replaced, in a sliding window of time. */
export class RestartCap {
  readonly #limits: Limits;
  #times: number[] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts one replacement. Throws `guest.restarts` if there were too many. */
  count(cause: ConnectorError): void {
    const now = performance.now();
    this.#times = this.#times.filter((time) => now - time < this.#limits.restartWindowMs);
    this.#times.push(now);
    if (this.#times.length > this.#limits.restarts) {
      const window = this.#limits.restartWindowMs / 1000;
      throw new ConnectorError(
        'guest.restarts',
        `the guest had to be replaced more than ${this.#limits.restarts} times in ${window} s, the last time because: ${cause.message}`,
        { cause },
      );
    }
  }
}

/** A wait that `notify` ends early. A notification that comes while nothing waits ends the next wait. */
export class Signal {
  #notified = false;
  #wake: (() => void) | null = null;

  notify(): void {
    if (this.#wake !== null) this.#wake();
    else this.#notified = true;
  }

  /** Waits at most `ms`. With Infinity only a notification ends the wait, so one must be sure to come. */
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
