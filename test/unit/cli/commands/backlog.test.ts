import { Net } from '../../../../host/net/net.ts';
import { describe, expect, it, vi } from 'vitest';
import { Backlog } from '../../../../host/cli/commands/backlog.ts';
import type { Ends, Range } from '../../../../host/cli/commands/topic-ends.ts';
import { ConnectorError } from '../../../../host/base/errors.ts';
import type { ConsumerOptions, Fetched, Topic } from '../../../../host/kafka/contract.ts';

import type { Reading } from '../../../../host/kafka/handles.ts';
import type { ConsumerHandle, Kafka } from '../../../../host/kafka/index.ts';
import { connectionTo } from '../../../support/connection.ts';

const OPTIONS: ConsumerOptions = { topics: ['t'], group: 'g', fromBeginning: true, resume: [] };
const CONNECTION = connectionTo('a:1');

/** `count` records from this offset, without gaps; only their deltas are looked at. */
function fetched(partition: number, baseOffset: bigint, count: number): Fetched {
  const records = Array.from({ length: count }, (_, delta) => [6 * 2, 0, 0, delta * 2, 1, 1, 0]).flat();
  return {
    topic: 't',
    partition,
    epoch: 1,
    records: { baseOffset, baseTimestamp: 0n, count, records: Uint8Array.from(records), logAppendTime: false },
  };
}

class FakeEnds implements Ends {
  closed = 0;
  absent: string[] = [];
  failure: Error | null = null;
  high = new Map<string, bigint>();
  readonly range: Map<string, Range>;

  constructor(range: Record<string, [next: bigint, end: bigint]>) {
    this.range = new Map(Object.entries(range).map(([key, [next, end]]) => [key, { next, end, high: end }]));
  }

  unreachable: ConnectorError | null = null;
  reach = (): Promise<void> => (this.unreachable === null ? Promise.resolve() : Promise.reject(this.unreachable));
  missing = (): Promise<string[]> => Promise.resolve(this.absent);
  ranges = (): Promise<Map<string, Range>> => (this.failure === null ? Promise.resolve(this.range) : Promise.reject(this.failure));
  committed = new Map<string, bigint>();
  commits = (): Promise<Map<string, bigint>> => Promise.resolve(this.committed);
  highs = (): Promise<Map<string, bigint>> => (this.failure === null ? Promise.resolve(this.high) : Promise.reject(this.failure));
  close = (): Promise<void> => {
    this.closed++;
    return Promise.resolve();
  };
}

class FakeConsumer implements ConsumerHandle {
  next: Fetched[] = [];
  closed = 0;
  outage: ConnectorError | null = null;
  reading: Reading = { positions: null, queued: 0, throttledMs: 0 };
  poll = (): Promise<Fetched[]> => Promise.resolve(this.next.splice(0));
  wake = (): void => {};
  commit = (): Promise<void> => Promise.resolve();
  listTopics = (): Promise<Topic[]> => Promise.resolve([]);
  subscribe = (): Promise<void> => Promise.resolve();
  close = (): Promise<void> => {
    this.closed++;
    return Promise.resolve();
  };
}

function watched(ends: FakeEnds, options: { follow?: boolean; live?: boolean } = {}) {
  const backlog = new Backlog({ follow: false, live: false, ...options, ends: () => ends });
  const consumer = new FakeConsumer();
  let opened = 0;
  const openConsumer = (): Promise<FakeConsumer> => {
    opened++;
    return Promise.resolve(consumer);
  };
  const inner = { openConsumer } as unknown as Kafka;
  const log: string[] = [];
  const kafka = backlog.watch(inner, {
    secrets: { read: () => '' },
    log: (level, message) => log.push(`${level}: ${message}`),
    net: new Net(),
  });
  const open = (): Promise<ConsumerHandle> => kafka.openConsumer(CONNECTION, OPTIONS, { signal: new AbortController().signal });
  return { log, backlog, consumer, open, opened: () => opened };
}

describe('the backlog', () => {
  it('is what is left of each partition, until it was handed out and received', async () => {
    const { backlog, consumer, open } = watched(new FakeEnds({ 't/0': [5n, 8n], 't/1': [0n, 2n], 't/2': [4n, 4n] }));
    expect(backlog.remaining).toBeNull();
    const handle = await open();
    expect([backlog.lag, backlog.remaining]).toEqual([5n, 5n]);
    consumer.next = [fetched(0, 5n, 3)];
    expect(await handle.poll(10, 10, 0)).toHaveLength(1);
    expect([backlog.lag, backlog.remaining]).toEqual([2n, 5n]);
    backlog.received(3);
    expect(backlog.remaining).toBe(2n);
    consumer.next = [fetched(1, 0n, 2)];
    await handle.poll(10, 10, 0);
    backlog.received(2);
    expect([backlog.lag, backlog.remaining]).toEqual([0n, 0n]);
  });

  it('does not count what was written after reading began as left, and has it in the lag', async () => {
    vi.useFakeTimers();
    try {
      const ends = new FakeEnds({ 't/0': [0n, 3n] });
      const { backlog, consumer, open } = watched(ends, { live: true });
      const handle = await open();
      ends.high.set('t/0', 10n);
      await vi.advanceTimersByTimeAsync(2500);
      expect([backlog.lag, backlog.remaining]).toEqual([10n, 3n]);
      consumer.next = [fetched(0, 0n, 4)];
      await handle.poll(10, 10, 0);
      backlog.received(4);
      expect([backlog.lag, backlog.remaining]).toEqual([6n, 0n]);
      expect(ends.closed).toBe(0);
      await handle.close();
      expect(ends.closed).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('starts anew when the connector opens its consumer again', async () => {
    const ends = new FakeEnds({ 't/0': [0n, 3n] });
    const { backlog, consumer, open } = watched(ends);
    const first = await open();
    consumer.next = [fetched(0, 0n, 3)];
    await first.poll(10, 10, 0);
    ends.range.set('t/0', { next: 1n, end: 3n, high: 3n });
    await open();
    expect(backlog.remaining).toBe(2n);
  });

  it('is not known where the ends cannot be asked for, which keeps nobody from reading, and is told of unless it follows', async () => {
    const ends = new FakeEnds({});
    ends.failure = new Error('not authorized');
    const { log, backlog, consumer, open } = watched(ends);
    const handle = await open();
    consumer.next = [fetched(0, 0n, 1)];
    expect(await handle.poll(10, 10, 0)).toHaveLength(1);
    expect([backlog.lag, backlog.remaining]).toEqual([null, null]);
    expect(ends.closed).toBe(0);
    expect(backlog.missing).toEqual(['not authorized']);
    expect(log).toEqual([expect.stringContaining('warn: the ends of the topics are not known, trying again: not authorized')]);
    const following = watched(ends, { follow: true });
    await following.open();
    expect(following.log).toEqual([expect.stringContaining('debug: ')]);
  });

  it('is found out later where the ends could not be asked for at first', async () => {
    vi.useFakeTimers();
    try {
      const ends = new FakeEnds({ 't/0': [0n, 3n] });
      ends.failure = new Error('not now');
      const { backlog, open } = watched(ends);
      const handle = await open();
      expect(backlog.remaining).toBeNull();
      ends.failure = null;
      await vi.advanceTimersByTimeAsync(2500);
      expect(backlog.remaining).toBe(3n);
      await handle.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts what another member of the group commits, of partitions that this one does not own', async () => {
    vi.useFakeTimers();
    try {
      const ends = new FakeEnds({ 't/0': [0n, 3n], 't/1': [0n, 5n] });
      const { backlog, consumer, open } = watched(ends);
      const handle = await open();
      consumer.reading = { positions: new Map([['t/0', 0n]]), queued: 0, throttledMs: 0 };
      ends.committed = new Map([
        ['t/0', 2n],
        ['t/1', 4n],
      ]);
      await vi.advanceTimersByTimeAsync(2500);
      expect(backlog.remaining).toBe(4n);
      ends.committed.set('t/1', 5n);
      await vi.advanceTimersByTimeAsync(2500);
      expect(backlog.remaining).toBe(3n);
      await handle.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('refuses topics of which one does not exist before it opens a consumer; with follow it is waited for', async () => {
    const ends = new FakeEnds({ 'other/0': [0n, 3n] });
    ends.absent = ['t'];
    const strict = watched(ends);
    await expect(strict.open()).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('there is no topic "t"') as string,
    });
    expect([strict.opened(), ends.closed]).toEqual([0, 1]);
    ends.unreachable = new ConnectorError('kafka.unreachable', 'nobody answers');
    await expect(strict.open()).rejects.toBe(ends.unreachable);
    expect(strict.opened()).toBe(0);
    const patient = watched(ends, { follow: true });
    await expect(patient.open()).resolves.toBeDefined();
  });

  it('names the partitions whose offset is not in their log, until a record of them comes', async () => {
    const ends = new FakeEnds({ 'a/0/1': [0n, 0n], 't/0': [0n, 3n], 't/1': [0n, 1n] });
    ends.range.get('a/0/1')!.outOfRange = { expected: 7n, earliest: 0n, end: 0n };
    ends.range.get('t/0')!.outOfRange = { expected: 9n, earliest: 0n, end: 3n };
    const { backlog, consumer, open } = watched(ends);
    expect(backlog.outOfRange).toEqual([]);
    const handle = await open();
    expect(backlog.outOfRange.map(({ topic, partition }) => [topic, partition])).toEqual([
      ['a/0', '1'],
      ['t', '0'],
    ]);
    consumer.next = [fetched(0, 0n, 1)];
    await handle.poll(10, 10, 0);
    expect(backlog.outOfRange).toEqual([{ topic: 'a/0', partition: '1', expected: 7n, earliest: 0n, end: 0n }]);
  });

  it('tells why the consumer is out of its group', async () => {
    const { backlog, consumer, open } = watched(new FakeEnds({ 't/0': [0n, 3n] }));
    expect(backlog.outage).toBeNull();
    const handle = await open();
    consumer.outage = new ConnectorError('kafka.unreachable', 'gone');
    expect([backlog.outage, handle.outage]).toEqual([consumer.outage, consumer.outage]);
  });

  it('tells whether brokers answer', async () => {
    const ends = new FakeEnds({ 't/0': [0n, 3n] });
    const { backlog, open } = watched(ends);
    await open();
    await expect(backlog.confirm()).resolves.toBeUndefined();
    ends.failure = new ConnectorError('kafka.unreachable', 'gone');
    await expect(backlog.confirm()).rejects.toMatchObject({ message: 'gone' });
    expect(ends.closed).toBe(2);
  });
});
