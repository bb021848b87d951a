/**
 * kafkajs' queue of a connection's requests, without its idle timer. From the first answer on, the stock one looks every millisecond
 * whether a request waits, also where none does; that costs CPU on every connection, and Node 24 and later warn of the time span,
 * which is negative (kafkajs issue 1751).
 */
import type StockRequestQueue from 'kafkajs/src/network/requestQueue/index.js';

export function requestQueueWithoutIdleTimer(stock: typeof StockRequestQueue): typeof StockRequestQueue {
  return class RequestQueue extends stock {
    /** A request that has to wait asks for the timer itself, when it is queued. */
    override scheduleCheckPendingRequests(): void {
      if (this.pending.length > 0) super.scheduleCheckPendingRequests();
    }
  };
}
