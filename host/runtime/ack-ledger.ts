import { ConnectorError } from '../base/errors.ts';
import { AckQueue } from './ack-queue.ts';
import { surveyFrames } from '../conduit/frames.ts';
import { withoutFirst } from '../conduit/stream-message.ts';
import type { Limits } from './limits.ts';

/**
 * Counts the records that were emitted and are not acknowledged, across several guest instances. Acks come in the order of emission, so acks for
 * records of instances that are gone come first. Those acks are not delivered to any guest, but they move the position to resume at.
 */
export class AckLedger {
  readonly #limits: Limits;
  readonly #queue = new AckQueue();
  /** Unacknowledged records of the current instance. */
  #outstanding = 0;
  /** Unacknowledged records of the instances before it. */
  #stale = 0;
  /** The position at which a new instance resumes: the last acknowledged one. Null: none was acknowledged. */
  resume: Uint8Array | null = null;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  emitted(count: number): void {
    this.#outstanding += count;
  }

  /** Takes a Source.Run.Request; returns true if it holds acks to deliver. Throws if it cannot be read, or acknowledges more than was emitted. */
  acknowledge(message: Uint8Array): boolean {
    const positions = surveyFrames(message);
    if (positions === null)
      throw new ConnectorError('input.invalid', 'expected a Source.Run.Request, got bytes that do not decode as such');
    const { count } = positions;
    if (count === 0) return false;
    const all = this.#stale + this.#outstanding;
    if (count > all)
      throw new ConnectorError('input.invalid', `expected acknowledgements for at most ${all} outstanding records, got ${count}`);
    this.resume = new Uint8Array(message.subarray(positions.start, positions.end));
    const swallowed = Math.min(count, this.#stale);
    this.#stale -= swallowed;
    if (swallowed === count) return false;
    this.#outstanding -= count - swallowed;
    this.#queue.push(swallowed === 0 ? message : withoutFirst(message, swallowed));
    const { ackQueueBytes } = this.#limits;
    if (this.#queue.bytes > ackQueueBytes) {
      throw new ConnectorError(
        'limit.exceeded',
        `${this.#queue.bytes} bytes of acknowledgements wait for the guest, the limit (ackQueueBytes) is ${ackQueueBytes}`,
      );
    }
    return true;
  }

  /** Bytes of acks that wait to be delivered. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /** True if no ack waits to be delivered. */
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

  /** The instance is gone: acks for the records that it emitted only move the position to resume at from now on. */
  retire(): void {
    this.#stale += this.#outstanding;
    this.#outstanding = 0;
    this.#queue.clear();
  }
}
