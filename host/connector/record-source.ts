import { type ConnectorError } from '../base/errors.ts';
import { decodeRecords, type OpenCdcRecord } from '../conduit/record.ts';
import { encodeFrames } from '../conduit/stream-message.ts';
import type { Batch } from '../runtime/contract.ts';
import type { Source } from './source.ts';

/** Batches that wait for the iteration. With so many of them the source reads no further. */
const MAX_WAITING = 2;

/** Records that were read together, in source order. */
export interface RecordBatch {
  readonly records: OpenCdcRecord[];
  /** The same records as bytes of a Source.Run.Response. `RecordDestination.write` takes these bytes as they are. */
  readonly bytes: Uint8Array;
  /**
   * Acknowledges all records of the batch: they need not be delivered again. Batches may be acknowledged in any order; offsets are committed only
   * up to the first batch that is not acknowledged. A second call has no effect.
   */
  ack(): void;
}

interface Emitted {
  readonly positions: Uint8Array;
  acked: boolean;
}

/**
 * An open source, for `for await`. Iterate it once: the batches of one source have one reader.
 *
 * The iteration ends when the source is closed or its signal aborts, and throws ConnectorError when the source has failed for good.
 */
export class RecordSource implements AsyncIterable<RecordBatch>, AsyncDisposable {
  readonly #source: Source;
  readonly #signal: AbortSignal | undefined;
  #waiting: Batch[] = [];
  /** Batches that the iteration took, oldest first, from the first one that is not acknowledged. */
  #emitted: Emitted[] = [];
  #failure: ConnectorError | null = null;
  #wake: (() => void) | null = null;
  #closing: Promise<void> | null = null;
  readonly #onAbort = (): void => void this.close();

  /** `source` must be open; reading begins at once. */
  constructor(source: Source, signal?: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    source.run({
      batch: (batch) => {
        this.#waiting.push(batch);
        this.#wake?.();
        return this.#waiting.length < MAX_WAITING;
      },
      failed: (error) => {
        this.#failure = error;
        this.#wake?.();
      },
    });
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The batches as they arrive. Leaving the loop closes the source. */
  async *[Symbol.asyncIterator](): AsyncIterator<RecordBatch> {
    try {
      for (;;) {
        while (this.#waiting.length === 0) {
          if (this.#closing !== null) return;
          if (this.#failure !== null) throw this.#failure;
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = null;
        }
        if (this.#closing !== null) return;
        const batch = this.#waiting.shift()!;
        if (this.#waiting.length === MAX_WAITING - 1) this.#source.resume();
        yield this.#taken(batch);
      }
    } finally {
      await this.close();
    }
  }

  /**
   * The records one by one. A batch is acknowledged when the record after its last one is asked for, so that the records of a batch are delivered
   * again if the handling of one of them throws.
   */
  async *records(): AsyncGenerator<OpenCdcRecord, void> {
    for await (const batch of this) {
      yield* batch.records;
      batch.ack();
    }
  }

  /** Commits the acknowledged offsets, and closes. May be called any number of times; never rejects. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#signal?.removeEventListener('abort', this.#onAbort);
      this.#wake?.();
      await this.#source.teardown();
      this.#waiting = [];
    })();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #taken(batch: Batch): RecordBatch {
    const records = decodeRecords(batch.data);
    const emitted: Emitted = { positions: encodeFrames(records.map(({ position }) => position)), acked: false };
    this.#emitted.push(emitted);
    return {
      records,
      bytes: batch.data,
      ack: () => {
        emitted.acked = true;
        this.#acknowledge();
      },
    };
  }

  /** A source takes acks only in the order in which it emitted the records. */
  #acknowledge(): void {
    while (this.#emitted[0]?.acked === true) this.#source.ack(this.#emitted.shift()!.positions);
  }
}
