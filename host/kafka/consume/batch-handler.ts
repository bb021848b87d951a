/** Hands the batches that kafkajs has fetched to the queue, as record sets, and tells kafkajs how far it may go on. */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { RecordSet } from '../contract.ts';
import type { Assignment } from './assignment.ts';
import { BatchReader } from './batch-reader.ts';
import type { RecordQueue } from './record-queue.ts';
import { partitionKey } from './start-offsets.ts';
import type { BatchMessage } from '../kafkajs/batch-messages.ts';
import kafkajs, { type EachBatchPayload } from '../kafkajs/kafkajs.ts';
import { RecordMerger } from '../records/record-merger.ts';
import { trimBelow } from '../records/record-set.ts';
import { settles, sleep } from '../../base/wait.ts';

/** Between two heartbeats of a handler that waits. */
const WAIT_MS = 1_000;

export interface BatchHandlerOptions {
  queue: RecordQueue;
  log: Log;
  signal: AbortSignal;
  /** Told of damaged records, after which the session cannot go on. */
  failed(failure: ConnectorError): void;
  /** Told why a new session has to begin. */
  again(reason: string): void;
}

export class BatchHandler {
  readonly #options: BatchHandlerOptions;
  readonly #reader: BatchReader;

  constructor(options: BatchHandlerOptions) {
    this.#options = options;
    this.#reader = new BatchReader(options.log);
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
      this.#jumped(topic, partition, state.expected, fetchOffset);
      // The same offsets are other records now, and acks of the old ones must not count for them: that takes a new assignment.
      if (state.handed && fetchOffset < state.expected)
        return this.#options.again(`partition ${topic}/${partition} has gone back to offset ${fetchOffset}`);
    }
    if (state !== undefined) state.reset = false;

    const merger = new RecordMerger();
    /** False if the assignment ended while there was no room. */
    const hand = async (ready: RecordSet[]): Promise<boolean> => {
      for (const records of ready) {
        if (!current()) return false;
        while (queue.full) {
          await queue.room(WAIT_MS);
          if (!current()) return false;
          await payload.heartbeat();
          if (!current()) return false;
        }
        queue.push({ topic, partition, epoch: assignment.epoch, records });
        if (state !== undefined) state.handed = true;
      }
      return true;
    };
    // The merger may still hold records behind this offset: they are not handed out, so nothing beyond it may be resolved.
    let handed: bigint | null = null;
    const resolve = (): void => {
      if (handed === null) return;
      payload.resolveOffset(String(handed));
      if (state !== undefined) state.expected = handed + 1n;
    };
    const batches = (batch.messages as unknown as BatchMessage[]).map((message) => message.batch);
    for (const read of this.#reader.read(batches, partitionKey(topic, partition))) {
      if ('failure' in read) {
        // The batches before the one that cannot be read are good.
        if (await hand(merger.flush())) resolve();
        throw read.failure;
      }
      const records = trimBelow(read.records, fetchOffset);
      const ready = records === null || records.count === 0 ? [] : merger.add(records);
      if (ready.length > 0) {
        if (!(await hand(ready))) return;
        resolve();
      }
      handed = read.lastOffset;
    }
    if (!(await hand(merger.flush()))) return;
    resolve();
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
