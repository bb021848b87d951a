import type { ProducerId } from '../client.ts';
import type { BatchSequence } from '../records/record-batch.ts';

const LAST_PRODUCER_EPOCH = 0x7fff;
const SEQUENCES = 2 ** 31;
/** A broker remembers the last so many batches of a partition. */
const REMEMBERED_BATCHES = 5;

/** An id other than `spent`; null where writes are not idempotent. */
export type RequestProducerId = (spent?: bigint) => Promise<ProducerId | null>;

/**
 * Sequence numbers of the batches of one partition. A batch keeps its number until it is known to be written or given up, so that a broker which
 * has written it already can tell; and a broker takes no batch before the one that precedes it.
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
   * How many batches may be on their way together. The first of a producer epoch goes alone, because a broker takes any number from a producer that
   * it does not know yet.
   */
  get maxInFlight(): number {
    return this.#isKnown ? REMEMBERED_BATCHES : 1;
  }

  /**
   * The sequence of the batch that begins `ahead` records after the first record not known to be written; null where writes are not idempotent.
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
   * The next batch is given up. The one that follows must not pass for it, so numbers begin again in the next producer epoch; a broker refuses
   * what may still be on its way in the old one.
   */
  restart(): void {
    if (this.#producer === null) return;
    const { id, epoch } = this.#producer;
    if (epoch === LAST_PRODUCER_EPOCH) return this.exchange();
    this.#producer = { id, epoch: epoch + 1 };
    this.#next = 0;
    this.#isKnown = false;
  }

  /** Takes a new producer id: the brokers do not know this one any more, or know it from another producer (of a cluster that was made anew). */
  exchange(): void {
    this.#spent = this.#producer?.id ?? this.#spent;
    this.#producer = null;
    this.#next = 0;
    this.#isKnown = false;
  }

  /** From now on there are no sequence numbers, because the brokers do not take them. */
  disable(): void {
    this.#isOff = true;
    this.exchange();
  }
}
