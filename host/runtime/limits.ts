import type { Credit } from './contract.ts';
import { requestBytesOf } from './manifest.ts';

/** Bounds of one connector. Times of calls are wall time, and include what the guest waits for; `guestMs` does not. */
export interface Limits {
  /** Longest that guest code itself may run in one call, not counting waits for the host. Enforced in a worker only. */
  guestMs: number;
  /** `specify` and `configure`. */
  configureMs: number;
  openMs: number;
  /** `read`, beyond its own `maxWaitMs`: it may commit, which waits for a broker. */
  readMs: number;
  ackMs: number;
  /** `write`: above any delivery timeout that a user sets; the guest is bounded by guestMs all the same. */
  writeMs: number;
  stopMs: number;
  /** All of a connector's teardown. */
  teardownMs: number;

  /** What one `read` may return. */
  credit: Credit;
  /** Largest `data` of a batch. One record may exceed the credit's maxBytes. */
  batchBytes: number;
  /** Largest request that `write` takes, and its largest answer. A component with less memory takes less (`requestBytesOf`). */
  writeBytes: number;
  positionBytes: number;
  /** Acks are given to the guest in pieces of about this size ... */
  ackBytes: number;
  /** ... and at most so much may wait for that. */
  ackQueueBytes: number;
  /**
   * A component whose memory may grow beyond this, by the maximum that it declares, is refused; what it declares is what it may use. Writes must
   * fit as well: see `requestBytesOf`.
   */
  memoryBytes: number;
  /** What an instance may hold open at once: consumers, producers, whatever its capabilities offer. */
  handles: number;

  /** More restarts than this within restartWindowMs end the connector. */
  restarts: number;
  restartWindowMs: number;
  backoffMinMs: number;
  backoffMaxMs: number;
  /** Attempts of one write that fails in a retryable way. */
  writeAttempts: number;

  /** Log lines a second that a guest may write; four seconds' worth may come at once. */
  logLinesPerSecond: number;
  logMessageLength: number;
}

const MEMORY_BYTES = 256 << 20;

export const DEFAULT_LIMITS: Limits = {
  guestMs: 5_000,
  configureMs: 30_000,
  openMs: 90_000,
  readMs: 60_000,
  ackMs: 60_000,
  writeMs: 15 * 60_000,
  stopMs: 30_000,
  teardownMs: 10_000,
  credit: { maxRecords: 1_000, maxBytes: 1 << 20, maxWaitMs: 500 },
  batchBytes: 128 << 20,
  writeBytes: requestBytesOf({ memoryMaxBytes: MEMORY_BYTES }),
  positionBytes: 64 << 10,
  ackBytes: 1 << 20,
  ackQueueBytes: 64 << 20,
  memoryBytes: MEMORY_BYTES,
  handles: 16,
  restarts: 5,
  restartWindowMs: 60_000,
  backoffMinMs: 100,
  backoffMaxMs: 10_000,
  writeAttempts: 5,
  logLinesPerSecond: 50,
  logMessageLength: 4_096,
};
