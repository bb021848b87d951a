/**
 * Producer ids and sequence numbers against a partition that keeps Kafka's rules (KIP-98, ProducerStateManager): whatever fails, whenever it
 * fails, each record is written once and in its place, as long as the partition remembers who wrote to it.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import '../../host/kafka/kafkajs.ts';
import { divide } from '../../host/kafka/outgoing-batch.ts';
import type { ProducerId } from '../../host/kafka/producer-id.ts';
import { PartitionLane, type LaneOptions } from '../../host/kafka/producer-lane.ts';
import type { RawOutgoing } from '../../host/kafka/raw-records.ts';
import { openBatch, readBatches } from '../../host/kafka/record-batch.ts';
import { Sequence } from '../../host/kafka/sequence.ts';
import { decode, numbered, section } from './sections.ts';

/** As kafkajs throws what a broker answered. */
class ProtocolError extends Error {
  readonly type: string;
  readonly retriable: boolean;
  constructor(type: string, retriable = false) {
    super(type);
    this.type = type;
    this.retriable = retriable;
  }
}
type Send = Awaited<ReturnType<LaneOptions['producer']>>['send'];
type Answer = Awaited<ReturnType<Send>>;
const CONFIRMED: Answer = [{ topicName: 't', partition: 0, errorCode: 0 }];
const NO_FAILURES: never[] = [];

/** What happens to a request: `lost` never arrives, `unanswered` is written. */
type Fate = 'served' | 'lost' | 'unanswered' | 'refused';

class Partition {
  readonly log: string[] = [];
  readonly stamps: string[] = [];
  readonly limit: number;
  #producers = new Map<bigint, { epoch: number; next: number }>();

  constructor(limit = 1000) {
    this.limit = limit;
  }

  /** As after a leader was lost that alone knew the producers. */
  forget(): void {
    for (const state of this.#producers.values()) state.next = -1;
  }

  append(encoded: Buffer): void {
    const [batch] = readBatches(encoded);
    const { producerId } = batch!;
    const [epoch, sequence] = [encoded.readInt16BE(51), encoded.readInt32BE(53)];
    this.stamps.push(`${producerId}/${epoch}/${sequence}`);
    const values = decode(openBatch(batch!, 1 << 24)).map(({ value }) => value!);
    if (values.length > this.limit) throw new ProtocolError('MESSAGE_TOO_LARGE');
    const known = this.#producers.get(producerId);
    if (producerId >= 0n && known !== undefined) {
      if (epoch < known.epoch) throw new ProtocolError('INVALID_PRODUCER_EPOCH');
      if (epoch > known.epoch && sequence !== 0) throw new ProtocolError('OUT_OF_ORDER_SEQUENCE_NUMBER');
      if (epoch === known.epoch) {
        if (known.next >= 0 && sequence === (known.next + 2 ** 31 - values.length) % 2 ** 31) return; // known: not written again
        if (sequence !== known.next) throw new ProtocolError('OUT_OF_ORDER_SEQUENCE_NUMBER');
      }
    }
    this.#producers.set(producerId, { epoch, next: (sequence + values.length) % 2 ** 31 });
    this.log.push(...values);
  }
}

/** A lane to the partition; `fate` decides for each request. */
function laneTo(partition: Partition, fate: () => Fate, producerId: LaneOptions['producerId'] = async () => ({ id: 7n, epoch: 0 })) {
  return new PartitionLane({
    topic: 't',
    partition: 0,
    options: { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 },
    recordsPath: 'raw',
    log: () => undefined,
    producer: async () => ({
      send: async ({ messages }) => {
        const what = fate();
        if (what === 'lost') throw new Error('the connection is lost');
        if (what === 'refused') throw new ProtocolError('NOT_ENOUGH_REPLICAS', true);
        partition.append((messages[0] as unknown as RawOutgoing).encoded);
        if (what === 'unanswered') throw new Error('the connection is lost');
        return CONFIRMED;
      },
    }),
    producerId,
    unknownTopic: () => undefined,
    renew: () => undefined,
  });
}
const fates = (list: readonly Fate[]): (() => Fate) => {
  let at = 0;
  return () => list[at++] ?? 'served';
};
const batch = (count: number, from = 0) => divide(section(numbered(count, from)), from, () => 0, 1 << 20).batches[0]!;
async function deliver(lane: PartitionLane, count: number, from = 0, deadline = Number.POSITIVE_INFINITY): Promise<number[]> {
  const failed: number[] = [];
  const told = { deadline, signal: new AbortController().signal, fail: (indexes: Iterable<number>) => failed.push(...indexes) };
  let over = false;
  void lane.deliver(batch(count, from), told).then(() => (over = true));
  // Time passes as fast as it can: the waits between the tries are not what is tested.
  while (!over) await vi.advanceTimersByTimeAsync(50);
  return failed;
}
const valuesTo = (count: number): string[] => numbered(count).map(({ value }) => value as string);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('every batch continues the count of the one before, and a repeated one keeps its place in it', async () => {
  const partition = new Partition();
  const lane = laneTo(partition, fates(['served', 'unanswered', 'served', 'served']));
  for (const [count, from] of [
    [3, 0],
    [2, 3],
    [1, 5],
  ] as const)
    expect(await deliver(lane, count, from)).toEqual(NO_FAILURES);
  expect(partition.stamps).toEqual(['7/0/0', '7/0/3', '7/0/3', '7/0/5']);
  expect(partition.log).toEqual(valuesTo(6));
});

test('whatever is lost on the way, each record is written once and in order', async () => {
  const fate = fc.constantFrom<Fate>('served', 'lost', 'unanswered', 'refused');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
      async (list, sizes) => {
        const partition = new Partition();
        const lane = laneTo(partition, fates(list));
        let from = 0;
        for (const size of sizes) {
          expect(await deliver(lane, size, from)).toEqual(NO_FAILURES);
          from += size;
        }
        expect(partition.log).toEqual(valuesTo(from));
      },
    ),
    { numRuns: 200 },
  );
});

test('after a batch that is split and a record that is refused, the count begins again in a new epoch', async () => {
  const partition = new Partition(1);
  const lane = laneTo(partition, fates([]));
  expect(await deliver(lane, 1)).toEqual(NO_FAILURES);
  expect(await deliver(lane, 2, 1)).toEqual(NO_FAILURES);
  expect(partition.stamps).toEqual(['7/0/0', '7/0/1', '7/1/0', '7/1/1']);
  expect(partition.log).toEqual(valuesTo(3));
});

test('a batch that was given up and arrives late is refused, once later ones are written', async () => {
  const partition = new Partition();
  let late: Buffer | null = null;
  const lane = new PartitionLane({
    topic: 't',
    partition: 0,
    options: { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 },
    recordsPath: 'raw',
    log: () => undefined,
    producer: async () => ({
      send: async ({ messages }) => {
        const { encoded } = messages[0] as unknown as RawOutgoing;
        if (late === null) {
          late = encoded;
          await new Promise((resolve) => setTimeout(resolve, 100));
          throw new Error('the connection is lost');
        }
        partition.append(encoded);
        return CONFIRMED;
      },
    }),
    producerId: async () => ({ id: 7n, epoch: 0 }),
    unknownTopic: () => undefined,
    renew: () => undefined,
  });
  expect(await deliver(lane, 2, 0, Date.now() + 50)).toEqual([0, 1]);
  expect(await deliver(lane, 1, 2)).toEqual(NO_FAILURES);
  expect(() => partition.append(late!)).toThrow('INVALID_PRODUCER_EPOCH');
  expect(partition.log).toEqual(['value-2']);
});

test('a broker that has forgotten what came before gets the batch again, in a new epoch', async () => {
  const partition = new Partition();
  const lane = laneTo(partition, fates([]));
  expect(await deliver(lane, 2)).toEqual(NO_FAILURES);
  partition.forget();
  expect(await deliver(lane, 2, 2)).toEqual(NO_FAILURES);
  expect(partition.stamps).toEqual(['7/0/0', '7/0/2', '7/1/0']);
  expect(partition.log).toEqual(valuesTo(4));
});

test('a broker that says "duplicate" has the batch', async () => {
  let asked = 0;
  const partition = new Partition();
  const lane = laneTo(partition, () => {
    if (asked++ === 0) return 'served';
    throw new ProtocolError('DUPLICATE_SEQUENCE_NUMBER');
  });
  expect(await deliver(lane, 2)).toEqual(NO_FAILURES);
  expect(await deliver(lane, 2)).toEqual(NO_FAILURES);
  expect(asked).toBe(2);
});

test('an id whose epochs are used up is exchanged for another', async () => {
  const partition = new Partition(1);
  const spent: (bigint | undefined)[] = [];
  const ids: ProducerId[] = [
    { id: 7n, epoch: 0x7ffe },
    { id: 8n, epoch: 0 },
  ];
  const lane = laneTo(partition, fates([]), async (old) => {
    spent.push(old);
    return ids.shift()!;
  });
  for (let from = 0; from < 6; from += 2) expect(await deliver(lane, 2, from)).toEqual(NO_FAILURES);
  expect(spent).toEqual([undefined, 7n]);
  expect(partition.stamps).toEqual(['7/32766/0', '7/32767/0', '7/32767/1', '7/32767/2', '8/0/0', '8/0/1', '8/0/2', '8/1/0', '8/1/1']);
  expect(partition.log).toEqual(valuesTo(6));
});

test('numbers go on at 0 after the last of 31 bits', async () => {
  const sequence = new Sequence(async () => ({ id: 7n, epoch: 0 }));
  await sequence.stamp();
  sequence.advance(2 ** 31 - 2);
  expect(await sequence.stamp()).toEqual({ producerId: 7n, epoch: 0, sequence: 2 ** 31 - 2 });
  sequence.advance(3);
  expect(await sequence.stamp()).toEqual({ producerId: 7n, epoch: 0, sequence: 1 });
});

test('no id to be had now is a reason to try again, none at all is none', async () => {
  const partition = new Partition();
  let asked = 0;
  const lane = laneTo(partition, fates([]), async () => {
    if (++asked < 3) throw new Error('the connection is lost');
    return null;
  });
  expect(await deliver(lane, 2)).toEqual(NO_FAILURES);
  expect(partition.stamps).toEqual(['-1/-1/-1']);
  expect(asked).toBe(3);
});
