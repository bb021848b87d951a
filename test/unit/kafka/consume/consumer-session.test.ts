/** A consumer session on a client that the test controls, for events that a real broker does not produce on demand. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ByteBudget } from '../../../../host/kafka/consume/byte-budget.ts';
import { OwnedPartitions, PROTOCOL_NAMES } from '../../../../host/kafka/consume/assigner/group-assigner.ts';
import { RecordQueue } from '../../../../host/kafka/consume/record-queue.ts';
import { ConsumerSession } from '../../../../host/kafka/consume/consumer-session.ts';
import type { Start } from '../../../../host/kafka/consume/start-offsets.ts';
import { KafkaFault } from '../../../../host/kafka/fault.ts';
import type { FetchedPartition, GroupListener } from '../../../../host/kafka/group-consumer.ts';
import { encodeBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { fakeClient, fakeGroupConsumer, fakeLookups } from '../fake-client.ts';
import { decode, section } from '../sections.ts';

const UNKNOWN_TOPIC = new KafkaFault('answer', 'This server does not host this topic-partition', { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
const TOPIC_POLL_MS = 100;

interface Fakes {
  partitionCounts?: (topics: readonly string[]) => Promise<Map<string, number>>;
  startsOf?: () => Promise<Start[]>;
}

/** A session in a group of its own; `join` gives it partition 0 of topic `there`. */
function session(topics: string[], fakes: Fakes) {
  const running = Promise.withResolvers<GroupListener>();
  const commits: string[] = [];
  const lines: string[] = [];
  const queue = new RecordQueue({ maxRecords: 10, maxBytes: 1_000 });
  const client = fakeClient({
    log: (_level, message) => lines.push(message),
    groupConsumer: ({ listener }) =>
      fakeGroupConsumer({
        lookups: fakeLookups({
          ranges: async () => [{ partition: 0, low: 0n, high: 9n }],
          partitionCounts: (wanted) => fakes.partitionCounts?.(wanted) ?? Promise.resolve(new Map()),
        }),
        join: async () => running.resolve(listener),
        commit: async (offsets) => void commits.push(...offsets.map(({ nextOffset }) => String(nextOffset))),
      }),
  });
  const closing = new AbortController();
  let epoch = 0;
  const subject = new ConsumerSession({
    client,
    options: { topics, group: 'g', fromBeginning: true, resume: [] },
    starts: { of: fakes.startsOf ?? (async () => []), applied: () => undefined },
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
    outOfRange: async () => (await running.promise).outOfRange('there', 0),
    passedOver: async (lastOffset: number) => (await running.promise).passedOver('there', 0, BigInt(lastOffset)),
    lost: async () => (await running.promise).connectionLost('broker:9092', 'gone'),
    lines,
    /** Offsets that are handed out of a fetch of these. */
    fetch: async (...offsets: number[]) => {
      await (await running.promise).handle(fetchOf(offsets));
      return queue.take(100, 10_000).flatMap(({ records }) => decode(records).map(({ offset }) => offset));
    },
    running: running.promise,
    join: async () =>
      (await running.promise).joined({ assignment: { there: [0] }, isLeader: false, protocol: PROTOCOL_NAMES[0], generation: 1 }),
    end: async () => {
      closing.abort();
      await ended;
      await subject.end(100);
    },
  };
}

/** Partition 0 of `there`, as a group consumer hands it over. */
function fetchOf(offsets: number[]): FetchedPartition {
  const [first = 0, last = first] = [offsets[0], offsets.at(-1)];
  const set = section(offsets.map((offset) => ({ value: 'v', offsetDelta: offset - first })));
  const encoded = encodeBatch(set, set.baseTimestamp, null);
  encoded.writeBigInt64BE(BigInt(first), 0);
  return {
    topic: 'there',
    partition: 0,
    fetchOffset: BigInt(first),
    lastOffset: BigInt(last),
    batches: readBatches(encoded).map((batch) => ({ batch })),
    isCurrent: () => true,
    heartbeat: async () => undefined,
    resolve: () => undefined,
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('start offsets that cannot be set', () => {
  test('are tried six times, and then a new session is wanted: its client is a new one', async () => {
    let tries = 0;
    const { outcome, join, end } = session(['there'], {
      startsOf: () => {
        tries++;
        return Promise.reject(new Error('no broker answers'));
      },
    });
    await join();
    await vi.advanceTimersByTimeAsync(6_000);
    expect([tries, outcome.settled]).toEqual([5, 'no']);
    await vi.advanceTimersByTimeAsync(20_000);
    expect([tries, outcome.settled]).toEqual([6, 'rejected: failed to set the start offsets: no broker answers']);
    await end();
  });

  test('are set at a later try without a new session', async () => {
    let tries = 0;
    const { outcome, join, end } = session(['there'], {
      startsOf: () => (++tries < 5 ? Promise.reject(new Error('no broker answers')) : Promise.resolve([])),
    });
    await join();
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
      partitionCounts: async (topics) => {
        if (!topics.includes('missing')) return new Map();
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
    await rig.join();
    expect(await rig.fetch(5, 6, 7)).toEqual([5, 6, 7]);
    await rig.commit(6);
    await rig.outOfRange();
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

  test('that goes back to records that the client passes over is noticed with those behind them', async () => {
    const { fetch, passedOver, outcome, end } = await started();
    await passedOver(1);
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

describe('a lost connection', () => {
  const LOST = 'connection to Kafka lost, trying again...';
  test('is told once the member is in its group, and once until the connection is back', async () => {
    const { join, lost, lines, end } = session(['there'], {});
    await lost();
    expect(lines).not.toContain(LOST);
    await join();
    await lost();
    await lost();
    expect(lines.filter((line) => line === LOST)).toHaveLength(1);
    await end();
    await lost();
    expect(lines.filter((line) => line === LOST)).toHaveLength(1);
  });
});
