/** Signs of life of a consumer's connections, and what an operator is told of them. */
import type { Log } from '../../base/log.ts';

/** No connection error for so long: the connection is back. Longer than kafkajs' waits between tries. */
const QUIET_MS = 4_000;

export class ConnectionSigns {
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
  lost(error: string, broker: string): void {
    const known = this.#lostAt !== null;
    this.#lostAt = performance.now();
    if (!known) this.#log('warn', 'connection to Kafka lost, trying again...', { broker, error });
  }
}
