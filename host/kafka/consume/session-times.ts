import type { GroupTimes } from '../group-consumer.ts';

/** The times of a consumer session. Tests shorten some; there are no settings for them. */
export interface SessionTimes extends GroupTimes {
  /** After so long without an answer to a fetch or a heartbeat the session is given up. */
  watchdogMs: number;
  /** Interval of the look-ups of missing topics. */
  topicPollMs: number;
}

export const TIMES: SessionTimes = {
  sessionTimeoutMs: 30_000,
  heartbeatIntervalMs: 3_000,
  rebalanceTimeoutMs: 60_000,
  maxWaitMs: 250,
  watchdogMs: 90_000,
  metadataMaxAgeMs: 30_000,
  topicPollMs: 1_000,
  commitTimeoutMs: 5_000,
};
