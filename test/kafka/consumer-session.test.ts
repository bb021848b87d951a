/** Waits of a consumer session that a real broker cannot bring about on demand, on a kafkajs of our making. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClientFactory } from '../../host/kafka/client.ts';
import { RecordQueue } from '../../host/kafka/consumer-queue.ts';
import { ConsumerSession } from '../../host/kafka/consumer-session.ts';
import type { StartOffsets } from '../../host/kafka/consumer-starts.ts';

const UNKNOWN_TOPIC = Object.assign(new Error('This server does not host this topic-partition'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
const TOPIC_POLL_MS = 100;

interface Fakes {
  fetchTopicMetadata?: (topics: string[]) => Promise<object>;
  startsOf?: () => Promise<never[]>;
}

/** A session in the group of a fake kafkajs; `join` gives it partition 0 of topic `there`. */
function session(topics: string[], fakes: Fakes) {
  const emitter = new EventEmitter();
  const events = { CRASH: 'crash', FETCH: 'fetch', HEARTBEAT: 'heartbeat', GROUP_JOIN: 'join', COMMIT_OFFSETS: 'commit' };
  const running = Promise.withResolvers<void>();
  const consumer = {
    events,
    on: (event: string, listener: (event: object) => void) => emitter.on(event, listener),
    connect: async () => undefined,
    subscribe: async () => undefined,
    run: async () => running.resolve(),
    disconnect: async () => undefined,
  };
  const admin = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    fetchTopicMetadata: ({ topics: wanted }: { topics: string[] }) => fakes.fetchTopicMetadata?.(wanted) ?? Promise.resolve({}),
  };
  const client = { kafka: { admin: () => admin, consumer: () => consumer }, dialer: { destroy: () => undefined } };
  const closing = new AbortController();
  let epoch = 0;
  const subject = new ConsumerSession({
    factory: { log: () => undefined, commitMetadata: null, create: () => client } as unknown as ClientFactory,
    options: { topics, group: 'g', fromBeginning: true, resume: [] },
    starts: { of: fakes.startsOf ?? (async () => []), applied: () => undefined } as unknown as StartOffsets,
    queue: new RecordQueue({ maxRecords: 10, maxBytes: 1_000 }),
    times: { topicPollMs: TOPIC_POLL_MS },
    nextEpoch: () => ++epoch,
    signal: closing.signal,
  });
  const outcome = { settled: 'no' };
  const ended = subject.run().then(
    (reason) => (outcome.settled = `resolved: ${reason}`),
    (error: Error) => (outcome.settled = `rejected: ${error.message}`),
  );
  return {
    outcome,
    running: running.promise,
    join: () => emitter.emit(events.GROUP_JOIN, { payload: { memberAssignment: { there: [0] } } }),
    end: async () => {
      closing.abort();
      await ended;
      await subject.end(100);
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('start offsets that cannot be set', () => {
  test('are tried six times, and then a new session is wanted: its admin client is a new one', async () => {
    let tries = 0;
    const { outcome, running, join, end } = session(['there'], {
      startsOf: () => {
        tries++;
        return Promise.reject(new Error('no broker answers'));
      },
    });
    await running;
    join();
    await vi.advanceTimersByTimeAsync(6_000);
    expect([tries, outcome.settled]).toEqual([5, 'no']);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([tries, outcome.settled]).toEqual([6, 'rejected: failed to set the start offsets: no broker answers']);
    await end();
  });

  test('are set at a later try without a new session', async () => {
    let tries = 0;
    const { outcome, running, join, end } = session(['there'], {
      startsOf: () => (++tries < 5 ? Promise.reject(new Error('no broker answers')) : Promise.resolve([])),
    });
    await running;
    join();
    await vi.advanceTimersByTimeAsync(20_000);
    expect([tries, outcome.settled]).toEqual([5, 'no']);
    await end();
  });
});

describe('a look for missing topics', () => {
  test('that takes longer than the interval is waited for, and the next one follows', async () => {
    let looks = 0;
    let release: () => void = () => undefined;
    const { outcome, running, end } = session(['there', 'missing'], {
      fetchTopicMetadata: async (topics) => {
        if (!topics.includes('missing')) return {};
        if (topics.length === 1 && ++looks > 1) await new Promise<void>((resolve) => (release = resolve));
        throw UNKNOWN_TOPIC;
      },
    });
    await running;
    // The first one was the start's.
    await vi.advanceTimersByTimeAsync(10 * TOPIC_POLL_MS);
    expect(looks).toBe(2);
    release();
    await vi.advanceTimersByTimeAsync(10 * TOPIC_POLL_MS);
    expect([looks, outcome.settled]).toEqual([3, 'no']);
    await end();
  });
});
