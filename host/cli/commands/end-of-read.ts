import { ConnectorError } from '../../base/errors.ts';
import { turn } from '../../base/wait.ts';

/** The facts about a backlog that decide when reading ends. */
export interface Remaining {
  /** Offsets that existed when reading began and are not read yet; null if they are not known. */
  readonly remaining: bigint | null;
  /** False: the component does not read from Kafka, so there are no ends of topics. */
  readonly isWatched: boolean;
  /** The consumer is, or was, a member of its group. */
  readonly isJoined: boolean;
  /** The reason why the consumer is not in its group; null if it is in the group, or not known. */
  readonly outage: ConnectorError | null;
  /** Grows with every step towards the end, even if a step gives no record. */
  readonly progress: bigint;
  /** The offsets that are left in each partition, with the reason. */
  readonly missing: readonly string[];
  /** Rejects if no broker answers. */
  confirm(): Promise<void>;
}

/** Longest time without progress. A quota of the brokers can make a client wait for ten seconds and more. */
export const DEFAULT_IDLE_MS = 30_000;
/** Longest time for joining. A group accepts a member when the others have joined again or their sessions have timed out, 45 s for many clients. */
const JOIN_MS = 60_000;
/** Without ends of topics, reading ends when no record came for so long. */
const UNWATCHED_IDLE_MS = 3_000;
const UNWATCHED_FIRST_MS = 15_000;
/** Most partitions that an error names. */
const MAX_NAMED = 20;

/** Decides when reading without `--follow` ends: when the records that existed at its beginning are read. */
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

  /** Must be called when records came. */
  progress(): void {
    this.#since = this.#now();
    this.#joining = false;
  }

  /**
   * True if reading is over. It is called while no record comes. Rejects after too long without progress: with `kafka.timeout`, naming the missing offsets,
   * or with `kafka.unreachable` if no broker answers.
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
    // The end may have been reached while the answer came.
    if (backlog.remaining === 0n) return this.#isOver();
    throw this.#failure('kafka.timeout', `no progress for ${Math.round(silentMs / 1000)} s (--idle)`);
  }

  #patienceMs(idleMs: number | undefined): number {
    const { isWatched, outage } = this.#backlog;
    if (!isWatched) return (idleMs ?? UNWATCHED_IDLE_MS) + (this.#joining ? UNWATCHED_FIRST_MS : 0);
    // The time for joining is not added if the group has refused the consumer.
    return (idleMs ?? DEFAULT_IDLE_MS) + (this.#joining && outage === null ? JOIN_MS : 0);
  }

  /** Checks again after a turn of the event loop, because records that are leaving the consumer's queue are counted only then. */
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
