import type { ProducerId } from './producer-id.ts';
import type { Stamp } from '../records/record-batch.ts';

const LAST_EPOCH = 0x7fff;
const SEQUENCES = 2 ** 31;
/** Of so many batches of a partition a broker remembers that it has them. */
const REMEMBERED = 5;

/** An id other than `spent`; null where writes are not idempotent. */
export type RequestProducerId = (spent?: bigint) => Promise<ProducerId | null>;

/**
 * Stamps the batches of one partition. A batch keeps its stamp until it is known to be written or given up, so that a broker which has it
 * already can tell; and no broker takes a batch before the one that comes before it.
 */
export class Sequence {
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
   * How many batches may be on their way together. The first of an epoch goes alone: a broker takes any number from a producer that it does
   * not know yet.
   */
  get maxInFlight(): number {
    return this.#isKnown ? REMEMBERED : 1;
  }

  /** Of the batch that comes `ahead` records after the first one not known to be written. Rejects when there is no id to be had now. */
  async stamp(ahead = 0): Promise<Stamp | null> {
    if (this.#isOff) return null;
    this.#producer ??= await this.#request(this.#spent);
    if (this.#producer === null) return null;
    return { producerId: this.#producer.id, epoch: this.#producer.epoch, sequence: (this.#next + ahead) % SEQUENCES };
  }

  /** The batch with this stamp, the next one, is written. */
  advance(stamp: Stamp | null, records: number): void {
    if (stamp === null || stamp.producerId !== this.#producer?.id || stamp.epoch !== this.#producer.epoch) return;
    this.#next = (stamp.sequence + records) % SEQUENCES;
    this.#isKnown = true;
  }

  /**
   * The next batch is given up. What follows must not pass for it: numbers begin again in the next epoch, and what may still travel in the
   * old one is refused.
   */
  restart(): void {
    if (this.#producer === null) return;
    const { id, epoch } = this.#producer;
    if (epoch === LAST_EPOCH) return this.exchange();
    this.#producer = { id, epoch: epoch + 1 };
    this.#next = 0;
    this.#isKnown = false;
  }

  /** The brokers do not know what came before, or know it from somebody else (a cluster that was made anew gives its ids again). */
  exchange(): void {
    this.#spent = this.#producer?.id ?? this.#spent;
    this.#producer = null;
    this.#next = 0;
    this.#isKnown = false;
  }

  /** From now on there are no stamps: the brokers do not take them. */
  disable(): void {
    this.#isOff = true;
    this.exchange();
  }
}
