/** Producer ids and sequence numbers against the model of a partition: no failure, at any time, loses a record or writes it twice. */
import { Deadline } from '../../../../host/base/deadline.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ProducerId } from '../../../../host/kafka/client.ts';
import type { PartitionQueueOptions } from '../../../../host/kafka/produce/partition-queue.ts';
import { PartitionSequence } from '../../../../host/kafka/produce/sequence.ts';
import { deliver, fates, ids, queueFor, Partition, answer, type Fate } from './partition-model.ts';
import { numbered } from '../sections.ts';

const NO_FAILURES: never[] = [];
const valuesTo = (count: number): string[] => numbered(count).map(({ value }) => value as string);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('every batch continues the count of the one before, and a repeated one keeps its place in it', async () => {
  const partition = new Partition();
  const queue = queueFor(partition, fates(['served', 'unanswered', 'served', 'served']));
  for (const [count, from] of [
    [3, 0],
    [2, 3],
    [1, 5],
  ] as const)
    expect(await deliver(queue, count, from)).toEqual(NO_FAILURES);
  expect(partition.sequences).toEqual(['7/0/0', '7/0/3', '7/0/3', '7/0/5']);
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
      const queue = queueFor(partition, fates(list));
      const delivered: Promise<number[]>[] = [];
      let from = 0;
      for (const count of counts) {
        delivered.push(deliver(queue, count, from));
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
        const queue = queueFor(partition, fates(list));
        let from = 0;
        const delivered = counts.map((count) => deliver(queue, count, (from += count) - count));
        expect((await Promise.all(delivered)).flat()).toEqual(NO_FAILURES);
        expect(partition.log).toEqual(valuesTo(from));
      },
    ),
    { numRuns: 200 },
  );
});

test('as many batches are on their way as a broker remembers, once it knows the producer', async () => {
  const partition = new Partition();
  const queue = queueFor(partition, fates([]));
  await deliver(queue, 1);
  expect(partition.inFlight.most).toBe(1);
  await Promise.all(Array.from({ length: 12 }, (_, i) => deliver(queue, 1, i + 1)));
  expect(partition.inFlight.most).toBe(5);
  expect(partition.log).toEqual(valuesTo(13));
});

test('what was refused for the sake of the batch before it is sent again as it was', async () => {
  const partition = new Partition();
  const queue = queueFor(partition, fates(['served', 'lost']));
  await deliver(queue, 1);
  await Promise.all([deliver(queue, 1, 1), deliver(queue, 2, 2), deliver(queue, 1, 4)]);
  expect(partition.sequences).toEqual(['7/0/0', '7/0/2', '7/0/4', '7/0/1', '7/0/2', '7/0/4']);
  expect(partition.log).toEqual(valuesTo(5));
});

test('after a batch that was given up, a broker that never saw it gets the next one alone: it would take any of several', async () => {
  const partition = new Partition();
  const queue = queueFor(partition, fates(['lost', 'lost', 'served']));
  expect(await deliver(queue, 1, 9, Deadline.after(5))).toEqual([9]);
  await Promise.all(Array.from({ length: 3 }, (_, i) => deliver(queue, 1, i)));
  expect(partition.log).toEqual(valuesTo(3));
});

test('without a producer id there is never more than one on its way', async () => {
  const partition = new Partition();
  const queue = queueFor(partition, fates(['served', 'served', 'lost']), async () => null);
  await Promise.all(Array.from({ length: 6 }, (_, i) => deliver(queue, 1, i)));
  expect(partition.inFlight.most).toBe(1);
  expect(partition.log).toEqual(valuesTo(6));
});

test('after a batch that is split and a record that is refused, the count begins again in a new epoch', async () => {
  const partition = new Partition(1);
  const queue = queueFor(partition, fates([]));
  expect(await deliver(queue, 1)).toEqual(NO_FAILURES);
  expect(await deliver(queue, 2, 1)).toEqual(NO_FAILURES);
  expect(partition.sequences).toEqual(['7/0/0', '7/0/1', '7/1/0', '7/1/1']);
  expect(partition.log).toEqual(valuesTo(3));
});

test.each(['before', 'after'])('a batch that was given up and arrives late, %s the next one, is not taken for it', async (when) => {
  const partition = new Partition();
  const queue = queueFor(partition, fates(['late']));
  expect(await deliver(queue, 2, 0, Deadline.after(5))).toEqual([0, 1]);
  if (when === 'before') partition.appendLate(partition.late.pop()!);
  expect(await deliver(queue, 2, 2)).toEqual(NO_FAILURES);
  expect(partition.log).toEqual(when === 'before' ? valuesTo(4) : ['value-2', 'value-3']);
});

test('writers to which a cluster that was made anew gave the same id do not lose records to each other', async () => {
  const partition = new Partition();
  let next = 0n;
  const give: PartitionQueueOptions['producerId'] = async () => ({ id: next++, epoch: 0 });
  const old = queueFor(partition, fates([]), give);
  await deliver(old, 5, 10);
  partition.wipe();
  next = 0n;
  const fresh = queueFor(partition, fates([]), give);
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
      const queue = queueFor(partition, fates(list));
      const delivered: Promise<number[]>[] = [];
      let from = 0;
      for (const { count, patienceMs } of all) {
        delivered.push(deliver(queue, count, from, Deadline.after(patienceMs)));
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
    const queue = queueFor(partition, () => {
      if (++asked === 2) throw answer(type);
      return 'served';
    });
    expect(await deliver(queue, 2)).toEqual(NO_FAILURES);
    expect(await deliver(queue, 2, 2)).toEqual(NO_FAILURES);
    expect(partition.sequences).toEqual(['7/0/0', '8/0/0']);
    expect(partition.log).toEqual(valuesTo(4));
  },
);

test.each(['UNSUPPORTED_FOR_MESSAGE_FORMAT', 'CLUSTER_AUTHORIZATION_FAILED'])(
  'a broker that refuses sequence numbers (%s) gets batches without',
  async (type) => {
    const partition = new Partition();
    const lines: string[] = [];
    let asked = 0;
    const queue = queueFor(
      partition,
      () => {
        if (++asked === 1) throw answer(type);
        return 'served';
      },
      ids(),
      (line) => lines.push(line),
    );
    expect(await deliver(queue, 2)).toEqual(NO_FAILURES);
    expect(await deliver(queue, 2, 2)).toEqual(NO_FAILURES);
    expect(partition.sequences).toEqual(['-1/-1/-1', '-1/-1/-1']);
    expect(lines[0]).toBe(`disabling idempotent writes because the brokers refuse them: ${type}: ${type}.`);
  },
);

test('where even a batch without sequence numbers is forbidden, it is told', async () => {
  const queue = queueFor(new Partition(), () => {
    throw answer('CLUSTER_AUTHORIZATION_FAILED');
  });
  expect(await deliver(queue, 2)).toEqual([0, 1]);
});

test('a broker that says "duplicate" has the batch', async () => {
  let asked = 0;
  const partition = new Partition();
  const queue = queueFor(partition, () => {
    if (asked++ === 0) return 'served';
    throw answer('DUPLICATE_SEQUENCE_NUMBER');
  });
  expect(await deliver(queue, 2)).toEqual(NO_FAILURES);
  expect(await deliver(queue, 2)).toEqual(NO_FAILURES);
  expect(asked).toBe(2);
});

test('an id whose epochs are used up is exchanged for another', async () => {
  const partition = new Partition(1);
  const spent: (bigint | undefined)[] = [];
  const ids: ProducerId[] = [
    { id: 7n, epoch: 0x7ffe },
    { id: 8n, epoch: 0 },
  ];
  const queue = queueFor(partition, fates([]), async (old) => {
    spent.push(old);
    return ids.shift()!;
  });
  for (let from = 0; from < 6; from += 2) expect(await deliver(queue, 2, from)).toEqual(NO_FAILURES);
  expect(spent).toEqual([undefined, 7n]);
  expect(partition.sequences).toEqual(['7/32766/0', '7/32767/0', '7/32767/1', '7/32767/2', '8/0/0', '8/0/1', '8/0/2', '8/1/0', '8/1/1']);
  expect(partition.log).toEqual(valuesTo(6));
});

test('nor is a new id known to the broker: its first batch goes alone', async () => {
  const partition = new Partition();
  const ids: ProducerId[] = [
    { id: 7n, epoch: 0x7fff },
    { id: 8n, epoch: 0 },
  ];
  const queue = queueFor(partition, fates(['served', 'lost', 'lost']), async () => ids.shift()!);
  await deliver(queue, 1);
  expect(await deliver(queue, 1, 9, Deadline.after(5))).toEqual([9]);
  await Promise.all([1, 2, 3].map((from) => deliver(queue, 1, from)));
  expect(partition.sequences).toEqual(['7/32767/0', '8/0/0', '8/0/1', '8/0/2']);
  expect(partition.log).toEqual(valuesTo(4));
});

test('numbers go on at 0 after the last of 31 bits', async () => {
  const sequence = new PartitionSequence(async () => ({ id: 7n, epoch: 0 }));
  sequence.advance(await sequence.of(), 2 ** 31 - 2);
  expect(await sequence.of()).toEqual({ producerId: 7n, producerEpoch: 0, baseSequence: 2 ** 31 - 2 });
  expect(await sequence.of(3)).toEqual({ producerId: 7n, producerEpoch: 0, baseSequence: 1 });
  sequence.advance(await sequence.of(), 3);
  expect(await sequence.of()).toEqual({ producerId: 7n, producerEpoch: 0, baseSequence: 1 });
});

test('no id to be had now is a reason to try again, whatever the reason; none at all is none', async () => {
  const partition = new Partition();
  let asked = 0;
  const queue = queueFor(partition, fates([]), async () => {
    if (++asked < 3) throw answer('TOPIC_AUTHORIZATION_FAILED');
    return null;
  });
  expect(await deliver(queue, 2)).toEqual(NO_FAILURES);
  expect(partition.sequences).toEqual(['-1/-1/-1']);
  expect(asked).toBe(3);
});
