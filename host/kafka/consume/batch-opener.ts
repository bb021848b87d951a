/** Checks and decompresses fetched record batches, within the byte budget that the handlers of a consumer share. */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { RecordSet } from '../contract.ts';
import { KafkaFault } from '../fault.ts';
import { TooLarge } from '../records/codecs.ts';
import { MAX_UNCOMPRESSED_BYTES, openBatch, uncompressedBytes, type FetchedBatch } from '../records/record-batch.ts';
import type { ByteBudget, Reservation } from './byte-budget.ts';

/** A batch that cannot be read is damaged after so many tries; before that it is fetched again. */
const CORRUPT_TRIES = 3;

/** Either the records of one batch, or the error with which the handler must end. `release` must be called when the records are no longer used. */
export type OpenedBatch = { records: RecordSet; release: () => void } | { failure: Error };

/** Waits for room, for a bounded time. Returns false if the batch is not wanted any more. */
export type Wait = (room: Promise<void>) => Promise<boolean>;

export class BatchOpener {
  readonly #budget: ByteBudget;
  readonly #log: Log;
  /** Consecutive failed tries by partition. */
  readonly #corrupt = new Map<string, number>();

  constructor(budget: ByteBudget, log: Log) {
    this.#budget = budget;
    this.#log = log;
  }

  /**
   * Returns null if `wait` says that the batch is not wanted any more. The handler must reject with a `failure`: after a KafkaFault the batch is fetched
   * again, and a ConnectorError `kafka.corrupt` is final. The result is a promise only if the batch must wait for room.
   */
  open(batch: FetchedBatch, partition: string, wait: Wait, maxBytes = uncompressedBytes(batch)): OpenedBatch | Promise<OpenedBatch | null> {
    // Uncompressed records take no memory of their own: they stay a view of the fetch response, whose size is bounded elsewhere.
    const reservation = maxBytes === 0 ? null : this.#budget.reserve(maxBytes);
    const read = (): OpenedBatch | Promise<OpenedBatch | null> => {
      try {
        const records = openBatch(batch, maxBytes);
        this.#corrupt.delete(partition);
        return { records, release: () => reservation?.release() };
      } catch (error) {
        reservation?.release();
        const saidTooLittle = maxBytes < MAX_UNCOMPRESSED_BYTES && (error as Error).cause instanceof TooLarge;
        if (saidTooLittle) return this.open(batch, partition, wait, MAX_UNCOMPRESSED_BYTES);
        return { failure: this.#failure(partition, ConnectorError.from(error, 'kafka.corrupt')) };
      }
    };
    return reservation === null || reservation.granted ? read() : isGranted(reservation, wait).then((granted) => (granted ? read() : null));
  }

  #failure(partition: string, error: ConnectorError): Error {
    const tries = (this.#corrupt.get(partition) ?? 0) + 1;
    this.#corrupt.set(partition, tries);
    this.#log('error', `a record batch cannot be read; it is fetched again, ${CORRUPT_TRIES} times at most`, {
      partition,
      error: error.message,
      tries: String(tries),
    });
    const text = `partition ${partition}: ${error.message}`;
    return tries >= CORRUPT_TRIES ? new ConnectorError('kafka.corrupt', text) : new KafkaFault('answer', text);
  }
}

/** Waits for the reservation. If the batch is not wanted any more, it releases the reservation and returns false. */
async function isGranted(reservation: Reservation, wait: Wait): Promise<boolean> {
  let isWanted = true;
  try {
    while (isWanted && !reservation.granted) isWanted = await wait(reservation.whenGranted);
    return isWanted;
  } catch (error) {
    isWanted = false;
    throw error;
  } finally {
    if (!isWanted) reservation.release();
  }
}
