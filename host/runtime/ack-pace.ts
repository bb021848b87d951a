/** How often acks go to the guest. */

/** After a call that took some time, acks gather for so many times as long: the guest may commit in a tenth of its time. */
const REST_FACTOR = 9;
const LONGEST_REST_MS = 100;
/** A call this short has not waited for a broker. */
const SHORT_CALL_MS = 1;

/**
 * A guest that commits while it takes acks reads nothing meanwhile: with a commit for every thousand records, reading takes twice as long. So
 * acks rest after a call that took long, and one call takes all that came until then. A crash in that time delivers them again, as it does with
 * acks that Conduit has not sent yet.
 */
export class AckPace {
  #notBefore = 0;

  /** How long acks still rest; 0 or less: not at all. */
  get restMs(): number {
    return this.#notBefore - performance.now();
  }

  /** A call with acks is over that began then, by `performance.now()`. */
  called(beganAt: number): void {
    const now = performance.now();
    const tookMs = now - beganAt;
    if (tookMs >= SHORT_CALL_MS) this.#notBefore = now + Math.min(LONGEST_REST_MS, REST_FACTOR * tookMs);
  }

  /** The rest is over. */
  end(): void {
    this.#notBefore = 0;
  }
}
