/** What a real broker cannot bring about on demand, for a consumer session on a kafkajs of our making. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClientFactory } from '../../../../host/kafka/kafkajs/client.ts';
import { ByteBudget } from '../../../../host/kafka/consume/byte-budget.ts';
import { OwnedPartitions } from '../../../../host/kafka/consume/assigner/group-assigner.ts';
import { RecordQueue } from '../../../../host/kafka/consume/record-queue.ts';
import { ConsumerSession } from '../../../../host/kafka/consume/consumer-session.ts';
import type { Start, StartOffsets } from '../../../../host/kafka/consume/start-offsets.ts';
import { encodeBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { decode, section } from '../sections.ts';

const UNKNOWN_TOPIC = Object.assign(new Error('This server does not host this topic-partition'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
const TOPIC_POLL_MS = 100;

interface Fakes {
  fetchTopicMetadata?: (topics: string[]) => Promise<object>;
  startsOf?: () => Promise<Start[]>;
}
type EachBatch = (payload: object) => Promise<void>;

/** A session in the group of a fake kafkajs; `join` gives it partition 0 of topic `there`. */
function session(topics: string[], fakes: Fakes) {
  const emitter = new EventEmitter();
  const events = {
    CRASH: 'crash',
    FETCH: 'fetch',
    HEARTBEAT: 'heartbeat',
    GROUP_JOIN: 'join',
    COMMIT_OFFSETS: 'commit',
    END_BATCH_PROCESS: 'end',
  };
  const running = Promise.withResolvers<EachBatch>();
  const commits: string[] = [];
  let tell: (message: string, facts: object) => void = () => undefined;
  const consumer = {
    events,
    on: (event: string, listener: (event: object) => void) => emitter.on(event, listener),
    connect: async () => undefined,
    subscribe: async () => undefined,
    run: async ({ eachBatch }: { eachBatch: EachBatch }) => running.resolve(eachBatch),
    commitOffsets: async (offsets: { offset: string }[]) => {
      commits.push(...offsets.map(({ offset }) => offset));
      emitter.emit(events.COMMIT_OFFSETS, { payload: { topics: [{ partitions: offsets }] } });
    },
    disconnect: async () => undefined,
  };
  const admin = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    fetchTopicOffsets: async () => [{ partition: 0, low: '0', high: '9' }],
    fetchTopicMetadata: ({ topics: wanted }: { topics: string[] }) => fakes.fetchTopicMetadata?.(wanted) ?? Promise.resolve({}),
  };
  const queue = new RecordQueue({ maxRecords: 10, maxBytes: 1_000 });
  const create = ({ onLog }: { onLog: typeof tell }): object => {
    tell = onLog;
    return client;
  };
  const client = { kafka: { admin: () => admin, consumer: () => consumer }, dialer: { destroy: () => undefined } };
  const closing = new AbortController();
  let epoch = 0;
  const subject = new ConsumerSession({
    factory: { log: () => undefined, commitMetadata: null, create } as unknown as ClientFactory,
    options: { topics, group: 'g', fromBeginning: true, resume: [] },
    starts: { of: fakes.startsOf ?? (async () => []), applied: () => undefined } as unknown as StartOffsets,
    queue,
    decompressed: new ByteBudget(1 << 20),
    owned: new OwnedPartitions(),
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
    commits,
    commit: (nextOffset: number) => subject.commit(epoch, [{ topic: 'there', partition: 0, nextOffset: BigInt(nextOffset) }]),
    outOfRange: () => tell('Offset out of range, resetting to default offset', { topic: 'there', partition: 0 }),
    passedOver: (lastOffset: number) =>
      emitter.emit(events.END_BATCH_PROCESS, {
        payload: { topic: 'there', partition: 0, batchSize: 0, lastOffset: String(lastOffset) },
      }),
    /** Offsets that are handed out of a fetch of these. */
    fetch: async (...offsets: number[]) => {
      await (
        await running.promise
      )(batchOf(offsets));
      return queue.take(100, 10_000).flatMap(({ records }) => decode(records).map(({ offset }) => offset));
    },
    running: running.promise,
    join: () => emitter.emit(events.GROUP_JOIN, { payload: { memberAssignment: { there: [0] } } }),
    end: async () => {
      closing.abort();
      await ended;
      await subject.end(100);
    },
  };
}

/** As kafkajs calls a handler. */
function batchOf(offsets: number[]): object {
  const first = offsets[0]!;
  const set = section(offsets.map((offset) => ({ value: 'v', offsetDelta: offset - first })));
  const encoded = encodeBatch(set, set.baseTimestamp, null);
  encoded.writeBigInt64BE(BigInt(first), 0);
  const messages = readBatches(encoded).map((batch) => ({ offset: String(batch.lastOffset), batch }));
  return {
    batch: { topic: 'there', partition: 0, messages, fetchedOffset: String(first), lastOffset: () => String(offsets.at(-1)) },
    isRunning: () => true,
    isStale: () => false,
    heartbeat: async () => undefined,
    resolveOffset: () => undefined,
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

describe('an offset out of range, after records were handed out', () => {
  const started = async () => {
    const rig = session(['there'], { startsOf: async () => [{ topic: 'there', partition: 0, committed: 5n, start: null }] });
    await rig.running;
    rig.join();
    expect(await rig.fetch(5, 6, 7)).toEqual([5, 6, 7]);
    await rig.commit(6);
    rig.outOfRange();
    // The next records may be others with the same offsets.
    await rig.commit(8);
    expect(rig.commits).toEqual(['6']);
    return rig;
  };

  test('that goes back begins a new session: acks of what was handed out must not count for what comes now', async () => {
    const { fetch, outcome, commit, commits, end } = await started();
    expect(await fetch(0, 1, 2)).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(outcome.settled).toBe('resolved: partition there/0 has gone back to offset 0');
    await expect(commit(8)).rejects.toMatchObject({ code: 'kafka.unreachable', retryable: true });
    expect(commits).toEqual(['6']);
    await end();
  });

  test('that goes back to records that kafkajs passes over is noticed with those behind them', async () => {
    const { fetch, passedOver, outcome, end } = await started();
    passedOver(1);
    expect(await fetch(2)).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(outcome.settled).toBe('resolved: partition there/0 has gone back to offset 2');
    await end();
  });

  test('that goes forwards is read on, and committed', async () => {
    const { fetch, outcome, commit, commits, end } = await started();
    expect(await fetch(50, 51)).toEqual([50, 51]);
    await commit(51);
    expect([outcome.settled, commits]).toEqual(['no', ['6', '51']]);
    await end();
  });
});
