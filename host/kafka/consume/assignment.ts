/** The partitions that were assigned in one join of the group, with their offsets, until the next join. */
import type { Log } from '../../base/log.ts';
import type { CommittedOffset, PartitionRange } from '../client.ts';
import type { Fetched } from '../contract.ts';
import { lastOffset } from '../records/record-set.ts';
import { partitionKey, type Start } from './start-offsets.ts';

export interface AssignedPartition {
  /** The committed offset of the group, as far as it is known. Commits never go below it. */
  committed: bigint;
  /** The offset at which the next fetch should begin; undefined before the first one. */
  expected: bigint | undefined;
  /** True after records of the partition were handed out. */
  handed: boolean;
  /** The offset after the last record that the guest has polled; null before the first one. */
  delivered: bigint | null;
  /** Its offset was out of range, and no records have come since, so that the offset at which reading resumes is unknown. No offset can be committed. */
  reset: boolean;
  /** Settles, soon, when the error for the last reset is logged. */
  told: Promise<void> | null;
  /** While `reset` is true: the offset after batches without records that the client has skipped since. */
  resumed: bigint | null;
}

/** Looks up the offsets that the log of a partition holds; null if no broker answers soon. */
export type LookUpRange = (topic: string, partition: number) => Promise<PartitionRange | null>;

export class Assignment {
  /** The assignment epoch of its records. */
  readonly epoch: number;
  readonly #log: Log;
  readonly #live: () => boolean;
  readonly #lookUpRange: LookUpRange;
  readonly #partitions = new Map<string, AssignedPartition>();
  /** Partitions whose offset was out of range before the start offsets were known. */
  readonly #resets = new Set<string>();
  /** Next offset per partition after batches that the client passed over (control batches, aborted transactions) before `begin`. */
  readonly #passed = new Map<string, bigint>();
  /**
   * The committed offsets at which the client began. If one is out of range, the client commits -2, "earliest", perhaps before the start offsets are
   * looked up.
   */
  readonly #began = new Map<string, bigint>();
  #ready = false;
  /** True once the partitions are about to be taken away. No further record is handed out, but offsets can still be committed. */
  isEnding = false;
  /** Settles when the wait before that is over; null while the partitions are not about to be taken away. */
  ending: Promise<void> | null = null;
  /** So many commits have moved an offset. */
  commits = 0;
  /** Settles when `ready` has become true, or will never become true. */
  prepared: Promise<void> = Promise.resolve();

  constructor(epoch: number, log: Log, live: () => boolean, lookUpRange: LookUpRange) {
    this.epoch = epoch;
    this.#log = log;
    this.#live = live;
    this.#lookUpRange = lookUpRange;
  }

  /** False once another assignment has followed, or the consumer ends. */
  get live(): boolean {
    return this.#live();
  }

  /** True once the start offsets are set. Before that no record is handed out. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Undefined before the assignment is ready, and for a partition that is not assigned. */
  partition(topic: string, partition: number): AssignedPartition | undefined {
    return this.#partitions.get(partitionKey(topic, partition));
  }

  /** The guest has polled these records. */
  polled(fetched: readonly Fetched[]): void {
    fetched.forEach(({ topic, partition, epoch, records }, index) => {
      const next = fetched[index + 1];
      if (next?.partition === partition && next.topic === topic) return; // the later records count
      const state = epoch === this.epoch ? this.partition(topic, partition) : undefined;
      const last = state === undefined ? null : lastOffset(records);
      if (state !== undefined && last !== null) state.delivered = last + 1n;
    });
  }

  /** The partitions with records that the guest has polled and not committed. */
  uncommitted(): { topic: string; partition: number; delivered: bigint }[] {
    return [...this.#partitions].flatMap(([key, { delivered, committed, reset }]) => {
      if (delivered === null || reset || committed >= delivered) return [];
      const slash = key.lastIndexOf('/');
      return [{ topic: key.slice(0, slash), partition: Number(key.slice(slash + 1)), delivered }];
    });
  }

  /** By `topic/partition`, the offset that the next fetch of it begins at; null where that is not known. */
  positions(): Map<string, bigint | null> {
    return new Map([...this.#partitions].map(([key, { expected, reset, resumed }]) => [key, reset ? resumed : (expected ?? null)]));
  }

  begin(starts: readonly Start[]): void {
    for (const { topic, partition, committed, start } of starts) {
      const key = partitionKey(topic, partition);
      const expected = start ?? this.#passed.get(key) ?? (committed >= 0n ? committed : this.#began.get(key));
      this.#partitions.set(key, {
        committed: start ?? committed,
        expected,
        handed: false,
        delivered: null,
        reset: false,
        told: null,
        resumed: null,
      });
      // Where a start offset is set, the client does not resume at the offset that was out of range.
      if (start === null && this.#resets.has(key)) this.#reset(topic, partition);
    }
    this.#ready = true;
  }

  /** The committed offsets that the client has read to begin there. */
  clientBegins(offsets: readonly Pick<CommittedOffset, 'topic' | 'partition' | 'offset'>[]): void {
    for (const { topic, partition, offset } of offsets) {
      if (offset >= 0n) this.#began.set(partitionKey(topic, partition), offset);
    }
  }

  /** The client has skipped everything up to this offset: control batches, aborted transactions. */
  passedOver(topic: string, partition: number, lastOffset: bigint): void {
    const state = this.partition(topic, partition);
    if (state === undefined) this.#passed.set(partitionKey(topic, partition), lastOffset + 1n);
    // After a reset the next records show whether the partition continues at a higher or a lower offset.
    else if (state.reset) state.resumed = lastOffset + 1n;
    else state.expected = lastOffset + 1n;
  }

  /** The client resumes at the earliest offset of the log. */
  outOfRange(topic: string, partition: number): void {
    if (this.#ready) this.#reset(topic, partition);
    else this.#resets.add(partitionKey(topic, partition));
  }

  #reset(topic: string, partition: number): void {
    const state = this.partition(topic, partition);
    if (state === undefined) return;
    state.reset = true;
    state.resumed = null;
    const expectedOffset = String(state.expected ?? state.committed);
    // The next records may lie below the old committed offset, and must be committable.
    state.committed = -1n;
    state.told = this.#tell(topic, partition, expectedOffset);
  }

  /** Logs an offset that is out of range, with the offsets of the log, which the broker's error does not contain. */
  async #tell(topic: string, partition: number, expectedOffset: string): Promise<void> {
    const range = await this.#lookUpRange(topic, partition);
    this.#log('error', 'offset out of range: the broker no longer has, or never had, the next offset', {
      topic,
      partition: String(partition),
      expectedOffset,
      ...(range !== null && { earliestOffset: String(range.low), endOffset: String(range.high) }),
    });
  }
}
