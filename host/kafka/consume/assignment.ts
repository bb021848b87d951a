/** What one join of the group brought: its partitions, and how far each of them is, until the next join. */
import type { Log } from '../../base/log.ts';
import type { CommittedOffsets } from '../kafkajs/coordinator-hook.ts';
import { partitionKey, type Start } from './start-offsets.ts';

export interface AssignedPartition {
  /** What the group has, as far as known here; commits never go below it. */
  committed: bigint;
  /** Offset that the next fetch should begin at; undefined before the first one. */
  expected: bigint | undefined;
  /** Records of it were handed out. */
  handed: boolean;
  /** Its offset was out of range, and where kafkajs goes on is not seen yet: nothing of it can be committed. */
  reset: boolean;
  /** Settles, soon, when the operator was told of the last reset. */
  told: Promise<void> | null;
}

/** What the log of a partition holds: offsets from `earliest` up to, and without, `end`. */
export interface LogRange {
  earliest: string;
  end: string;
}
/** Null if it cannot be found out soon. */
export type LookUpRange = (topic: string, partition: number) => Promise<LogRange | null>;

export class Assignment {
  /** The guest's number of it. */
  readonly epoch: number;
  readonly #log: Log;
  readonly #live: () => boolean;
  readonly #lookUpRange: LookUpRange;
  readonly #partitions = new Map<string, AssignedPartition>();
  /** Partitions whose offset was out of range before the start offsets were known. */
  readonly #resets = new Set<string>();
  /** Next offsets of partitions of which kafkajs passed something over before that. */
  readonly #passed = new Map<string, bigint>();
  /** Offsets that kafkajs began with. It commits -2, "earliest", when one is out of range, maybe before the start offsets are looked up. */
  readonly #began = new Map<string, bigint>();
  #ready = false;
  /** Settles when `ready` is true, or never will be. */
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

  begin(starts: readonly Start[]): void {
    for (const { topic, partition, committed, start } of starts) {
      const key = partitionKey(topic, partition);
      const expected = start ?? this.#passed.get(key) ?? (committed >= 0n ? committed : this.#began.get(key));
      this.#partitions.set(key, { committed: start ?? committed, expected, handed: false, reset: false, told: null });
      if (this.#resets.has(key)) this.#reset(topic, partition);
    }
    this.#ready = true;
  }

  /** What the group has committed, as kafkajs has read it. */
  fetchedOffsets(topics: readonly CommittedOffsets[]): void {
    for (const { topic, partitions } of topics) {
      for (const { partition, offset } of partitions) {
        if (!offset.startsWith('-')) this.#began.set(partitionKey(topic, partition), BigInt(offset));
      }
    }
  }

  /** kafkajs has read up to here without asking for a handler: control batches, aborted transactions. */
  passedOver(topic: string, partition: number, lastOffset: bigint): void {
    const state = this.partition(topic, partition);
    if (state === undefined) this.#passed.set(partitionKey(topic, partition), lastOffset + 1n);
    // After a reset the next records tell whether the partition went forwards or back.
    else if (!state.reset) state.expected = lastOffset + 1n;
  }

  /** kafkajs resets the position to the earliest offset that there is. */
  outOfRange(topic: string, partition: number): void {
    if (this.#ready) this.#reset(topic, partition);
    else this.#resets.add(partitionKey(topic, partition));
  }

  #reset(topic: string, partition: number): void {
    const state = this.partition(topic, partition);
    if (state === undefined) return;
    state.reset = true;
    const expectedOffset = String(state.expected ?? state.committed);
    // What comes now may lie below the old commit, and is the truth.
    state.committed = -1n;
    state.told = this.#tell(topic, partition, expectedOffset);
  }

  /** The error of the broker does not say what the log holds. */
  async #tell(topic: string, partition: number, expectedOffset: string): Promise<void> {
    const range = await this.#lookUpRange(topic, partition);
    this.#log('error', 'offset out of range: the broker no longer has, or never had, the next offset', {
      topic,
      partition: String(partition),
      expectedOffset,
      ...(range !== null && { earliestOffset: range.earliest, endOffset: range.end }),
    });
  }
}
