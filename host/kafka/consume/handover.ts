/** Puts the records of one fetched partition into the queue, batch by batch, and tells the client up to which offset they are handed out. */
import { settles, sleep } from '../../base/wait.ts';
import type { RecordSet } from '../contract.ts';
import type { FetchedPartition } from '../group-consumer.ts';
import type { FetchedBatch } from '../records/record-batch.ts';
import { RecordMerger } from '../records/record-merger.ts';
import { trimBelow } from '../records/record-set.ts';
import type { AssignedPartition, Assignment } from './assignment.ts';
import type { BatchOpener, OpenedBatch } from './batch-opener.ts';
import type { RecordQueue } from './record-queue.ts';
import { partitionKey } from './start-offsets.ts';

/** Time between two heartbeats of a handler that waits. */
export const WAIT_MS = 1_000;

export interface HandoverOptions {
  fetched: FetchedPartition;
  assignment: Assignment;
  fetchOffset: bigint;
  queue: RecordQueue;
  opener: BatchOpener;
}

/**
 * While one of its methods waits, no variable may hold the records of a batch that is handed out already. A handler can wait long for the next batch,
 * and the records would stay in memory without being counted. So each batch has calls of its own.
 */
export class Handover {
  readonly #fetched: FetchedPartition;
  readonly #assignment: Assignment;
  readonly #fetchOffset: bigint;
  readonly #queue: RecordQueue;
  readonly #opener: BatchOpener;
  readonly #state: AssignedPartition | undefined;
  readonly #merger = new RecordMerger();
  /** The last offset that may be resolved; null = none. The records in the merger have higher offsets. */
  #handed: bigint | null = null;

  constructor({ fetched, assignment, fetchOffset, queue, opener }: HandoverOptions) {
    this.#fetched = fetched;
    this.#assignment = assignment;
    this.#fetchOffset = fetchOffset;
    this.#queue = queue;
    this.#opener = opener;
    this.#state = assignment.partition(fetched.topic, fetched.partition);
  }

  /** Hands a batch over. False if the assignment ended meanwhile; rejects if the batch cannot be read. It is a promise only if it must wait. */
  batch(batch: FetchedBatch): boolean | Promise<boolean> {
    const { topic, partition } = this.#fetched;
    const opening = this.#opener.open(batch, partitionKey(topic, partition), (room) => this.#wait(room));
    return opening instanceof Promise ? opening.then((opened) => this.#add(batch, opened)) : this.#add(batch, opening);
  }

  /** Must be called after the last batch. Resolves with false if the assignment ended meanwhile. */
  async end(): Promise<boolean> {
    if (!(await this.#push(this.#merger.flush()))) return false;
    this.#resolve();
    return true;
  }

  #add(batch: FetchedBatch, opened: OpenedBatch | null): boolean | Promise<boolean> {
    if (opened === null) return false;
    if ('failure' in opened) return this.#endBefore(opened.failure);
    const records = fromOffset(opened.records, this.#fetchOffset, batch.codec !== 0);
    const ready = records === null || records.count === 0 ? [] : this.#merger.add(records);
    if (ready.length === 0) {
      opened.release(); // the records are in the merger, which holds only small sets
      this.#handed = batch.lastOffset;
      return true;
    }
    return this.#handOver(ready, batch.lastOffset, opened.release);
  }

  async #handOver(sets: RecordSet[], lastOffset: bigint, release: () => void): Promise<boolean> {
    let isHanded = false;
    try {
      isHanded = await this.#push(sets, release);
    } finally {
      if (!isHanded) release();
    }
    if (!isHanded) return false;
    this.#resolve();
    this.#handed = lastOffset;
    return true;
  }

  /** Hands out the batches before the one that cannot be read, and rejects. */
  async #endBefore(failure: Error): Promise<never> {
    await this.end();
    throw failure;
  }

  /** Puts sets into the queue. False if the assignment ended while it waited for room. `release` is called when the last set has left the queue. */
  async #push(sets: RecordSet[], release?: () => void): Promise<boolean> {
    const { topic, partition } = this.#fetched;
    for (let records = sets.shift(); records !== undefined; records = sets.shift()) {
      if (!this.isWanted) return false;
      while (this.#queue.full || this.#assignment.isEnding) if (!(await this.#wait(this.#room()))) return false;
      this.#queue.push({ topic, partition, epoch: this.#assignment.epoch, records }, sets.length === 0 ? release : undefined);
      if (this.#state !== undefined) this.#state.handed = true;
    }
    return true;
  }

  #room(): Promise<unknown> {
    return this.#assignment.isEnding ? sleep(WAIT_MS) : this.#queue.room(WAIT_MS);
  }

  #resolve(): void {
    if (this.#handed === null) return;
    this.#fetched.resolve(this.#handed);
    if (this.#state !== undefined) this.#state.expected = this.#handed + 1n;
  }

  get isWanted(): boolean {
    return this.#assignment.live && this.#fetched.isCurrent();
  }

  /** Waits for room, at most WAIT_MS, and sends a heartbeat. False if the assignment ended meanwhile. */
  async #wait(room: Promise<unknown>): Promise<boolean> {
    await settles(room, WAIT_MS);
    if (!this.isWanted) return false;
    await this.#fetched.heartbeat();
    return this.isWanted;
  }
}

/** The records from an offset on. A part of decompressed records is copied, because a view would keep all of them in memory. */
function fromOffset(set: RecordSet, offset: bigint, isCompressed: boolean): RecordSet | null {
  const rest = trimBelow(set, offset);
  return rest === null || rest === set || !isCompressed ? rest : { ...rest, records: Uint8Array.from(rest.records) };
}
