import { ConnectorError } from '../../base/errors.ts';
import { turn } from '../../base/wait.ts';

/** What the end of reading needs to know of a backlog. */
export interface Remaining {
  /** Offsets that were there when reading began and are not dealt with; null if that is not known. */
  readonly remaining: bigint | null;
  /** False: nothing is read from Kafka, so there are no ends of topics to reach. */
  readonly isWatched: boolean;
  /** The consumer is, or was, a member of its group. */
  readonly isJoined: boolean;
  /** Why the consumer is out of its group; null if it is in, or has not heard of it yet. */
  readonly outage: ConnectorError | null;
  /** Grows with everything that brings the end nearer, also where no record comes of it. */
  readonly progress: bigint;
  /** What is left, partition by partition, and why. */
  readonly missing: readonly string[];
  /** Rejects if no broker answers. */
  confirm(): Promise<void>;
}

/** Longest time without progress. A quota of the brokers can make a client wait for ten seconds and more. */
export const DEFAULT_IDLE_MS = 30_000;
/** A group takes a member in when its other members have joined again, or are given up: after their session, 45 s for many clients. */
const JOIN_MS = 60_000;
/** Without ends of topics silence is all there is. */
const UNWATCHED_IDLE_MS = 3_000;
const UNWATCHED_FIRST_MS = 15_000;
/** Partitions that an error names. */
const MAX_NAMED = 20;

/** Says when reading without `--follow` is over: when all is dealt with that was there when it began. */
export class ReadEnd {
  readonly #idleMs: number | null | undefined;
  readonly #backlog: Remaining;
  readonly #now: () => number;
  #since = 0;
  #joining = true;
  #progress = 0n;

  /** `idleMs`: longest time without progress; undefined: the default; null: reading never ends. */
  constructor(idleMs: number | null | undefined, backlog: Remaining, now: () => number = () => performance.now()) {
    this.#idleMs = idleMs;
    this.#backlog = backlog;
    this.#now = now;
  }

  begin(): void {
    this.#since = this.#now();
    this.#progress = this.#backlog.progress;
  }

  /** Records came. */
  progress(): void {
    this.#since = this.#now();
    this.#joining = false;
  }

  /**
   * Asked while nothing comes. Rejects when there was no progress for too long: with `kafka.timeout` and what is missing, or with
   * `kafka.unreachable` if no broker answers.
   */
  async ended(): Promise<boolean> {
    if (this.#idleMs === null) return false;
    const backlog = this.#backlog;
    if (backlog.remaining === 0n) return this.#isOver();
    if (backlog.progress !== this.#progress) {
      this.#progress = backlog.progress;
      this.#since = this.#now();
    }
    if (this.#joining && backlog.isJoined) this.progress();
    const silentMs = this.#now() - this.#since;
    if (silentMs < this.#patienceMs(this.#idleMs)) return false;
    if (!backlog.isWatched) return true;
    await backlog.confirm().catch((error: unknown) => {
      throw this.#failure('kafka.unreachable', ConnectorError.from(error).message);
    });
    // The answer may have taken a while.
    if (backlog.remaining === 0n) return this.#isOver();
    throw this.#failure('kafka.timeout', `nothing came for ${Math.round(silentMs / 1000)} s (--idle)`);
  }

  #patienceMs(idleMs: number | undefined): number {
    const { isWatched, outage } = this.#backlog;
    if (!isWatched) return (idleMs ?? UNWATCHED_IDLE_MS) + (this.#joining ? UNWATCHED_FIRST_MS : 0);
    // A group that has refused the consumer is not waited for as one that has not answered.
    return (idleMs ?? DEFAULT_IDLE_MS) + (this.#joining && outage === null ? JOIN_MS : 0);
  }

  /** Records may be on their way out of the queue of the consumer: a moment later they are counted. */
  async #isOver(): Promise<boolean> {
    await turn();
    return this.#backlog.remaining === 0n;
  }

  #failure(code: 'kafka.unreachable' | 'kafka.timeout', why: string): ConnectorError {
    const { remaining, missing } = this.#backlog;
    const named = missing.slice(0, MAX_NAMED).join('; ');
    const more = missing.length > MAX_NAMED ? `; and ${missing.length - MAX_NAMED} more partitions` : '';
    const what =
      remaining === null
        ? 'reading ended, and the ends of the topics are not known'
        : `reading ended before the end of the topics, ${remaining} offsets are left`;
    return new ConnectorError(code, `${what}: ${why}${named === '' ? '' : `. Left: ${named}${more}`}`);
  }
}
