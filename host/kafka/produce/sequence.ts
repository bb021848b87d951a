import type { ProducerId } from '../client.ts';
import type { BatchSequence } from '../records/record-batch.ts';

const LAST_PRODUCER_EPOCH = 0x7fff;
const SEQUENCES = 2 ** 31;
/** A broker remembers the last five batches of a partition and producer. */
const REMEMBERED_BATCHES = 5;

/** Requests an id other than `spent`; null if writes are not idempotent. */
export type RequestProducerId = (spent?: bigint) => Promise<ProducerId | null>;

/**
 * The sequence numbers of the batches of one partition. A batch keeps its number until it is known to be written or given up, so that a broker recognises
 * a batch that it has written already. A broker accepts a batch only after the one that precedes it.
 */
export class PartitionSequence {
  readonly #request: RequestProducerId;
  #producer: ProducerId | null = null;
  #spent: bigint | undefined;
  #next = 0;
  #isKnown = false;
  #isOff = false;

  constructor(request: RequestProducerId) {
    this.#request = request;
  }

  /**
   * The most batches that may be in flight. The first batch of a producer epoch is sent alone, because a broker accepts any sequence number from a producer
   * that it does not know yet.
   */
  get maxInFlight(): number {
    return this.#isKnown ? REMEMBERED_BATCHES : 1;
  }

  /**
   * The sequence of the batch that begins `ahead` records after the first record that is not known to be written; null if writes are not idempotent.
   * Rejects while there is no producer id.
   */
  async of(ahead = 0): Promise<BatchSequence | null> {
    if (this.#isOff) return null;
    this.#producer ??= await this.#request(this.#spent);
    if (this.#producer === null) return null;
    return { producerId: this.#producer.id, producerEpoch: this.#producer.epoch, baseSequence: (this.#next + ahead) % SEQUENCES };
  }

  /** The next batch, which had this sequence, is written. */
  advance(written: BatchSequence | null, records: number): void {
    if (written === null || written.producerId !== this.#producer?.id || written.producerEpoch !== this.#producer.epoch) return;
    this.#next = (written.baseSequence + records) % SEQUENCES;
    this.#isKnown = true;
  }

  /**
   * Gives up the next batch, and starts a new producer epoch with new sequence numbers. Otherwise a broker could mistake the batch that follows for the
   * one given up. A broker refuses requests of the old epoch that may still be in flight.
   */
  restart(): void {
    if (this.#producer === null) return;
    const { id, epoch } = this.#producer;
    if (epoch === LAST_PRODUCER_EPOCH) return this.exchange();
    this.#producer = { id, epoch: epoch + 1 };
    this.#next = 0;
    this.#isKnown = false;
  }

  /** Requests a new producer id, because the brokers no longer know this one, or know it from another producer (in a cluster that was created anew). */
  exchange(): void {
    this.#spent = this.#producer?.id ?? this.#spent;
    this.#producer = null;
    this.#next = 0;
    this.#isKnown = false;
  }

  /** From now on batches have no sequence numbers, because the brokers refuse them. */
  disable(): void {
    this.#isOff = true;
    this.exchange();
  }
}
