/**
 * What stands in place of a consumer group for a consumer that joins none: which partitions it reads, and up to which offsets they are handled. Nothing of
 * it reaches a broker, and it lives as long as the consumer.
 */

/** Kafka's number for "no committed offset". */
const NONE = -1n;

export class LocalGroup {
  readonly #partitions: readonly number[] | null;
  readonly #offsets: Map<string, bigint>;

  /**
   * `partitions`: the partitions that are read of each topic; null: all of them, those included that are added later. `starts`: the offset at which each
   * partition begins, by `topic/partition`; one without an entry begins at its earliest offset.
   */
  constructor(partitions: readonly number[] | null, starts: ReadonlyMap<string, bigint>) {
    this.#partitions = partitions;
    this.#offsets = new Map(starts);
  }

  /** Of the partitions that a topic has, those that are read. */
  assigned(existing: readonly number[]): number[] {
    const wanted = this.#partitions;
    return existing.filter((partition) => wanted === null || wanted.includes(partition)).toSorted((a, b) => a - b);
  }

  /** The next offset of a partition; negative if none is known. */
  committed(topic: string, partition: number): bigint {
    return this.#offsets.get(`${topic}/${partition}`) ?? NONE;
  }

  commit(topic: string, partition: number, nextOffset: bigint): void {
    this.#offsets.set(`${topic}/${partition}`, nextOffset);
  }
}
