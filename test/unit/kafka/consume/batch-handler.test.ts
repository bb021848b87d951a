/** Many partitions whose batches grow a thousandfold when decompressed, and a guest that polls slowly. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Assignment } from '../../../../host/kafka/consume/assignment.ts';
import { BatchHandler } from '../../../../host/kafka/consume/batch-handler.ts';
import { ByteBudget } from '../../../../host/kafka/consume/byte-budget.ts';
import { RecordQueue } from '../../../../host/kafka/consume/record-queue.ts';
import type { FetchedPartition } from '../../../../host/kafka/group-consumer.ts';
import { codecFor } from '../../../../host/kafka/records/codecs.ts';
import { encodeBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { section } from '../sections.ts';

const PARTITIONS = 64;
const VALUE_BYTES = 512 << 10;
const RECORDS = 8;
const BATCHES = 2;
const MAX_BYTES = 20 << 20;
const batchBytes = RECORDS * VALUE_BYTES;

type Compression = 'gzip' | 'snappy' | 'lz4' | 'zstd';

function encoded(compression: Compression): Buffer {
  const set = section(Array.from({ length: RECORDS }, () => ({ value: Buffer.alloc(VALUE_BYTES) })));
  return encodeBatch(set, set.baseTimestamp, codecFor(compression));
}

/** As a group consumer hands over the next batches of a partition. */
function fetchedOf(encodedBatch: Buffer, partition: number, isCurrent: () => boolean, heartbeat: () => void): FetchedPartition {
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    const bytes = Buffer.from(encodedBatch);
    bytes.writeBigInt64BE(BigInt(i * RECORDS), 0);
    return { batch: readBatches(bytes)[0]! };
  });
  return {
    topic: 't',
    partition,
    fetchOffset: 0n,
    lastOffset: BigInt(BATCHES * RECORDS - 1),
    batches,
    isCurrent,
    heartbeat: async () => heartbeat(),
    resolve: () => undefined,
  };
}

function handlers(compression: Compression, budget: ByteBudget, isRunning: () => boolean = () => true) {
  const queue = new RecordQueue({ maxRecords: 100_000, maxBytes: 1 << 20 });
  let heartbeats = 0;
  const unexpected = (failure: unknown): never => {
    throw new Error(`unexpected: ${String(failure)}`);
  };
  const handler = new BatchHandler({
    queue,
    decompressed: budget,
    log: () => undefined,
    signal: new AbortController().signal,
    failed: unexpected,
    again: unexpected,
  });
  const assignment = { live: true, ready: true, epoch: 1, partition: () => undefined } as unknown as Assignment;
  const batch = encoded(compression);
  const all = Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) =>
      handler.handle(
        fetchedOf(batch, partition, isRunning, () => heartbeats++),
        assignment,
      ),
    ),
  );
  return { queue, all, heartbeats: () => heartbeats };
}

describe.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('decompressed records, %s', (compression) => {
  test('take no more than the budget between all handlers and the queue, and all of them arrive', async () => {
    const budget = new ByteBudget(MAX_BYTES);
    const { queue, all } = handlers(compression, budget);
    let isOver = false;
    void all.then(() => (isOver = true));
    let records = 0;
    let bytes = 0;
    await expect.poll(() => budget.usedBytes).toBeGreaterThanOrEqual(batchBytes);
    while (!isOver || !queue.empty) {
      expect(budget.usedBytes).toBeLessThanOrEqual(MAX_BYTES);
      for (const taken of queue.take(3, 1 << 21)) {
        records += taken.records.count;
        bytes += taken.records.records.length;
      }
      await delay(0);
    }
    expect(records).toBe(PARTITIONS * BATCHES * RECORDS);
    expect(bytes).toBeGreaterThan(PARTITIONS * BATCHES * batchBytes);
    expect(budget.usedBytes).toBe(0);
  });
});

test('a handler that waits for memory keeps its member alive, and goes when its assignment ends', async () => {
  const budget = new ByteBudget(MAX_BYTES);
  const foreign = budget.reserve(MAX_BYTES);
  let isRunning = true;
  const { queue, all, heartbeats } = handlers('zstd', budget, () => isRunning);
  await expect.poll(heartbeats, { timeout: 20_000 }).toBeGreaterThanOrEqual(PARTITIONS);
  isRunning = false;
  await all;
  expect([queue.empty, budget.usedBytes]).toEqual([true, MAX_BYTES]);
  foreign.release();
  expect(budget.usedBytes).toBe(0);
});
