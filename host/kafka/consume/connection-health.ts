/** When brokers were last heard of, and what the operator is told of lost connections. */
import type { Log } from '../../base/log.ts';

/** Without a connection error for so long the connection is back. Longer than the client waits between two tries. */
const QUIET_MS = 4_000;

export class ConnectionHealth {
  readonly #log: Log;
  #lastSign = performance.now();
  /** Time of the last connection error; null = none since all was well. */
  #lostAt: number | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  get silentMs(): number {
    return performance.now() - this.#lastSign;
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
