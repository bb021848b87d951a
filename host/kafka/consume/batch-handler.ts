/** Puts fetched batches into the queue as record sets, and tells the client up to which offset they are handed out. */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { settles, sleep } from '../../base/wait.ts';
import { KafkaFault } from '../fault.ts';
import type { FetchedPartition } from '../group-consumer.ts';
import type { Assignment } from './assignment.ts';
import { BatchOpener } from './batch-opener.ts';
import type { ByteBudget } from './byte-budget.ts';
import { Handover, WAIT_MS } from './handover.ts';
import type { RecordQueue } from './record-queue.ts';

export interface BatchHandlerOptions {
  queue: RecordQueue;
  /** Limits the bytes of decompressed records in the handlers of this consumer and in its queue. */
  decompressed: ByteBudget;
  log: Log;
  signal: AbortSignal;
  /** Called for damaged records, after which the session cannot go on. */
  failed(failure: ConnectorError): void;
  /** Called if a new session must begin, with the reason. */
  again(reason: string): void;
}

export class BatchHandler {
  readonly #options: BatchHandlerOptions;
  readonly #opener: BatchOpener;

  constructor(options: BatchHandlerOptions) {
    this.#options = options;
    this.#opener = new BatchOpener(options.decompressed, options.log);
  }

  /** Resolves when the batches are handed out, or the assignment is over. After a rejection they are fetched again. */
  async handle(fetched: FetchedPartition, assignment: Assignment): Promise<void> {
    try {
      await this.#handle(fetched, assignment);
    } catch (error) {
      if (error instanceof KafkaFault) throw error;
      const failure = ConnectorError.from(error);
      if (failure.code === 'kafka.corrupt') return this.#options.failed(failure);
      this.#options.log('error', 'a fetched batch could not be handled, so the consumer starts again', { error: failure.message });
      throw failure;
    }
  }

  async #handle(fetched: FetchedPartition, assignment: Assignment): Promise<void> {
    const { topic, partition, fetchOffset } = fetched;
    const { queue, signal } = this.#options;
    const current = (): boolean => assignment.live && fetched.isCurrent();
    while (!assignment.ready) {
      if (!current()) return;
      await settles(assignment.prepared, WAIT_MS);
      if (!assignment.ready) await sleep(50, signal);
      await fetched.heartbeat();
    }
    if (!current()) return;
    const state = assignment.partition(topic, partition);
    if (state?.expected !== undefined && state.expected !== fetchOffset) {
      if (state.told !== null) await state.told;
      if (!current()) return;
      this.#jumped(topic, partition, state.expected, fetchOffset);
      // The same offsets are other records now. Acks of the old records must not count for them, so a new assignment epoch is needed.
      if (state.handed && fetchOffset < state.expected)
        return this.#options.again(`partition ${topic}/${partition} has gone back to offset ${fetchOffset}`);
    }
    if (state !== undefined) state.reset = false;

    const handover = new Handover({ fetched, assignment, fetchOffset, queue, opener: this.#opener });
    for (const { batch } of fetched.batches) {
      const goesOn = handover.batch(batch);
      if (!(goesOn instanceof Promise ? await goesOn : goesOn)) return;
    }
    if (!(await handover.end())) return;
    // With the last batch the client also resolves the control batches after it.
    if (state !== undefined) state.expected = fetched.lastOffset + 1n;
  }

  /** Logs that the client has resumed at the earliest offset after one was out of range. */
  #jumped(topic: string, partition: number, expected: bigint, actual: bigint): void {
    this.#options.log('error', 'offset out of range: records between are lost or delivered again; reading resumes at the earliest offset', {
      topic,
      partition: String(partition),
      expectedOffset: String(expected),
      actualOffset: String(actual),
    });
  }
}
