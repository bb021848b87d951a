const TICK_MS = 100;
/** A tick that comes later than this says that the host's own thread was blocked; the guest is not blamed for it. */
const LATE_MS = 50;

export type Overrun = 'call' | 'guest';

/**
 * Two deadlines of the call in flight: of all of it, and of the time in which guest code runs (paused while the guest waits for
 * the host). Checked on a tick, not with timers of its own: calls are many and overruns are rare.
 */
export class Watchdog {
  readonly #overrun: (what: Overrun) => void;
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;
  #callEnds = Infinity;
  #guestEnds = Infinity;
  #guestLeft = 0;
  #waits = 0;

  constructor(overrun: (what: Overrun) => void) {
    this.#overrun = overrun;
  }

  begin(callMs: number, guestMs: number): void {
    const now = performance.now();
    this.#callEnds = now + callMs;
    this.#guestEnds = now + guestMs;
    this.#waits = 0;
    if (this.#timer === undefined) {
      this.#lastTick = now;
      this.#timer = setInterval(() => this.#tick(), TICK_MS);
      this.#timer.unref();
    }
  }

  /** The guest begins or ends a wait for the host. */
  waiting(waits: boolean): void {
    if (this.#callEnds === Infinity) return;
    const now = performance.now();
    if (waits) {
      if (this.#waits++ > 0) return;
      this.#guestLeft = this.#guestEnds - now;
      this.#guestEnds = Infinity;
    } else if (--this.#waits === 0) {
      this.#guestEnds = now + this.#guestLeft;
    }
  }

  finish(): void {
    this.#callEnds = Infinity;
    this.#guestEnds = Infinity;
  }

  close(): void {
    this.finish();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    const late = now - this.#lastTick - TICK_MS;
    this.#lastTick = now;
    if (late > LATE_MS) {
      this.#callEnds += late;
      this.#guestEnds += late;
    }
    if (now > this.#guestEnds) this.#overrun('guest');
    else if (now > this.#callEnds) this.#overrun('call');
  }
}
