import { ConnectorError } from '../../base/errors.ts';
import { unless } from '../../base/wait.ts';
import { acksWithoutErrors, decodeAcks, encodeAckRequest, type Ack } from '../../conduit/acks.ts';
import { contentsOf, firstFrames } from '../../conduit/stream-message.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Source } from '../../connector/source.ts';
import type { Batch, Credit } from '../../runtime/contract.ts';
import type { QueueRoom, WriteQueue } from '../../sdk/write-queue.ts';
import type { ShutdownBudget } from './shutdown-budget.ts';

/** Records that are read while a write runs: at most two of the largest writes. More would be read again after a crash. */
const READ_AHEAD: QueueRoom = { bytes: 2 * 1024 * 1024, requests: 16 };
/** Interval of the checks for the end while no record comes. */
const LOOK_MS = 50;

/** A record that the destination has not written. */
export interface Failure {
  ack: Ack;
  /** The bytes of the OpenCDC record. */
  record: Uint8Array;
}

export interface TransferOptions {
  destination: Pick<Destination, 'queue'>;
  /** Most records that are moved. */
  limit?: number | undefined;
  /** Called while no record comes; true if reading is over. */
  ended: () => Promise<boolean>;
  stop: AbortSignal;
  budget: ShutdownBudget;
  credit: Partial<Credit>;
  /**
   * Handles the failed records of one write, in their order. Resolves with the first record that it could not handle, which ends the transfer, or with
   * null. Without this function the first failed record ends the transfer.
   */
  failures?: ((failures: Failure[]) => Promise<Failure | null>) | undefined;
  /** Called with the number of records that came from the source. */
  taken: (count: number) => void;
  /** Called after each write with the number of records that were written. */
  written: (count: number) => void;
  /** The most that waits to be written, beyond one batch. Default: 2 MiB or 16 batches. */
  readAhead?: QueueRoom;
}

export interface Transferred {
  /** The number of acknowledged records: written ones, and failed ones that `failures` handled. */
  records: number;
  /** The first record that was neither written nor handled. No record after it is acknowledged. */
  failed: Ack | null;
  /** False if a write was still running when the time to stop was over. */
  drained: boolean;
}

/**
 * Moves the batches of an open source to a destination, in order. The source reads on during a write, and those records become the next write. A record is
 * acknowledged when it is written. The caller must tear the source down, which commits. Records that are not written when the transfer ends are not
 * acknowledged, so they are read again.
 */
export async function transfer(source: Source, options: TransferOptions): Promise<Transferred> {
  const { budget } = options;
  const running = new Transfer(source, options);
  source.run(running, { credit: options.credit });
  try {
    await running.untilEnd();
  } finally {
    // The source is stopped first, because its stages then emit the records that they hold back.
    if (!running.sourceFailed) await budget.within(source.stop(), 'stop');
  }
  try {
    await running.drain();
  } finally {
    if (!running.sourceFailed) await budget.within(source.settled(), 'settle');
  }
  return running.result;
}

class Transfer {
  readonly result: Transferred = { records: 0, failed: null, drained: true };
  readonly #source: Source;
  readonly #options: TransferOptions;
  readonly #queue: WriteQueue;
  /** Records that may still be taken from the source. */
  #room: number;
  #isFull = false;
  #sourceError: ConnectorError | null = null;
  #writeError: ConnectorError | null = null;
  /** The last write took too long after a stop: its acks are ignored. */
  #isLeft = false;
  #wake: (() => void) | null = null;

  constructor(source: Source, options: TransferOptions) {
    this.#source = source;
    this.#options = options;
    this.#room = options.limit ?? Infinity;
    const { destination, readAhead } = options;
    this.#queue = destination.queue({
      acks: (response, records) => this.#acknowledge(response, records),
      failed: (error) => {
        this.#writeError = ConnectorError.from(error);
        this.#wake?.();
      },
      full: (isFull) => {
        this.#isFull = isFull;
        if (!isFull && this.#room > 0) source.resume();
      },
      room: readAhead ?? READ_AHEAD,
    });
  }

  get sourceFailed(): boolean {
    return this.#sourceError !== null;
  }

  /** The sink of the source. */
  batch(batch: Batch): boolean {
    const count = Math.min(batch.count, this.#room);
    if (count === 0 || this.#isOver || this.#options.stop.aborted) return false;
    this.#room -= count;
    this.#queue.push({ bytes: count < batch.count ? firstFrames(batch.data, count) : batch.data, count });
    this.#options.taken(count);
    this.#wake?.();
    return !this.#isFull && this.#room > 0;
  }

  failed(error: ConnectorError): void {
    this.#sourceError = error;
    this.#wake?.();
  }

  /** Resolves when reading must end: at the end, at the limit, at the first record that is not written, or after a stop. */
  async untilEnd(): Promise<void> {
    const { stop, ended } = this.#options;
    const onStop = (): void => this.#wake?.();
    stop.addEventListener('abort', onStop, { once: true });
    try {
      while (!this.#isOver && !stop.aborted && this.#room > 0 && this.#sourceError === null) {
        const room = this.#room;
        // During a write the end is not checked: in an outage neither a record nor an ack comes.
        const isQuiet = this.#queue.idle || this.#queue.gathering;
        // If a batch came during the check, reading goes on.
        if (isQuiet && (await unless(stop, ended())) === true && this.#room === room) break;
        if (this.#room === room && !this.#isOver) await this.#somethingHappens();
      }
    } finally {
      stop.removeEventListener('abort', onStop);
    }
  }

  /** Writes the records that wait; after a stop it only waits for the write that runs. Rejects with the error that ended the transfer, if any. */
  async drain(): Promise<void> {
    const { stop, budget } = this.#options;
    // After a stop there is no flush, because it would begin another write.
    const isWritten =
      !stop.aborted &&
      (await unless(
        stop,
        this.#queue.flush().then(() => true),
      )) === true;
    if (!isWritten) {
      this.result.drained = await budget.within(this.#queue.close(), 'drain');
      this.#isLeft = !this.result.drained;
    }
    if (this.#writeError !== null) throw this.#writeError;
    if (this.#sourceError !== null) throw this.#sourceError;
  }

  get #isOver(): boolean {
    return this.result.failed !== null || this.#writeError !== null;
  }

  #somethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(wake, LOOK_MS);
      this.#wake = wake;
    });
  }

  #acknowledge(response: Uint8Array, written: Uint8Array): Promise<void> | undefined {
    if (this.#isLeft) return undefined;
    const all = acksWithoutErrors(response);
    if (all !== null) return this.#good(all.request, all.count, all.count);
    const acks = decodeAcks(response);
    const failed = acks.flatMap((ack, index) => (ack.error === '' ? [] : [{ ack, index }]));
    const first = failed[0];
    if (first === undefined) return this.#good(encodeAckRequest(acks), acks.length, acks.length);
    const { failures, stop } = this.#options;
    if (failures === undefined || stop.aborted) return this.#goodUntil(acks, first.ack);
    const records = contentsOf(written, 'the records of a write');
    return failures(failed.map(({ ack, index }) => ({ ack, record: records[index] ?? new Uint8Array(0) }))).then((left) =>
      this.#goodUntil(acks, left?.ack ?? null),
    );
  }

  /** Acknowledges the records before `failed`, which ends the transfer, or all records if it is null. */
  #goodUntil(acks: readonly Ack[], failed: Ack | null): undefined {
    const good = failed === null ? acks : acks.slice(0, acks.indexOf(failed));
    if (good.length > 0) this.#good(encodeAckRequest(good), good.length, good.filter(({ error }) => error === '').length);
    if (failed === null) return;
    this.result.failed = failed;
    void this.#queue.close(); // no further write
    this.#wake?.();
  }

  #good(request: Uint8Array, count: number, written: number): undefined {
    this.#source.ack(request);
    this.result.records += count;
    this.#options.written(written);
  }
}
