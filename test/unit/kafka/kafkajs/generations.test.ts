import { expect, test, vi } from 'vitest';
import { KafkajsFetchedPartition } from '../../../../host/kafka/kafkajs/fetched-partition.ts';
import { consumerGroupOfGenerations, type TaggedBatch } from '../../../../host/kafka/kafkajs/generations.ts';
import type { EachBatchPayload } from '../../../../host/kafka/kafkajs/kafkajs.ts';

class StockGroup {
  offsetManager: object | null = {};
  seekOffset = new Map<string, unknown>();
  joined: (() => void)[] = [];
  instrumentationEmitter = { addListener: (_name: string, listener: () => void) => this.joined.push(listener) };
  answer = Promise.withResolvers<TaggedBatch[]>();
  preferredReadReplicasPerTopicPartition: Record<string, Record<number, object> | undefined> = { t: { 0: {}, 1: {} }, u: { 0: {} } };
  recovered: Error[] = [];
  async recoverFromFetch(error: Error): Promise<void> {
    if (error.name === 'KafkaJSOffsetOutOfRange') return this.recoverFromOffsetOutOfRange(error as never);
    this.recovered.push(error);
    throw error;
  }
  async recoverFromOffsetOutOfRange(error: Error & { topic: string; partition: number }): Promise<void> {
    this.recovered.push(error);
  }
  fetch(): Promise<TaggedBatch[]> {
    return this.answer.promise;
  }
  /** As kafkajs does it: a new offset manager, then the event. */
  join(): void {
    this.offsetManager = {};
    for (const listener of this.joined) listener();
  }
}

function group(): StockGroup {
  const Group = consumerGroupOfGenerations(StockGroup);
  return new Group() as unknown as StockGroup;
}

const batch = (): TaggedBatch => ({ isEmptyDueToFiltering: () => true });

/** The batch as a consumer gets it. */
function partitionOf(fetched: TaggedBatch, resolveOffset = vi.fn()): KafkajsFetchedPartition {
  const content = Object.assign(fetched, { topic: 't', partition: 0, messages: [], fetchedOffset: '7' });
  return new KafkajsFetchedPartition({
    batch: content,
    resolveOffset,
    isRunning: () => true,
    isStale: () => false,
  } as unknown as EachBatchPayload);
}

test('what was asked for before a join and comes after it is left out', async () => {
  const member = group();
  const fetching = member.fetch();
  member.join();
  member.answer.resolve([batch()]);
  expect(await fetching).toEqual([]);
});

test('what comes before a join is handled, and what of it is left at the join is neither handled nor resolved', async () => {
  const member = group();
  member.answer.resolve([batch()]);
  const [fetched] = await member.fetch();
  const resolveOffset = vi.fn();
  const handle = vi.fn(() => Promise.resolve());
  const partition = partitionOf(fetched!, resolveOffset);
  expect([partition.isCurrent(), fetched!.isEmptyDueToFiltering()]).toEqual([true, true]);
  await partition.handledBy({ handle });
  partition.resolve(7n);
  member.join();
  expect([partition.isCurrent(), fetched!.isEmptyDueToFiltering()]).toEqual([false, false]);
  await partition.handledBy({ handle });
  partition.resolve(8n);
  expect(handle).toHaveBeenCalledTimes(1);
  expect(resolveOffset.mock.calls).toEqual([['7']]);
});

test('a start offset that no fetch has taken is forgotten with its assignment', () => {
  const member = group();
  member.seekOffset.set('["t",0]', '5');
  member.join();
  expect(member.seekOffset.size).toBe(0);
});

test('after an error the leaders are asked, and not the replicas that were preferred', async () => {
  const member = group();
  const error = new Error('no connection');
  await expect(member.recoverFromFetch(error)).rejects.toBe(error);
  expect(member.preferredReadReplicasPerTopicPartition).toEqual({});
});

test('an offset that a preferred replica does not have is asked of the leader, and only if that does not have it either it is reset', async () => {
  const member = group();
  const error = Object.assign(new Error('out of range'), { name: 'KafkaJSOffsetOutOfRange', topic: 't', partition: 1 });
  await member.recoverFromFetch(error);
  expect(member.recovered).toEqual([]);
  expect(member.preferredReadReplicasPerTopicPartition).toEqual({ t: { 0: {} }, u: { 0: {} } });
  await member.recoverFromFetch(error);
  expect(member.recovered).toEqual([error]);
});
