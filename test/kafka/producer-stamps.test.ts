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

/**
 * What happens to a request: `lost` never arrives, `late` does after another one, `unanswered` is written; with `forgotten` the partition has an
 * old state of its producers then, with `unknown` none.
 */
type Fate = 'served' | 'lost' | 'late' | 'unanswered' | 'refused' | 'forgotten' | 'unknown';

class Partition {
  readonly log: string[] = [];
  /** Requests that arrive after the next one. */
  readonly late: Buffer[] = [];
  readonly stamps: string[] = [];
  readonly limit: number;
  #producers = new Map<bigint, { epoch: number; next: number; last: string[] }>();

  constructor(limit = 1000) {
    this.limit = limit;
  }

  /** As after a leader was lost that alone knew the producers. */
  forget(): void {
    for (const state of this.#producers.values()) Object.assign(state, { next: -1, last: [] });
  }

  /** As after none of them wrote for a day: any number is taken then. */
  forgetAll(): void {
    this.#producers.clear();
  }
  /** As in a cluster that was made anew. */
  wipe(): void {
    this.forgetAll();
    this.log.splice(0);
  }

  /** Requests that have not been answered yet: now, and at most. */
  readonly inFlight = { now: 0, most: 0 };
  begin(): void {
    this.inFlight.most = Math.max(this.inFlight.most, ++this.inFlight.now);
  }
  end(): void {
    this.inFlight.now--;
  }

  /** Nobody hears the answer. */
  appendLate(encoded: Buffer): void {
    try {
      this.append(encoded);
    } catch {
      // Refused, as it should be.
    }
  }

  append(encoded: Buffer): void {
    const [batch] = readBatches(encoded);
    const { producerId } = batch!;
    const [epoch, sequence] = [encoded.readInt16BE(51), encoded.readInt32BE(53)];
    this.stamps.push(`${producerId}/${epoch}/${sequence}`);
    const values = decode(openBatch(batch!, 1 << 24)).map(({ value }) => value!);
    if (values.length > this.limit) throw new ProtocolError('MESSAGE_TOO_LARGE');
    const known = this.#producers.get(producerId);
    const range = `${sequence}+${values.length}`;
    if (producerId >= 0n && known !== undefined) {
      if (epoch < known.epoch) throw new ProtocolError('INVALID_PRODUCER_EPOCH');
      if (epoch > known.epoch && sequence !== 0) throw new ProtocolError('OUT_OF_ORDER_SEQUENCE_NUMBER');
      if (epoch === known.epoch) {
        if (known.last.includes(range)) return; // known: not written again
        if (sequence !== known.next) throw new ProtocolError('OUT_OF_ORDER_SEQUENCE_NUMBER');
      }
    }
    const last = known?.epoch === epoch ? known.last : [];
    this.#producers.set(producerId, { epoch, next: (sequence + values.length) % 2 ** 31, last: [...last, range].slice(-5) });
    this.log.push(...values);
  }
}

/** 7, 8, 9, ...: as a cluster gives them, each once. */
function ids(from = 7n): LaneOptions['producerId'] {
  let next = from;
  return async () => ({ id: next++, epoch: 0 });
}

/** A lane to the partition; `fate` decides for each request. */
function laneTo(
  partition: Partition,
  fate: () => Fate,
  producerId: LaneOptions['producerId'] = ids(),
  log: (line: string) => void = () => undefined,
) {
  const late: Buffer[] = partition.late;
  return new PartitionLane({
    topic: 't',
    partition: 0,
    options: { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 },
    recordsPath: 'raw',
    log: (_level, line) => log(line),
    producer: async () => ({
      send: async ({ messages }) => {
        const { encoded } = messages[0] as unknown as RawOutgoing;
        partition.begin();
        try {
          const what = fate();
          if (what === 'late') late.push(encoded);
          await new Promise((resolve) => setTimeout(resolve, 10)); // several are on their way at once
          if (what === 'lost' || what === 'late') throw new Error('the connection is lost');
          if (what === 'refused') throw new ProtocolError('NOT_ENOUGH_REPLICAS', true);
          if (what === 'forgotten') partition.forget();
          if (what === 'unknown') partition.forgetAll();
          partition.append(encoded);
          for (const old of late.splice(0)) partition.appendLate(old);
          if (what === 'unanswered') throw new Error('the connection is lost');
          return CONFIRMED;
        } finally {
          partition.end();
        }
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

const fate = fc.constantFrom<Fate>('served', 'served', 'lost', 'late', 'unanswered', 'refused');
const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 });

test.each([
  ['one after the other', false],
  ['all at once', true],
])('whatever is lost on the way, each record is written once and in order: batches %s', async (_name, atOnce) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 16 }), sizes, async (list, counts) => {
      const partition = new Partition();
      const lane = laneTo(partition, fates(list));
      const delivered: Promise<number[]>[] = [];
      let from = 0;
      for (const count of counts) {
        delivered.push(deliver(lane, count, from));
        if (!atOnce) await delivered.at(-1);
        from += count;
      }
      expect((await Promise.all(delivered)).flat()).toEqual(NO_FAILURES);
      expect(partition.log).toEqual(valuesTo(from));
    }),
    { numRuns: 300 },
  );
});

test('batches that have to be split among others that are on their way at once: each record is written once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fate, { maxLength: 8 }),
      fc.array(fc.constantFrom(1, 1, 1, 2), { minLength: 2, maxLength: 8 }),
      async (list, counts) => {
        const partition = new Partition(1); // so that batches of two are split
        const lane = laneTo(partition, fates(list));
        let from = 0;
        const delivered = counts.map((count) => deliver(lane, count, (from += count) - count));
        expect((await Promise.all(delivered)).flat()).toEqual(NO_FAILURES);
        expect(partition.log).toEqual(valuesTo(from));
      },
    ),
    { numRuns: 200 },
  );
});

test('as many batches are on their way as a broker remembers, once it knows the producer', async () => {
  const partition = new Partition();
  const lane = laneTo(partition, fates([]));
  await deliver(lane, 1);
  expect(partition.inFlight.most).toBe(1);
  await Promise.all(Array.from({ length: 12 }, (_, i) => deliver(lane, 1, i + 1)));
  expect(partition.inFlight.most).toBe(5);
  expect(partition.log).toEqual(valuesTo(13));
});

test('what was refused for the sake of the batch before it is sent again as it was', async () => {
  const partition = new Partition();
  const lane = laneTo(partition, fates(['served', 'lost']));
  await deliver(lane, 1);
  await Promise.all([deliver(lane, 1, 1), deliver(lane, 2, 2), deliver(lane, 1, 4)]);
  expect(partition.stamps).toEqual(['7/0/0', '7/0/2', '7/0/4', '7/0/1', '7/0/2', '7/0/4']);
  expect(partition.log).toEqual(valuesTo(5));
});

test('after a batch that was given up, a broker that never saw it gets the next one alone: it would take any of several', async () => {
  const partition = new Partition();
  const lane = laneTo(partition, fates(['lost', 'lost', 'served']));
  expect(await deliver(lane, 1, 9, Date.now() + 5)).toEqual([9]);
  await Promise.all(Array.from({ length: 3 }, (_, i) => deliver(lane, 1, i)));
  expect(partition.log).toEqual(valuesTo(3));
});

test('without a producer id there is never more than one on its way', async () => {
  const partition = new Partition();
  const lane = laneTo(partition, fates(['served', 'served', 'lost']), async () => null);
  await Promise.all(Array.from({ length: 6 }, (_, i) => deliver(lane, 1, i)));
  expect(partition.inFlight.most).toBe(1);
  expect(partition.log).toEqual(valuesTo(6));
});

test('after a batch that is split and a record that is refused, the count begins again in a new epoch', async () => {
  const partition = new Partition(1);
  const lane = laneTo(partition, fates([]));
  expect(await deliver(lane, 1)).toEqual(NO_FAILURES);
  expect(await deliver(lane, 2, 1)).toEqual(NO_FAILURES);
  expect(partition.stamps).toEqual(['7/0/0', '7/0/1', '7/1/0', '7/1/1']);
  expect(partition.log).toEqual(valuesTo(3));
});

test.each(['before', 'after'])('a batch that was given up and arrives late, %s the next one, is not taken for it', async (when) => {
  const partition = new Partition();
  const lane = laneTo(partition, fates(['late']));
  expect(await deliver(lane, 2, 0, Date.now() + 5)).toEqual([0, 1]);
  if (when === 'before') partition.appendLate(partition.late.pop()!);
  expect(await deliver(lane, 2, 2)).toEqual(NO_FAILURES);
  expect(partition.log).toEqual(when === 'before' ? valuesTo(4) : ['value-2', 'value-3']);
});

test('writers to which a cluster that was made anew gave the same id do not lose records to each other', async () => {
  const partition = new Partition();
  let next = 0n;
  const give: LaneOptions['producerId'] = async () => ({ id: next++, epoch: 0 });
  const old = laneTo(partition, fates([]), give);
  await deliver(old, 5, 10);
  partition.wipe();
  next = 0n;
  const fresh = laneTo(partition, fates([]), give);
  expect(await deliver(fresh, 1, 1)).toEqual(NO_FAILURES);
  expect(await deliver(old, 1, 2)).toEqual(NO_FAILURES);
  expect(await deliver(fresh, 1, 3)).toEqual(NO_FAILURES);
  expect(partition.log).toEqual(['value-1', 'value-2', 'value-3']);
});

test('what is acknowledged is there, also where brokers forget, batches are given up, and requests arrive late', async () => {
  const anything = fc.oneof(fate, fc.constantFrom<Fate>('late', 'forgotten', 'unknown'));
  const batches = fc.array(fc.record({ count: fc.integer({ min: 1, max: 3 }), patienceMs: fc.constantFrom(5, 15, 200, 100_000) }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 16 }), batches, fc.boolean(), async (list, all, atOnce) => {
      const partition = new Partition(2); // batches of three are split
      const lane = laneTo(partition, fates(list));
      const delivered: Promise<number[]>[] = [];
      let from = 0;
      for (const { count, patienceMs } of all) {
        delivered.push(deliver(lane, count, from, Date.now() + patienceMs));
        if (!atOnce) await delivered.at(-1);
        from += count;
      }
      const failed = new Set((await Promise.all(delivered)).flat());
      const there = new Set(partition.log);
      for (let i = 0; i < from; i++) if (!failed.has(i)) expect(there).toContain(`value-${i}`);
    }),
    { numRuns: 500 },
  );
});

test.each(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING'])(
  'a broker that does not know what came before (%s) gets the batch again, under a new id',
  async (type) => {
    const partition = new Partition();
    let asked = 0;
    const lane = laneTo(partition, () => {
      if (++asked === 2) throw new ProtocolError(type);
      return 'served';
    });
    expect(await deliver(lane, 2)).toEqual(NO_FAILURES);
    expect(await deliver(lane, 2, 2)).toEqual(NO_FAILURES);
    expect(partition.stamps).toEqual(['7/0/0', '8/0/0']);
    expect(partition.log).toEqual(valuesTo(4));
  },
);

test.each(['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'CLUSTER_AUTHORIZATION_FAILED'])(
  'a broker that refuses the stamp (%s) gets batches without',
  async (type) => {
    const partition = new Partition();
    const lines: string[] = [];
    let asked = 0;
    const lane = laneTo(
      partition,
      () => {
        if (++asked === 1) throw new ProtocolError(type);
        return 'served';
      },
      ids(),
      (line) => lines.push(line),
    );
    expect(await deliver(lane, 2)).toEqual(NO_FAILURES);
    expect(await deliver(lane, 2, 2)).toEqual(NO_FAILURES);
    expect(partition.stamps).toEqual(['-1/-1/-1', '-1/-1/-1']);
    expect(lines[0]).toBe(`disabling idempotent writes because the brokers refuse them: ${type}: ${type}.`);
  },
);

test('where even a batch without a stamp is forbidden, it is told', async () => {
  const lane = laneTo(new Partition(), () => {
    throw new ProtocolError('CLUSTER_AUTHORIZATION_FAILED');
  });
  expect(await deliver(lane, 2)).toEqual([0, 1]);
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

test('nor is a new id known to the broker: its first batch goes alone', async () => {
  const partition = new Partition();
  const ids: ProducerId[] = [
    { id: 7n, epoch: 0x7fff },
    { id: 8n, epoch: 0 },
  ];
  const lane = laneTo(partition, fates(['served', 'lost', 'lost']), async () => ids.shift()!);
  await deliver(lane, 1);
  expect(await deliver(lane, 1, 9, Date.now() + 5)).toEqual([9]);
  await Promise.all([1, 2, 3].map((from) => deliver(lane, 1, from)));
  expect(partition.stamps).toEqual(['7/32767/0', '8/0/0', '8/0/1', '8/0/2']);
  expect(partition.log).toEqual(valuesTo(4));
});

test('numbers go on at 0 after the last of 31 bits', async () => {
  const sequence = new Sequence(async () => ({ id: 7n, epoch: 0 }));
  sequence.advance(await sequence.stamp(), 2 ** 31 - 2);
  expect(await sequence.stamp()).toEqual({ producerId: 7n, epoch: 0, sequence: 2 ** 31 - 2 });
  expect(await sequence.stamp(3)).toEqual({ producerId: 7n, epoch: 0, sequence: 1 });
  sequence.advance(await sequence.stamp(), 3);
  expect(await sequence.stamp()).toEqual({ producerId: 7n, epoch: 0, sequence: 1 });
});

test('no id to be had now is a reason to try again, whatever the reason; none at all is none', async () => {
  const partition = new Partition();
  let asked = 0;
  const lane = laneTo(partition, fates([]), async () => {
    if (++asked < 3) throw new ProtocolError('TOPIC_AUTHORIZATION_FAILED');
    return null;
  });
  expect(await deliver(lane, 2)).toEqual(NO_FAILURES);
  expect(partition.stamps).toEqual(['-1/-1/-1']);
  expect(asked).toBe(3);
});
