import { ConnectorError } from '../../base/errors.ts';

/** What the end of reading needs to know of a backlog. */
export interface Remaining {
  /** Offsets that were there when reading began and are not received; null if that is not known. */
  readonly remaining: bigint | null;
  /** Why the consumer is out of its group; null if it is in. */
  readonly outage: ConnectorError | null;
  /** Rejects if no broker answers. */
  confirm(): Promise<void>;
}

/** Before the first record there is a group to join, which takes as long as its other members and the broker let it. */
const JOIN_MS = 15_000;
/** Where offsets are left, the consumer may be reconnecting: it gets so much longer. */
const LEFT_MS = 10_000;

/** Says when reading without `--follow` is over: when all is read that was there, or when nothing comes though brokers answer. */
export class ReadEnd {
  readonly #idleMs: number | null;
  readonly #backlog: Remaining;
  readonly #now: () => number;
  #since = 0;
  #joining = true;
  #confirmed = false;

  /** `idleMs` null: never ends. */
  constructor(idleMs: number | null, backlog: Remaining, now: () => number = () => performance.now()) {
    this.#idleMs = idleMs;
    this.#backlog = backlog;
    this.#now = now;
  }

  begin(): void {
    this.#since = this.#now();
  }

  /** Records came. */
  progress(): void {
    this.#since = this.#now();
    this.#joining = false;
    this.#confirmed = false;
  }

  /** Asked while nothing comes. Rejects with `kafka.unreachable` when nothing can come. */
  async ended(): Promise<boolean> {
    if (this.#idleMs === null) return false;
    const { remaining } = this.#backlog;
    if (remaining === 0n) return true;
    const over = this.#now() - this.#since - this.#idleMs - (this.#joining ? JOIN_MS : 0);
    if (over < 0) return false;
    if (!this.#confirmed) {
      await this.#backlog.confirm().catch((error: unknown) => this.#fail(error));
      this.#confirmed = true;
    }
    if (remaining !== null && over < LEFT_MS) return false;
    const { outage } = this.#backlog;
    if (outage !== null) this.#fail(outage);
    return true;
  }

  #fail(error: unknown): never {
    const { remaining } = this.#backlog;
    const left =
      remaining === null
        ? 'reading ended, and the ends of the topics are not known'
        : `reading ended before the end of the topics, ${remaining} offsets are left`;
    throw new ConnectorError('kafka.unreachable', `${left}: ${ConnectorError.from(error).message}`);
  }
}
