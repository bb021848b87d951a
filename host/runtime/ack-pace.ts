/** Decides how often acks are delivered to the guest. */

/** After a long call, acks are held back for nine times its duration, so that commits take at most a tenth of the time. */
const REST_FACTOR = 9;
/** A commit of up to a tenth of a second takes a tenth of the time, a slower one more: what rests comes again after a crash. */
const LONGEST_REST_MS = 1_000;
/** A call that took less than this has not waited for a broker. */
const SHORT_CALL_MS = 1;

/**
 * A guest that commits inside `ack` reads nothing meanwhile: with a commit for every thousand records, reading takes twice as long. So acks are held
 * back after a call that took long, and the next call delivers all acks that came until then. After a crash in that time their records are delivered
 * again, like the records whose acks Conduit has not sent yet.
 */
export class AckPace {
  #notBefore = 0;

  /** How long acks are still held back, in milliseconds; 0 or less: deliver them now. */
  get restMs(): number {
    return this.#notBefore - performance.now();
  }

  /** A call that delivered acks has ended. `beganAt`: when it began, by `performance.now()`. */
  called(beganAt: number): void {
    const now = performance.now();
    const tookMs = now - beganAt;
    if (tookMs >= SHORT_CALL_MS) this.#notBefore = now + Math.min(LONGEST_REST_MS, REST_FACTOR * tookMs);
  }

  /** Acks may be delivered from now on. */
  end(): void {
    this.#notBefore = 0;
  }
}
