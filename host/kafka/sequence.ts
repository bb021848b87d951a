import type { ProducerId } from './producer-id.ts';
import type { Stamp } from './record-batch.ts';

const LAST_EPOCH = 0x7fff;
const SEQUENCES = 2 ** 31;

/** An id other than the spent one; null where writes are not idempotent. */
export type RequestProducerId = (spent?: bigint) => Promise<ProducerId | null>;

/**
 * Stamps the batches of one partition, of which one at a time is on its way. A batch keeps its stamp until it is known to be written
 * or given up, so that a broker which has it already can tell.
 */
export class Sequence {
  readonly #request: RequestProducerId;
  #producer: ProducerId | null = null;
  #spent: bigint | undefined;
  #next = 0;

  constructor(request: RequestProducerId) {
    this.#request = request;
  }

  /** Of the batch that is next to be written, or is being written. Rejects when there is no id to be had now. */
  async stamp(): Promise<Stamp | null> {
    this.#producer ??= await this.#request(this.#spent);
    return this.#producer === null ? null : { producerId: this.#producer.id, epoch: this.#producer.epoch, sequence: this.#next };
  }

  /** The batch with the stamp is written. */
  advance(records: number): void {
    this.#next = (this.#next + records) % SEQUENCES;
  }

  /**
   * The batch with the stamp is given up, or the brokers do not know what came before it. What follows must not pass for it: numbers begin
   * again in the next epoch, and what may still travel in the old one is refused.
   */
  restart(): void {
    this.#next = 0;
    if (this.#producer === null) return;
    const { id, epoch } = this.#producer;
    if (epoch < LAST_EPOCH) this.#producer = { id, epoch: epoch + 1 };
    else {
      this.#spent = id;
      this.#producer = null;
    }
  }
}
