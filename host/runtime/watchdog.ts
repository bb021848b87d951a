const TICK_MS = 100;
/** A tick that is later than this shows that the host's own thread was blocked. That time does not count against the guest. */
const LATE_MS = 50;

export type Overrun = 'call' | 'guest';

/**
 * Holds two deadlines for the call in flight: one for the whole call, one for the time in which guest code runs, which pauses while the guest waits
 * for the host. A tick checks them, because calls are many, overruns are rare, and a timer for each call would cost more.
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
