import type { Deadline } from '../../base/deadline.ts';
import type { ErrorCode, ErrorKind } from '../../base/errors.ts';
import { halve, type OutgoingBatch } from '../records/outgoing-batch.ts';

const TIMED_OUT = 'records have timed out before they were able to be produced';

/** The error text for records that were not sent to a broker in time. `reason`: why their last try failed; null if no try has ended. */
export function timedOut(reason: string | null): string {
  return reason === null ? TIMED_OUT : `${TIMED_OUT}: ${reason}`;
}

/** The error text for records that were sent, and whose outcome is not known. */
export function unknownOutcome(why: string): string {
  return `outcome unknown, perhaps written: ${why}`;
}

const UNCONFIRMED = 'no broker has confirmed the record within deliveryTimeout';

/** The deadline of a `send`, and the callback for its records that failed. */
export interface Delivery {
  deadline: Deadline;
  signal: AbortSignal;
  fail(indexes: Iterable<number>, kind: ErrorKind, text: string, code?: ErrorCode): void;
  /** The reason why the producer cannot reach the brokers, if it is known. */
  obstacle(): string | null;
}

/**
 * A batch that is to be written, in the parts into which it was split. Each record is reported at most once: as `timeout` if it may be written all the
 * same, as another kind if it is not written.
 */
export class PendingBatch {
  readonly delivery: Delivery;
  readonly #open: Set<OutgoingBatch>;
  /** The number of requests with this part that were sent and not refused by a broker. */
  readonly #unanswered = new Map<OutgoingBatch, number>();
  #expired = false;
  #lastError: string | null = null;

  constructor(batch: OutgoingBatch, delivery: Delivery) {
    this.delivery = delivery;
    this.#open = new Set([batch]);
  }

  written(part: OutgoingBatch): void {
    this.#open.delete(part);
  }
  /** A request with the part is sent. */
  sent(part: OutgoingBatch): void {
    this.#unanswered.set(part, (this.#unanswered.get(part) ?? 0) + 1);
  }
  /** A broker has answered that it has not written the part. */
  refused(part: OutgoingBatch): void {
    const unanswered = (this.#unanswered.get(part) ?? 1) - 1;
    if (unanswered === 0) this.#unanswered.delete(part);
    else this.#unanswered.set(part, unanswered);
  }
  /** A try failed. More tries may follow. */
  tried(error: string): void {
    this.#lastError = error;
  }
  /** Reports the part as not written. Earlier tries cannot have written it either. */
  reject(part: OutgoingBatch, text: string): void {
    this.#report(part, 'rejected', text, 'kafka.record-refused');
  }
  /** Reports the part as failed, because another try would fail as well. */
  failed(part: OutgoingBatch, kind: ErrorKind, text: string): void {
    if (this.#unanswered.has(part)) this.#report(part, 'timeout', unknownOutcome(`it was sent, and then refused: ${text}`));
    else this.#report(part, kind, text);
  }
  split(part: OutgoingBatch): [OutgoingBatch, OutgoingBatch] {
    const halves = halve(part);
    if (this.#open.delete(part)) for (const half of halves) this.#open.add(half);
    return halves;
  }
  /** True if this delivery timed out or its producer closed. Reports every part that is still open as failed. */
  isOver(): boolean {
    const { signal, deadline } = this.delivery;
    if (signal.aborted) this.#giveUp('cancelled', 'the producer is closed', 'the producer was closed before a broker confirmed the record');
    else if (deadline.isOver) this.expire();
    return signal.aborted || this.#expired;
  }
  /** Reports every part that is still open as failed. */
  expire(): void {
    this.#expired = true;
    const reason = this.delivery.obstacle() ?? this.#lastError;
    this.#giveUp('unavailable', timedOut(reason), reason === null ? UNCONFIRMED : `${UNCONFIRMED}: ${reason}`);
  }

  #giveUp(kind: ErrorKind, unsent: string, unconfirmed: string): void {
    for (const part of [...this.#open]) {
      if (this.#unanswered.has(part)) this.#report(part, 'timeout', unknownOutcome(unconfirmed));
      else this.#report(part, kind, unsent);
    }
  }

  #report(part: OutgoingBatch, kind: ErrorKind, text: string, code?: ErrorCode): void {
    if (this.#open.delete(part)) this.delivery.fail(part.indexes, kind, text, code);
  }
}
