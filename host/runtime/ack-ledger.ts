import { ConnectorError } from '../base/errors.ts';
import { AckQueue } from './ack-queue.ts';
import { surveyFrames } from '../conduit/frames.ts';
import { withoutFirst } from '../conduit/stream-message.ts';
import type { Limits } from './limits.ts';

/**
 * What was emitted and is not acknowledged, over the lives of several guest instances. Acks come in the order of emission, so
 * those for records of instances that are gone come first; they are swallowed, but move the position to resume at.
 */
export class AckLedger {
  readonly #limits: Limits;
  readonly #queue = new AckQueue();
  /** Records of the instance that is there, and of those before it. */
  #outstanding = 0;
  #stale = 0;
  /** Where a new instance begins; null: at the beginning. */
  resume: Uint8Array | null = null;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  emitted(count: number): void {
    this.#outstanding += count;
  }

  /** Takes a Source.Run.Request. True: there is something to deliver. Throws for one that cannot be right. */
  acknowledge(message: Uint8Array): boolean {
    const positions = surveyFrames(message);
    if (positions === null) throw new ConnectorError('input.invalid', 'An acknowledgement cannot be read: expected a Source.Run.Request.');
    const { count } = positions;
    if (count === 0) return false;
    const all = this.#stale + this.#outstanding;
    if (count > all) throw new ConnectorError('input.invalid', `${count} records were acknowledged, ${all} are outstanding.`);
    this.resume = new Uint8Array(message.subarray(positions.start, positions.end));
    const swallowed = Math.min(count, this.#stale);
    this.#stale -= swallowed;
    if (swallowed === count) return false;
    this.#outstanding -= count - swallowed;
    this.#queue.push(swallowed === 0 ? message : withoutFirst(message, swallowed));
    const { ackQueueBytes } = this.#limits;
    if (this.#queue.bytes > ackQueueBytes) {
      throw new ConnectorError('limit.exceeded', `Acknowledgements of ${this.#queue.bytes} bytes wait, the limit is ${ackQueueBytes}.`);
    }
    return true;
  }

  /** So much waits to be delivered. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /** Nothing waits to be delivered. */
  get delivered(): boolean {
    return this.#queue.bytes === 0;
  }

  /** The next acks for the guest, as one message; null if there are none. */
  next(): Uint8Array | null {
    return this.#queue.take(this.#limits.ackBytes);
  }

  drop(): void {
    this.#queue.clear();
  }

  /** The instance is gone: what it had emitted concerns nobody but the position to resume at. */
  retire(): void {
    this.#stale += this.#outstanding;
    this.#outstanding = 0;
    this.#queue.clear();
  }
}
