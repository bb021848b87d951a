/**
 * Replaces the class of kafkajs that queues the requests of a connection, because of its timer. After the first answer the stock class checks every
 * millisecond whether a request waits, even on an idle connection. That costs CPU on every connection, and Node 24 and later print a warning about the
 * delay, which is negative (kafkajs issue 1751).
 */

/** The part of kafkajs' class that is used here. */
export type RequestQueueClass = new (...options: never[]) => {
  readonly pending: readonly object[];
  readonly logger: { info(message: string, facts: object): void };
  scheduleCheckPendingRequests(): void;
  maybeThrottle(ms: number | null): void;
};

/** What its log says where a quota makes the client wait; with the field `throttledMs`. kafkajs itself says so only where it is debugged. */
export const THROTTLED = 'a quota of the brokers makes the client wait';

export function requestQueueWithoutIdleTimer(stock: RequestQueueClass): RequestQueueClass {
  return class RequestQueue extends stock {
    /** Does not start the timer while no request waits: a request that must wait starts it when it is queued. */
    override scheduleCheckPendingRequests(): void {
      if (this.pending.length > 0) super.scheduleCheckPendingRequests();
    }

    override maybeThrottle(ms: number | null): void {
      super.maybeThrottle(ms);
      if (ms !== null && ms > 0) this.logger.info(THROTTLED, { throttledMs: ms });
    }
  };
}
