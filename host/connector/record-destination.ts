import { ConnectorError } from '../base/errors.ts';
import { decodeAcks } from '../conduit/acks.ts';
import { encodeRecords, type OpenCdcRecord } from '../conduit/record.ts';
import type { Destination } from './destination.ts';

/** The outcome for one record: null if it is durably written, else the reason why it is not. */
export type WriteOutcome = string | null;

/** An open destination. */
export class RecordDestination implements AsyncDisposable {
  readonly #destination: Destination;
  #writes: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(destination: Destination, signal?: AbortSignal) {
    this.#destination = destination;
    const close = (): void => void this.close();
    if (signal?.aborted) close();
    else signal?.addEventListener('abort', close, { once: true });
  }

  /**
   * Writes records in their order and resolves with an outcome for each. Overlapping calls are done one after the other. Rejects with
   * ConnectorError if no outcome is known; records may have been written all the same.
   *
   * `records`: objects, or the bytes of a batch of a source (`RecordBatch.bytes`).
   */
  write(records: readonly OpenCdcRecord[] | Uint8Array): Promise<WriteOutcome[]> {
    const turn = this.#writes.then(() => this.#write(records));
    this.#writes = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Closes. A write that was begun gets a few seconds to finish; one that waits for the rate limit ends at once. May be called any number of times;
   * never rejects.
   */
  close(): Promise<void> {
    this.#closing ??= this.#destination.teardown();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes;
    await this.close();
  }

  async #write(records: readonly OpenCdcRecord[] | Uint8Array): Promise<WriteOutcome[]> {
    if (this.#closing !== null) throw new ConnectorError('cancelled', 'the destination is closed');
    const bytes = records instanceof Uint8Array ? records : encodeRecords(records);
    if (bytes.length === 0) return [];
    return decodeAcks(await this.#destination.write(bytes)).map(({ error }) => (error === '' ? null : error));
  }
}
