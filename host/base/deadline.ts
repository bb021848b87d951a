/** A point in time that a wait must not pass, on the monotonic clock: a wall clock that is set back or forward moves no deadline. */
export class Deadline {
  static readonly never = new Deadline(Number.POSITIVE_INFINITY);
  /** On the clock of `performance.now()`. */
  readonly #at: number;

  private constructor(at: number) {
    this.#at = at;
  }

  /** In `ms` from now; Infinity: never. */
  static after(ms: number): Deadline {
    return ms === Number.POSITIVE_INFINITY ? Deadline.never : new Deadline(performance.now() + ms);
  }

  /** Milliseconds until then, 0 once it is over, Infinity for `never`. */
  get leftMs(): number {
    return Math.max(0, this.#at - performance.now());
  }

  get isOver(): boolean {
    return performance.now() >= this.#at;
  }
}
