/** Records when a broker last answered, and logs lost and recovered connections. */
import type { Log } from '../../base/log.ts';

/** After so long without a connection error the connection counts as recovered. It is longer than the client's wait between two tries. */
const QUIET_MS = 4_000;

/** Without a wait for so long the quota is no longer used up. */
const THROTTLED_AGAIN_MS = 60_000;

export class ConnectionHealth {
  readonly #log: Log;
  #lastSign = performance.now();
  /** Time of the last connection error; null if there was none since the last recovery. */
  #lostAt: number | null = null;
  #throttledUntil = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  /** So long a quota still makes the consumer wait; 0: it does not. */
  get throttledMs(): number {
    return Math.max(0, this.#throttledUntil - performance.now());
  }

  get silentMs(): number {
    return performance.now() - this.#lastSign;
  }

  /** Logs the first of several waits: while a quota is used up, nearly every answer brings one. */
  throttled(ms: number): void {
    const isKnown = performance.now() - this.#throttledUntil < THROTTLED_AGAIN_MS;
    this.#throttledUntil = Math.max(this.#throttledUntil, performance.now() + ms);
    if (!isKnown)
      this.#log('warn', 'the brokers throttle this client: a quota, such as consumer_byte_rate, is used up', { throttledMs: String(ms) });
  }

  /** A fetch was answered. */
  fetched(): void {
    this.#lastSign = performance.now();
  }

  /** The group's coordinator has answered. */
  answered(): void {
    this.#lastSign = performance.now();
    if (this.#lostAt === null || performance.now() - this.#lostAt < QUIET_MS) return;
    this.#lostAt = null;
    this.#log('info', 'connection to Kafka is back');
  }

  /** Logs the loss once; `answered` logs the recovery. One broker may stay down while others answer, so not every retry is logged. */
  lost(broker: string, error: string): void {
    const known = this.#lostAt !== null;
    this.#lostAt = performance.now();
    if (!known) this.#log('warn', 'connection to Kafka lost, trying again...', { broker, error });
  }
}
