import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WriteQueue, type QueueRoom } from '../../../host/sdk/write-queue.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const DELAY_MS = 500;
const gathering = { maxRecords: 32, maxDelayMs: DELAY_MS };

/** A record of `bytes` bytes, as a request; it is its own ack. */
const request = (bytes = 2): { bytes: Uint8Array; count: number } => ({
  bytes:
    bytes === 2 ? Uint8Array.of(0x0a, 0) : Buffer.concat([Buffer.of(0x0a, 0x80, 0x80, 0x80, 1), Buffer.alloc(1 << 21)]).subarray(0, bytes),
  count: 1,
});

interface Driven {
  queue: WriteQueue;
  /** How many records each write held, and when it began. */
  writes: { records: number; atMs: number }[];
  told: boolean[];
}

function driven(room: QueueRoom, writeMs = 0): Driven {
  const began = performance.now();
  const told: boolean[] = [];
  const writes: { records: number; atMs: number }[] = [];
  const queue = new WriteQueue({
    write: async (records) => {
      writes.push({ records: records.length / 2, atMs: Math.round(performance.now() - began) });
      if (writeMs > 0) await new Promise((resolve) => setTimeout(resolve, writeMs));
      return records;
    },
    collecting: { gathering },
    acks: () => undefined,
    failed: (error) => expect.unreachable(String(error)),
    full: (isFull) => told.push(isFull),
    room,
  });
  return { queue, writes, told };
}

describe('a queue that gathers records', () => {
  test('is not full before a write is gathered, however little room it has', async () => {
    const { queue, writes, told } = driven({ requests: 1, bytes: 1 }, 50);
    for (let record = 1; record < 32; record++) queue.push(request());
    expect(told).toEqual([]);
    queue.push(request());
    expect(told).toEqual([true]);
    await vi.advanceTimersByTimeAsync(0);
    expect(writes).toEqual([{ records: 32, atMs: 0 }]);
    expect(told).toEqual([true, false]);
    // The same while a write runs.
    for (let record = 1; record < 32; record++) queue.push(request());
    expect(told).toEqual([true, false]);
    queue.push(request());
    expect(told).toEqual([true, false, true]);
    await vi.advanceTimersByTimeAsync(50);
    expect(writes).toEqual([
      { records: 32, atMs: 0 },
      { records: 32, atMs: 50 },
    ]);
  });

  test('is full once a write of the largest size waits', () => {
    const { queue, told } = driven({ requests: 1 }, 50);
    queue.push(request());
    expect(told).toEqual([]);
    queue.push(request(1 << 20));
    expect(told).toEqual([true]);
  });

  test('holds no record longer than the delay, whether it arrives before, during or after a write', async () => {
    const { queue, writes } = driven({}, 400);
    queue.push(request());
    await vi.advanceTimersByTimeAsync(300);
    queue.push(request());
    await vi.advanceTimersByTimeAsync(300); // at 500 ms the first write begins
    queue.push(request()); // at 600 ms, while it runs until 900 ms
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes).toEqual([
      { records: 2, atMs: DELAY_MS },
      { records: 1, atMs: 600 + DELAY_MS },
    ]);
  });

  test('writes at once what has waited for the delay while a write ran', async () => {
    const { queue, writes } = driven({}, 1000);
    for (let record = 0; record < 32; record++) queue.push(request());
    await vi.advanceTimersByTimeAsync(100);
    queue.push(request());
    await vi.advanceTimersByTimeAsync(2000);
    expect(writes).toEqual([
      { records: 32, atMs: 0 },
      { records: 1, atMs: 1000 },
    ]);
  });
});
