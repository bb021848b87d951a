import { onAbort } from '../base/abort.ts';
import { ConnectorError } from '../base/errors.ts';
import { settles } from '../base/wait.ts';
import { decodeAcks } from '../conduit/acks.ts';
import { encodeRecords, type OpenCdcRecord } from '../conduit/record.ts';
import { readStreamMessage, type StreamMessage } from '../conduit/stream-message.ts';
import type { WriteQueue } from '../sdk/index.ts';
import type { Destination } from './destination.ts';

/** The outcome for one record: null if it is durably written, else the reason why it is not. */
export type WriteOutcome = string | null;

/** The most calls of `write`, and bytes in them, that may wait at once. A caller that awaits its outcomes stays far below. */
const MAX_WAITING = { requests: 10_000, bytes: 64 * 1024 * 1024 };
/** Longest time that `close` waits for calls of `write` that were made before it. */
const FINISH_MS = 10_000;

/** A call of `write`. */
interface Call {
  readonly request: StreamMessage;
  /** The outcomes of its first records, as far as they are known. */
  readonly outcomes: WriteOutcome[];
  resolve(outcomes: WriteOutcome[]): void;
  reject(error: ConnectorError): void;
}

/** An open destination. */
export class RecordDestination implements AsyncDisposable {
  readonly #destination: Destination;
  readonly #signal: AbortSignal | undefined;
  readonly #forgetSignal: (() => void) | undefined;
  #queue: WriteQueue;
  /** Calls that are not answered, oldest first. */
  #calls: Call[] = [];
  #isFull = false;
  /** No further write is begun. */
  #isEnding = false;
  #closing: Promise<void> | null = null;

  /** `destination` must be open. */
  constructor(destination: Destination, signal?: AbortSignal) {
    this.#destination = destination;
    this.#signal = signal;
    this.#queue = this.#openQueue();
    this.#forgetSignal = signal && onAbort(signal, () => void this.close());
  }

  /**
   * Writes records in their order and resolves with an outcome for each. Calls that overlap keep their order, and may be written together, as
   * `sdk.batch.*` says. Rejects with ConnectorError if no outcome is known; records may have been written all the same. Rejects with
   * `limit.exceeded`, and writes nothing, while 10,000 calls or 64 MiB wait already.
   *
   * `records`: objects, or the bytes of a batch of a source (`RecordBatch.bytes`).
   */
  async write(records: readonly OpenCdcRecord[] | Uint8Array): Promise<WriteOutcome[]> {
    if (this.#closing !== null) throw closed();
    const bytes = records instanceof Uint8Array ? records : encodeRecords(records);
    if (bytes.length === 0) return [];
    const request = readStreamMessage(bytes, 'records');
    if (request.count === 0)
      throw new ConnectorError('input.invalid', 'expected the bytes of at least one record, got bytes that hold none');
    if (this.#isFull) {
      throw new ConnectorError('limit.exceeded', `${this.#calls.length} calls of write wait already: await the earlier ones first`);
    }
    return new Promise((resolve, reject) => {
      this.#calls.push({ request, outcomes: [], resolve, reject });
      this.#queue.push(request);
    });
  }

  /**
   * Waits up to ten seconds for the calls of `write` that were made before, and closes. If the signal aborts, only the write that is running gets a
   * few seconds. A call that has no outcome by then rejects with `cancelled`. May be called any number of times; never rejects.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close(FINISH_MS);
    return this.#closing;
  }

  /** Waits for the calls of `write` that were made before, without a limit unless the signal aborts, and closes. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close(Infinity);
    return this.#closing;
  }

  async #close(finishMs: number): Promise<void> {
    await settles(this.#written(), finishMs, this.#signal);
    this.#forgetSignal?.();
    this.#isEnding = true;
    const ended = this.#queue.close();
    await this.#destination.teardown();
    await ended;
    for (const call of this.#calls.splice(0)) end(call);
  }

  /** Resolves when every call is answered. No write waits for more records from now on. */
  async #written(): Promise<void> {
    while (!this.#isEnding && !this.#queue.idle) await this.#queue.flush();
  }

  #openQueue(): WriteQueue {
    return this.#destination.queue({
      acks: (response) => this.#answer(response),
      failed: (error) => this.#fail(ConnectorError.from(error)),
      full: (isFull) => void (this.#isFull = isFull),
      room: MAX_WAITING,
    });
  }

  #answer(response: Uint8Array): undefined {
    for (const { error } of decodeAcks(response)) {
      const call = this.#calls[0];
      if (call === undefined) return;
      call.outcomes.push(error === '' ? null : error);
      if (call.outcomes.length < call.request.count) continue;
      this.#calls.shift();
      call.resolve(call.outcomes);
    }
  }

  /** Rejects the calls of the write that failed. The calls that wait behind it go into a new queue. */
  #fail(error: ConnectorError): void {
    let records = this.#queue.unanswered;
    do {
      const call = this.#calls.shift();
      if (call === undefined) break;
      records -= call.request.count;
      call.reject(error);
    } while (records > 0);
    if (this.#isEnding) return;
    this.#queue = this.#openQueue();
    for (const { request } of this.#calls) this.#queue.push(request);
  }
}

/** Ends a call that is not complete when the destination has closed. If some outcomes are known, it resolves with them. */
function end(call: Call): void {
  const { request, outcomes } = call;
  if (outcomes.length === 0) return call.reject(closed());
  while (outcomes.length < request.count) outcomes.push('outcome unknown, perhaps written: the destination was closed');
  call.resolve(outcomes);
}

function closed(): ConnectorError {
  return new ConnectorError('cancelled', 'the destination is closed');
}
