/** A partition that keeps Kafka's rules for idempotent writes (KIP-98, ProducerStateManager), and a queue that writes to it over a bad network. */
import { Deadline } from '../../../../host/base/deadline.ts';
import { vi } from 'vitest';
import { divide } from '../../../../host/kafka/records/outgoing-batch.ts';
import { KafkaFault } from '../../../../host/kafka/fault.ts';
import { PartitionQueue, type PartitionQueueOptions } from '../../../../host/kafka/produce/partition-queue.ts';
import { openBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import { decode, numbered, section } from '../sections.ts';

/** The answer of a broker. */
export const answer = (type: string, retriable = false): KafkaFault => new KafkaFault('answer', type, { type, retriable });
const lost = (): KafkaFault => new KafkaFault('connection', 'the connection is lost');

/**
 * What happens to a request: `lost` never arrives, `late` does after another one, `unanswered` is written; with `forgotten` the partition has an
 * old state of its producers then, with `unknown` none.
 */
export type Fate = 'served' | 'lost' | 'late' | 'unanswered' | 'refused' | 'forgotten' | 'unknown';

export class Partition {
  readonly log: string[] = [];
  /** Requests that arrive after the next one. */
  readonly late: Buffer[] = [];
  /** `producer id/producer epoch/base sequence` of each request. */
  readonly sequences: string[] = [];
  readonly limit: number;
  #producers = new Map<bigint, { epoch: number; next: number; last: string[] }>();

  constructor(limit = 1000) {
    this.limit = limit;
  }

  /** Forgets the producers, as after the loss of a leader that had not replicated their state. */
  forget(): void {
    for (const state of this.#producers.values()) Object.assign(state, { next: -1, last: [] });
  }

  /** Expires the producers, as if none had written for a day: then any sequence number is accepted. */
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

  /** The answer is lost. */
  appendLate(encoded: Buffer): void {
    try {
      this.append(encoded);
    } catch {
      // The partition refuses the request, as Kafka does.
    }
  }

  append(encoded: Buffer): void {
    const [batch] = readBatches(encoded);
    const { producerId } = batch!;
    const [epoch, sequence] = [encoded.readInt16BE(51), encoded.readInt32BE(53)];
    this.sequences.push(`${producerId}/${epoch}/${sequence}`);
    const values = decode(openBatch(batch!, 1 << 24)).map(({ value }) => value!);
    if (values.length > this.limit) throw answer('MESSAGE_TOO_LARGE');
    const known = this.#producers.get(producerId);
    const range = `${sequence}+${values.length}`;
    if (producerId >= 0n && known !== undefined) {
      if (epoch < known.epoch) throw answer('INVALID_PRODUCER_EPOCH');
      if (epoch > known.epoch && sequence !== 0) throw answer('OUT_OF_ORDER_SEQUENCE_NUMBER');
      if (epoch === known.epoch) {
        if (known.last.includes(range)) return; // known: not written again
        if (sequence !== known.next) throw answer('OUT_OF_ORDER_SEQUENCE_NUMBER');
      }
    }
    const last = known?.epoch === epoch ? known.last : [];
    this.#producers.set(producerId, { epoch, next: (sequence + values.length) % 2 ** 31, last: [...last, range].slice(-5) });
    this.log.push(...values);
  }
}

/** 7, 8, 9, ...: as a cluster gives them, each once. */
export function ids(from = 7n): PartitionQueueOptions['producerId'] {
  let next = from;
  return async () => ({ id: next++, epoch: 0 });
}

/** A queue for the partition; `fate` decides for each request. */
export function queueFor(
  partition: Partition,
  fate: () => Fate,
  producerId: PartitionQueueOptions['producerId'] = ids(),
  log: (line: string) => void = () => undefined,
) {
  const late: Buffer[] = partition.late;
  return new PartitionQueue({
    topic: 't',
    partition: 0,
    options: { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0, partitioner: 'murmur2' },
    log: (_level, line) => log(line),
    writer: async () => ({
      write: async (_topic, _partition, encoded) => {
        partition.begin();
        try {
          const what = fate();
          if (what === 'late') late.push(encoded);
          await new Promise((resolve) => setTimeout(resolve, 10)); // several are on their way at once
          if (what === 'lost' || what === 'late') throw lost();
          if (what === 'refused') throw answer('NOT_ENOUGH_REPLICAS', true);
          if (what === 'forgotten') partition.forget();
          if (what === 'unknown') partition.forgetAll();
          partition.append(encoded);
          for (const old of late.splice(0)) partition.appendLate(old);
          if (what === 'unanswered') throw lost();
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
/** One for each request; after them all are served. */
export const fates = (list: readonly Fate[]): (() => Fate) => {
  let at = 0;
  return () => list[at++] ?? 'served';
};
const batch = (count: number, from = 0) => divide(section(numbered(count, from)), from, () => 0, 1 << 20).batches[0]!;
export async function deliver(queue: PartitionQueue, count: number, from = 0, deadline = Deadline.never): Promise<number[]> {
  const failed: number[] = [];
  const told = {
    deadline,
    signal: new AbortController().signal,
    fail: (indexes: Iterable<number>) => failed.push(...indexes),
    obstacle: () => null,
  };
  let over = false;
  void queue.deliver(batch(count, from), told).then(() => (over = true));
  // Fake time passes as fast as possible, because the waits between attempts are not tested here.
  while (!over) await vi.advanceTimersByTimeAsync(50);
  return failed;
}
