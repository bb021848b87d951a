import type { Deadline } from '../../base/deadline.ts';
import type { ErrorKind } from '../../base/errors.ts';
import { halve, type OutgoingBatch } from '../records/outgoing-batch.ts';

const TIMED_OUT = 'records have timed out before they were able to be produced';

/** Of records that were not written in time. `reason`: why their last try failed; null if no try has ended. */
export function timedOut(reason: string | null): string {
  return reason === null ? TIMED_OUT : `${TIMED_OUT}: ${reason}`;
}

/** How long a `send` waits for its records, and how it hears of those that failed. */
export interface Delivery {
  deadline: Deadline;
  signal: AbortSignal;
  fail(indexes: Iterable<number>, kind: ErrorKind, text: string): void;
  /** What keeps the producer from the brokers, if that is known. */
  obstacle(): string | null;
}

/** A batch that is to be written, in the parts that it was split into. Each record is reported at most once. */
export class PendingBatch {
  readonly delivery: Delivery;
  readonly #open: Set<OutgoingBatch>;
  #expired = false;
  #lastError: string | null = null;

  constructor(batch: OutgoingBatch, delivery: Delivery) {
    this.delivery = delivery;
    this.#open = new Set([batch]);
  }

  written(part: OutgoingBatch): void {
    this.#open.delete(part);
  }
  /** A try failed; there may be more. */
  tried(error: string): void {
    this.#lastError = error;
  }
  failed(part: OutgoingBatch, kind: ErrorKind, text: string): void {
    if (this.#open.delete(part)) this.delivery.fail(part.indexes, kind, text);
  }
  split(part: OutgoingBatch): [OutgoingBatch, OutgoingBatch] {
    const halves = halve(part);
    if (this.#open.delete(part)) for (const half of halves) this.#open.add(half);
    return halves;
  }
  /** True if this delivery timed out or its producer closed. Reports every part that is still open as failed. */
  isOver(): boolean {
    const { signal, deadline } = this.delivery;
    if (signal.aborted) for (const part of [...this.#open]) this.failed(part, 'cancelled', 'the producer is closed');
    else if (deadline.isOver) this.expire();
    return signal.aborted || this.#expired;
  }
  /** Reports every part that is still open as failed. A part that is on its way may be written all the same. */
  expire(): void {
    this.#expired = true;
    const text = timedOut(this.delivery.obstacle() ?? this.#lastError);
    for (const part of [...this.#open]) this.failed(part, 'timeout', text);
  }
}
