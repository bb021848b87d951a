import type { ConsumerOptions } from '../contract.ts';
import type { FetchOptions, GroupTimes } from '../group-consumer.ts';

/** The times of a consumer session. Tests shorten some. */
export interface SessionTimes extends GroupTimes {
  /** After so long without an answer to a fetch or a heartbeat the session is given up. */
  watchdogMs: number;
  /** Interval of the look-ups of missing topics. */
  topicPollMs: number;
  /** Longest wait, before the partitions are lost, until what was delivered is committed; a third of session and rebalance timeout at most. */
  revokeMs: number;
  /** The same without any commit. */
  revokeIdleMs: number;
}

export const TIMES: SessionTimes = {
  sessionTimeoutMs: 30_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  maxWaitMs: 250,
  watchdogMs: 90_000,
  metadataMaxAgeMs: 30_000,
  topicPollMs: 1_000,
  revokeMs: 10_000,
  revokeIdleMs: 5_000,
  commitTimeoutMs: 5_000,
};

/** Fetches of a consumer whose options say nothing about them. */
export const FETCHING: FetchOptions = {
  isolation: 'read-committed',
  minBytes: 1,
  maxBytes: 8 * 1024 * 1024,
  maxPartitionBytes: 1024 * 1024,
  rack: '',
};

/** How much longer than a rebalance may take the watchdog waits. */
const BEYOND_REBALANCE_MS = 30_000;

/** The times that the options of a consumer give. */
export function timesOf({ membership, fetching }: ConsumerOptions): SessionTimes {
  const times = { ...TIMES, ...membership, maxWaitMs: fetching?.maxWaitMs ?? TIMES.maxWaitMs };
  // While other members have not joined again, the coordinator answers neither a join nor a heartbeat.
  return { ...times, watchdogMs: Math.max(TIMES.watchdogMs, times.rebalanceTimeoutMs + BEYOND_REBALANCE_MS) };
}
