import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { requestQueueWithoutIdleTimer, type RequestQueueClass } from '../../../../host/kafka/kafkajs/request-queue.ts';

interface RequestQueue {
  push(request: { entry: object; expectResponse: boolean; sendRequest(): void }): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  maybeThrottle(ms: number): void;
}
const stock = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;
const Queue = requestQueueWithoutIdleTimer(stock) as unknown as new (options: object) => RequestQueue;
const told: string[] = [];
const logger = {
  debug: () => undefined,
  warn: () => undefined,
  info: (message: string, facts: object) => told.push(`${message} ${JSON.stringify(facts)}`),
};

function queue(maxInFlightRequests: number | null = null) {
  const made = new Queue({ maxInFlightRequests, requestTimeout: 30_000, enforceRequestTimeout: false, clientId: 'c', broker: 'b', logger });
  const sent: number[] = [];
  return {
    sent,
    throttle: (ms: number) => made.maybeThrottle(ms),
    request: (correlationId: number) =>
      made.push({
        entry: { correlationId, apiName: 'Metadata', apiKey: 3, apiVersion: 6, resolve: () => undefined, reject: () => undefined },
        expectResponse: true,
        sendRequest: () => sent.push(correlationId),
      }),
    answer: (correlationId: number) => made.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 }),
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a connection on which nothing waits has no timer', () => {
  const { sent, request, answer } = queue();
  request(1);
  answer(1);
  request(2);
  answer(2);
  expect(sent).toEqual([1, 2]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a wait that the broker asks for is told of, no wait is not', () => {
  const { throttle } = queue();
  throttle(0);
  throttle(500);
  expect(told.splice(0)).toEqual(['a quota of the brokers makes the client wait {"throttledMs":500}']);
});

test('a request that the broker throttles is sent when the time is over, and then no timer is left', () => {
  const { sent, request, answer, throttle } = queue();
  request(1);
  throttle(500);
  answer(1);
  request(2);
  vi.advanceTimersByTime(490);
  expect(sent).toEqual([1]);
  vi.advanceTimersByTime(20);
  expect(sent).toEqual([1, 2]);
  answer(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('a request beyond those that may be in flight is sent with the next answer', () => {
  const { sent, request, answer } = queue(1);
  request(1);
  request(2);
  vi.advanceTimersByTime(100);
  expect(sent).toEqual([1]);
  answer(1);
  expect(sent).toEqual([1, 2]);
  answer(2);
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
});
