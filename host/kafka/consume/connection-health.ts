/** Signs of life of a consumer's connections, and what an operator is told of them. */
import type { Log } from '../../base/log.ts';

/** No connection error for so long: the connection is back. Longer than kafkajs' waits between tries. */
const QUIET_MS = 4_000;

export class ConnectionSigns {
  readonly #log: Log;
  #lastSign = Date.now();
  /** Time of the last connection error; 0 = none since all was well. */
  #lostAt = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  get silentMs(): number {
    return Date.now() - this.#lastSign;
  }

  /** A fetch was answered. */
  fetched(): void {
    this.#lastSign = Date.now();
  }

  /** The group's coordinator has answered. */
  answered(): void {
    this.#lastSign = Date.now();
    if (this.#lostAt === 0 || Date.now() - this.#lostAt < QUIET_MS) return;
    this.#lostAt = 0;
    this.#log('info', 'connection to Kafka is back');
  }

  /** Said once, and once more when all is well again: one broker of several may stay away while the others answer. */
  lost(error: string, broker: string): void {
    const known = this.#lostAt > 0;
    this.#lostAt = Date.now();
    if (!known) this.#log('warn', 'connection to Kafka lost, trying again...', { broker, error });
  }
}
