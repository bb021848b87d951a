/** Says when a read without `--follow` is over: no record for some time after reading began. */
export class IdleEnd {
  readonly #idleMs: number | null;
  readonly #now: () => number;
  #since = Infinity;

  /** `idleMs` null: never ends. */
  constructor(idleMs: number | null, now: () => number = () => performance.now()) {
    this.#idleMs = idleMs;
    this.#now = now;
  }

  /** Reading began, or a record came. */
  restart(): void {
    this.#since = this.#now();
  }

  get ended(): boolean {
    return this.#idleMs !== null && this.#now() - this.#since >= this.#idleMs;
  }
}
