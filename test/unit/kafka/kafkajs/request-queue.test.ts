import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { requestQueueThatRenewsLogins, type RenewingQueue, type RequestQueueClass } from '../../../../host/kafka/kafkajs/request-queue.ts';

interface RequestQueue extends RenewingQueue {
  push(request: { entry: object; expectResponse: boolean; sendRequest(): void }): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  maybeThrottle(ms: number): void;
  rejectAll(error: Error): void;
}
const stock = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;
const Queue = requestQueueThatRenewsLogins(stock) as unknown as new (options: object) => RequestQueue;
const told: string[] = [];
const logger = {
  debug: () => undefined,
  warn: () => undefined,
  info: (message: string, facts: object) => told.push(`${message} ${JSON.stringify(facts)}`),
};

function queue(maxInFlightRequests: number | null = null) {
  const made = new Queue({ maxInFlightRequests, requestTimeout: 30_000, enforceRequestTimeout: false, clientId: 'c', broker: 'b', logger });
  const sent: number[] = [];
  const failures: string[] = [];
  return {
    sent,
    failures,
    queue: made,
    throttle: (ms: number) => made.maybeThrottle(ms),
    request: (correlationId: number, apiKey = 3) =>
      made.push({
        entry: {
          correlationId,
          apiName: 'Metadata',
          apiKey,
          apiVersion: 6,
          resolve: () => undefined,
          reject: (error: Error) => failures.push(`${correlationId} ${error.message}`),
        },
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

describe('a login that is due', () => {
  const [HANDSHAKE, AUTHENTICATE] = [17, 36];
  /** A queue whose login is due once. */
  function due(end: Promise<void>, max: number | null = null) {
    const made = queue(max);
    const [isDue, login] = [vi.fn().mockReturnValueOnce(true).mockReturnValue(false), vi.fn(() => end)];
    made.queue.renewLogin({ isDue, login });
    return { ...made, login };
  }

  test('is renewed after the requests before, and before the one that finds it due and those after it, in their order', async () => {
    const end = Promise.withResolvers<void>();
    const made = queue();
    made.request(1);
    const login = vi.fn(() => end.promise);
    made.queue.renewLogin({ isDue: () => login.mock.calls.length === 0, login });
    made.request(2);
    made.request(3);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([made.sent, login.mock.calls.length]).toEqual([[1], 0]);
    made.answer(1);
    await vi.advanceTimersByTimeAsync(0);
    expect(login).toHaveBeenCalledOnce();
    made.request(4, HANDSHAKE);
    made.answer(4);
    made.request(5);
    made.request(6, AUTHENTICATE);
    made.answer(6);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(made.sent).toEqual([1, 4, 6]);
    expect(vi.getTimerCount()).toBe(0);
    end.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(made.sent).toEqual([1, 4, 6, 2, 3, 5]);
  });

  test('is renewed while a quota makes requests wait, and they are sent when both are over', async () => {
    const end = Promise.withResolvers<void>();
    const { sent, throttle, request } = due(end.promise);
    throttle(500);
    request(1);
    request(2, HANDSHAKE);
    expect(sent).toEqual([2]);
    await vi.advanceTimersByTimeAsync(600);
    expect(sent).toEqual([2]);
    end.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([2, 1]);
  });

  test('that cannot be renewed fails the requests that wait for it, with its error', async () => {
    const { sent, request, failures } = due(Promise.reject(new Error('refused')));
    request(1);
    await vi.advanceTimersByTimeAsync(0);
    expect([sent, failures]).toEqual([[], ['1 refused']]);
    request(2);
    expect(sent).toEqual([2]);
  });

  test('waits no longer for answers when the connection is lost', async () => {
    const made = queue();
    made.request(1);
    const login = vi.fn(() => Promise.resolve());
    made.queue.renewLogin({ isDue: () => login.mock.calls.length === 0, login });
    made.request(2);
    made.queue.rejectAll(new Error('lost'));
    await vi.advanceTimersByTimeAsync(0);
    expect(login).toHaveBeenCalledOnce();
    expect(made.failures).toEqual(['1 lost', '2 lost']);
  });
});
