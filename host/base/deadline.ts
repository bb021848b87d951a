/** The end of a bounded wait. It is kept on the monotonic clock, so that setting the wall clock does not move it. */
export class Deadline {
  static readonly never = new Deadline(Number.POSITIVE_INFINITY);
  /** On the clock of `performance.now()`. */
  readonly #at: number;

  private constructor(at: number) {
    this.#at = at;
  }

  /** The deadline `ms` from now; Infinity gives `never`. */
  static after(ms: number): Deadline {
    return ms === Number.POSITIVE_INFINITY ? Deadline.never : new Deadline(performance.now() + ms);
  }

  /** Milliseconds until the deadline: 0 once it has passed, Infinity for `never`. */
  get leftMs(): number {
    return Math.max(0, this.#at - performance.now());
  }

  get isOver(): boolean {
    return performance.now() >= this.#at;
  }
}
