/** Hands the batches that kafkajs has fetched to the queue, as record sets, and tells kafkajs how far it may go on. */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Assignment } from './assignment.ts';
import { BatchOpener } from './batch-opener.ts';
import type { ByteBudget } from './byte-budget.ts';
import { Handover, WAIT_MS } from './handover.ts';
import type { RecordQueue } from './record-queue.ts';
import type { BatchMessage } from '../kafkajs/batch-messages.ts';
import kafkajs, { type EachBatchPayload } from '../kafkajs/kafkajs.ts';
import { settles, sleep } from '../../base/wait.ts';

export interface BatchHandlerOptions {
  queue: RecordQueue;
  /** Bytes that decompressed records may take, in the handlers of this consumer and in its queue. */
  decompressed: ByteBudget;
  log: Log;
  signal: AbortSignal;
  /** Told of damaged records, after which the session cannot go on. */
  failed(failure: ConnectorError): void;
  /** Told why a new session has to begin. */
  again(reason: string): void;
}

export class BatchHandler {
  readonly #options: BatchHandlerOptions;
  readonly #opener: BatchOpener;

  constructor(options: BatchHandlerOptions) {
    this.#options = options;
    this.#opener = new BatchOpener(options.decompressed, options.log);
  }

  /** Resolves when the batch is handed out, or does not count any more. Rejects with errors of kafkajs' only. */
  async handle(payload: EachBatchPayload, assignment: Assignment): Promise<void> {
    try {
      await this.#handle(payload, assignment);
    } catch (error) {
      // kafkajs ends a consumer for good on a TypeError and its like; its own errors (heartbeat) must pass unchanged.
      if (error instanceof Error && error.name.startsWith('KafkaJS')) throw error;
      const failure = ConnectorError.from(error);
      if (failure.code === 'kafka.corrupt') return this.#options.failed(failure);
      this.#options.log('error', 'a fetched batch could not be handled', { error: failure.message });
      throw new kafkajs.KafkaJSError(failure.message);
    }
  }

  async #handle(payload: EachBatchPayload, assignment: Assignment): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    const { queue, signal } = this.#options;
    const current = (): boolean => assignment.live && payload.isRunning() && !payload.isStale();
    while (!assignment.ready) {
      if (!current()) return;
      await settles(assignment.prepared, WAIT_MS);
      if (!assignment.ready) await sleep(50, signal);
      await payload.heartbeat();
    }
    if (!current()) return;
    const state = assignment.partition(topic, partition);
    const fetchOffset = BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset);
    if (state?.expected !== undefined && state.expected !== fetchOffset) {
      if (state.told !== null) await state.told;
      if (!current()) return;
      this.#jumped(topic, partition, state.expected, fetchOffset);
      // The same offsets are other records now, and acks of the old ones must not count for them: that takes a new assignment.
      if (state.handed && fetchOffset < state.expected)
        return this.#options.again(`partition ${topic}/${partition} has gone back to offset ${fetchOffset}`);
    }
    if (state !== undefined) state.reset = false;

    const handover = new Handover({ payload, assignment, fetchOffset, queue, opener: this.#opener });
    for (const message of batch.messages as unknown as BatchMessage[]) {
      const goesOn = handover.batch(message.batch);
      if (!(goesOn instanceof Promise ? await goesOn : goesOn)) return;
    }
    if (!(await handover.end())) return;
    // kafkajs resolves control batches behind the last message with it.
    if (state !== undefined) state.expected = BigInt(batch.lastOffset()) + 1n;
  }

  /** kafkajs has reset the position after an offset was out of range; what is still there is read, and the operator is told. */
  #jumped(topic: string, partition: number, expected: bigint, actual: bigint): void {
    this.#options.log('error', 'offset out of range: records between are gone or come again; going on at the earliest that there is', {
      topic,
      partition: String(partition),
      expectedOffset: String(expected),
      actualOffset: String(actual),
    });
  }
}
