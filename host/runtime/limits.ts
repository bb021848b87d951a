import type { Credit } from './contract.ts';
import { requestBytesOf } from './manifest.ts';

/** Bounds of one connector. The time of a call includes the waits of the guest for the host; `guestMs` does not. */
export interface Limits {
  /** Longest that guest code itself may run in one call, not counting waits for the host. Enforced in a worker only. */
  guestMs: number;
  /** `specify` and `configure`. */
  configureMs: number;
  openMs: number;
  /** `read`, in addition to the credit's `maxWaitMs`: it may commit, and then waits for a broker. */
  readMs: number;
  ackMs: number;
  /** `write`. It must be above any delivery timeout that a user sets. The time of the guest's own code is bounded by `guestMs`. */
  writeMs: number;
  stopMs: number;
  /** The whole teardown of a connector. */
  teardownMs: number;

  /** The most that one `read` may return. */
  credit: Credit;
  /** Largest `data` of a batch. One record may exceed the credit's maxBytes. */
  batchBytes: number;
  /** Largest request that `write` takes, and its largest answer. A component with less memory takes less (`requestBytesOf`). */
  writeBytes: number;
  positionBytes: number;
  /** Acks are delivered to the guest in messages of about this size. */
  ackBytes: number;
  /** Most bytes of acks that wait for delivery. */
  ackQueueBytes: number;
  /**
   * A component that declares a larger memory maximum is refused. A component may use the maximum that it declares; its writes must fit into that
   * memory (`requestBytesOf`).
   */
  memoryBytes: number;
  /** Most handles that an instance holds at once: consumers, producers and other resources of its capabilities. */
  handles: number;

  /** More restarts than this within restartWindowMs end the connector. */
  restarts: number;
  restartWindowMs: number;
  backoffMinMs: number;
  backoffMaxMs: number;
  /** Attempts for one write whose errors are retryable. */
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
