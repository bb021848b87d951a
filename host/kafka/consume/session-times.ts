import type { GroupTimes } from '../group-consumer.ts';

/** The waits of a consumer session. Tests shorten some; there are no settings for them. */
export interface SessionTimes extends GroupTimes {
  /** No fetch and no heartbeat for so long: the session is given up. */
  watchdogMs: number;
  /** How often missing topics are looked for. */
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
