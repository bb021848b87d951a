/** The waits of a consumer session. Tests shorten some; there are no settings for them. */
export interface SessionTimes {
  sessionTimeoutMs: number;
  heartbeatIntervalMs: number;
  rebalanceTimeoutMs: number;
  /** Bounds how long a stop and a rebalance take to be noticed. */
  maxWaitMs: number;
  /** No fetch and no heartbeat for so long: the session is given up. */
  watchdogMs: number;
  /** How long it may take to hear of new partitions, and of new leaders while all is well. */
  metadataMaxAgeMs: number;
  /** How often missing topics are looked for. */
  topicPollMs: number;
  commitTimeoutMs: number;
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
