/** The partitions that one join of the group brought, and how far each of them is, until the next join. */
import type { Log } from '../../base/log.ts';
import type { CommittedOffset, PartitionRange } from '../client.ts';
import { partitionKey, type Start } from './start-offsets.ts';

export interface AssignedPartition {
  /** The committed offset of the group, as far as it is known here; commits never go below it. */
  committed: bigint;
  /** Offset that the next fetch should begin at; undefined before the first one. */
  expected: bigint | undefined;
  /** Records of it were handed out. */
  handed: boolean;
  /** Its offset was out of range, and no records have shown yet where the reading goes on: none of its offsets can be committed. */
  reset: boolean;
  /** Settles, soon, when the operator was told of the last reset. */
  told: Promise<void> | null;
}

/** The offsets that the log of a partition holds; null if that cannot be found out soon. */
export type LookUpRange = (topic: string, partition: number) => Promise<PartitionRange | null>;

export class Assignment {
  /** The guest's number of it. */
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
   * Committed offsets that the client began with. When one is out of range it commits -2, "earliest", maybe before the start offsets are looked
   * up.
   */
  readonly #began = new Map<string, bigint>();
  #ready = false;
  /** Settles when `ready` is true, or will never be. */
  prepared: Promise<void> = Promise.resolve();

  constructor(epoch: number, log: Log, live: () => boolean, lookUpRange: LookUpRange) {
    this.epoch = epoch;
    this.#log = log;
    this.#live = live;
    this.#lookUpRange = lookUpRange;
  }

  /** False once another one has followed, or the consumer ends. */
  get live(): boolean {
    return this.#live();
  }

  /** The start offsets are in place; until then no record of it is handed out. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Undefined before it is ready, and if the partition is not ours. */
  partition(topic: string, partition: number): AssignedPartition | undefined {
    return this.#partitions.get(partitionKey(topic, partition));
  }

  /** By `topic/partition`, the offset that the next fetch of it begins at; null where that is not known. */
  positions(): Map<string, bigint | null> {
    return new Map([...this.#partitions].map(([key, { expected, reset }]) => [key, reset ? null : (expected ?? null)]));
  }

  begin(starts: readonly Start[]): void {
    for (const { topic, partition, committed, start } of starts) {
      const key = partitionKey(topic, partition);
      const expected = start ?? this.#passed.get(key) ?? (committed >= 0n ? committed : this.#began.get(key));
      this.#partitions.set(key, { committed: start ?? committed, expected, handed: false, reset: false, told: null });
      if (this.#resets.has(key)) this.#reset(topic, partition);
    }
    this.#ready = true;
  }

  /** What the group has committed, as the client has read it to begin there. */
  clientBegins(offsets: readonly Pick<CommittedOffset, 'topic' | 'partition' | 'offset'>[]): void {
    for (const { topic, partition, offset } of offsets) {
      if (offset >= 0n) this.#began.set(partitionKey(topic, partition), offset);
    }
  }

  /** The client has passed over everything up to here, which is for no handler: control batches, aborted transactions. */
  passedOver(topic: string, partition: number, lastOffset: bigint): void {
    const state = this.partition(topic, partition);
    if (state === undefined) this.#passed.set(partitionKey(topic, partition), lastOffset + 1n);
    // After a reset the next records tell whether the partition went forwards or back.
    else if (!state.reset) state.expected = lastOffset + 1n;
  }

  /** The client goes on at the earliest offset that there is. */
  outOfRange(topic: string, partition: number): void {
    if (this.#ready) this.#reset(topic, partition);
    else this.#resets.add(partitionKey(topic, partition));
  }

  #reset(topic: string, partition: number): void {
    const state = this.partition(topic, partition);
    if (state === undefined) return;
    state.reset = true;
    const expectedOffset = String(state.expected ?? state.committed);
    // The records that come now may lie below the old commit, and may be committed all the same.
    state.committed = -1n;
    state.told = this.#tell(topic, partition, expectedOffset);
  }

  /** The error of the broker does not say which offsets the log holds. */
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
