/** Before the first record there is a group to join, which takes as long as its other members and the broker let it. */
const JOIN_MS = 15_000;

/** Says when reading is over because no record came for some time. */
export class IdleEnd {
  readonly #idleMs: number | null;
  readonly #now: () => number;
  #since = Infinity;
  #patienceMs = JOIN_MS;

  /** `idleMs` null: never ends. */
  constructor(idleMs: number | null, now: () => number = () => performance.now()) {
    this.#idleMs = idleMs;
    this.#now = now;
  }

  begin(): void {
    this.#since = this.#now();
  }

  /** A record came. */
  restart(): void {
    this.#since = this.#now();
    this.#patienceMs = 0;
  }

  get ended(): boolean {
    return this.#idleMs !== null && this.#now() - this.#since >= this.#idleMs + this.#patienceMs;
  }
}
