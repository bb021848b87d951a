import { onAbort } from '../base/abort.ts';
import { type ConnectorError } from '../base/errors.ts';
import { decodeRecords, type OpenCdcRecord } from '../conduit/record.ts';
import { encodeFrames } from '../conduit/stream-message.ts';
import type { Batch } from '../runtime/contract.ts';
import type { Source } from './source.ts';

/** The source stops reading while so many batches wait for the iteration. */
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

/**
 * A batch that the iteration took. Only its own `ack` and the batch before it refer to it, not the source: a batch that the program drops without an
 * ack can never be acknowledged, nor can the batches after it, so none of them costs memory.
 */
interface Emitted {
  readonly positions: Uint8Array;
  isAcked: boolean;
  /** All batches before it are acknowledged. */
  isNext: boolean;
  following: Emitted | null;
}

/**
 * An open source, for `for await`. Iterate it once: the batches of one source have one reader.
 *
 * The iteration ends when the source is closed or its signal aborts, and throws ConnectorError when the source has failed for good.
 */
export class RecordSource implements AsyncIterable<RecordBatch>, AsyncDisposable {
  readonly #source: Source;
  readonly #forgetSignal: (() => void) | undefined;
  #waiting: Batch[] = [];
  #lastEmitted: Emitted | null = null;
  #failure: ConnectorError | null = null;
  #wake: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  /** `source` must be open; reading begins at once. */
  constructor(source: Source, signal?: AbortSignal) {
    this.#source = source;
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
    this.#forgetSignal = signal && onAbort(signal, () => void this.close());
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
      this.#forgetSignal?.();
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
    const last = this.#lastEmitted;
    const emitted: Emitted = {
      positions: encodeFrames(records.map(({ position }) => position)),
      isAcked: false,
      isNext: last === null || (last.isAcked && last.isNext),
      following: null,
    };
    if (last !== null) last.following = emitted;
    this.#lastEmitted = emitted;
    return {
      records,
      bytes: batch.data,
      ack: () => {
        if (emitted.isAcked) return;
        emitted.isAcked = true;
        this.#acknowledge(emitted);
      },
    };
  }

  /** A source takes acks only in the order in which it emitted the records. */
  #acknowledge(from: Emitted): void {
    let emitted: Emitted | null = from;
    while (emitted !== null && emitted.isNext && emitted.isAcked) {
      this.#source.ack(emitted.positions);
      emitted = emitted.following;
      if (emitted !== null) emitted.isNext = true;
    }
  }
}
