/** Writes the batches of one partition. They keep their order through every retry, and with acks `all` no retry writes a batch twice. */
import { Backoff } from '../../base/backoff.ts';
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { settles, sleep, turn } from '../../base/wait.ts';
import type { BatchWriter } from '../client.ts';
import type { ProducerOptions } from '../contract.ts';
import { faultType, KafkaFault } from '../fault.ts';
import { codecFor } from '../records/codecs.ts';
import type { OutgoingBatch } from '../records/outgoing-batch.ts';
import { BATCH_HEADER_BYTES, encodeBatch, type BatchSequence } from '../records/record-batch.ts';
import { PendingBatch, type Delivery } from './delivery.ts';
import { isRefusal, produceFault } from './produce-fault.ts';
import { PartitionSequence, type RequestProducerId } from './sequence.ts';

const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 2_000;
const UNKNOWN_TOPIC_TRIES = 4;
const RENEW_AFTER = 5;

type Writer = Pick<BatchWriter, 'write'>;

export interface PartitionQueueOptions {
  topic: string;
  partition: number;
  options: ProducerOptions;
  log: Log;
  writer(): Promise<Writer>;
  producerId: RequestProducerId;
  unknownTopic(): void;
  /** Called if this writer cannot recover: the next one must be a new one. */
  renew(writer: Writer): void;
}

/** A batch that waits for its turn or for its answer. */
interface Waiting {
  batch: OutgoingBatch;
  pending: PendingBatch;
  settled: () => void;
}
interface Attempt {
  sequence: BatchSequence | null;
  /** Null if no request was sent. */
  writer: Writer | null;
  /** Null if the batch is written. */
  error: Error | null;
}

export class PartitionQueue {
  readonly #options: PartitionQueueOptions;
  readonly #sequence: PartitionSequence;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(options: PartitionQueueOptions) {
    this.#options = options;
    this.#sequence = new PartitionSequence(options.producerId);
  }

  /** Resolves when the batch is written or its failures are reported, at the deadline at the latest. Never rejects. */
  async deliver(batch: OutgoingBatch, delivery: Delivery): Promise<void> {
    const pending = new PendingBatch(batch, delivery);
    const settled = new Promise<void>((resolve) => this.#waiting.push({ batch, pending, settled: resolve }));
    if (!this.#running) void this.#run();
    if (!(await settles(settled, delivery.deadline.leftMs))) pending.expire();
  }

  /** Writes the waiting batches. Ends when no request of this partition is in flight. */
  async #run(): Promise<void> {
    this.#running = true;
    await Promise.resolve(); // so that batches that are delivered in the same turn are sent together
    while (this.#waiting.length > 0) await this.#writeTogether(this.#waiting.splice(0, this.#sequence.maxInFlight));
    this.#running = false;
  }

  /** Sends all batches of the group, and settles them in their order. */
  async #writeTogether(group: readonly Waiting[]): Promise<void> {
    const begun: { waiting: Waiting; attempt: Promise<Attempt | null> }[] = [];
    let ahead = 0;
    for (const waiting of group) {
      const { batch, pending } = waiting;
      // After this turn the batch before is encoded and written to its socket.
      if (begun.length > 0) await turn();
      const isOver = pending.isOver();
      begun.push({ waiting, attempt: isOver ? Promise.resolve(null) : this.#attempt(batch, pending, ahead) });
      if (!isOver) ahead += batch.indexes.length;
    }
    const ended = await Promise.all(begun.map(async ({ waiting, attempt }) => ({ waiting, attempt: await attempt })));
    let allWritten = true;
    for (const { waiting, attempt } of ended) {
      const isWritten = attempt?.error === null;
      // If a broker has not accepted a batch, its answers to the batches after it mean nothing: those are tried again.
      await this.#settle(waiting.batch, waiting.pending, allWritten || isWritten ? attempt : null);
      allWritten &&= isWritten;
      waiting.settled();
    }
  }

  /** Writes the batch, or reports its failure. `attempt` is the first attempt, if there was one whose result counts. */
  async #settle(batch: OutgoingBatch, pending: PendingBatch, attempt: Attempt | null): Promise<void> {
    const { topic, partition, log } = this.#options;
    const { signal, deadline } = pending.delivery;
    let unknownTopic = 0;
    let withoutAnswer = 0;
    const backoff = new Backoff(FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS);
    while (attempt !== null || !pending.isOver()) {
      const { sequence, writer, error }: Attempt = attempt ?? (await this.#attempt(batch, pending));
      attempt = null;
      if (error === null) {
        this.#sequence.advance(sequence, batch.indexes.length);
        return pending.written(batch);
      }
      pending.tried(error.message);
      const fault = produceFault(error, sequence !== null);
      if (writer !== null && faultType(error) === null) {
        // A client that has lost all its brokers may never find one again. A new client starts from the servers of the settings.
        const isBroken = error instanceof KafkaFault && error.kind === 'client';
        if (++withoutAnswer % RENEW_AFTER === 0 || isBroken) this.#options.renew(writer);
      }
      if (fault === 'parts' && batch.indexes.length > 1) {
        this.#sequence.restart();
        for (const half of pending.split(batch)) await this.#settle(half, pending, null);
        return;
      }
      const isGone = fault === 'no-topic' && ++unknownTopic >= UNKNOWN_TOPIC_TRIES;
      if (isGone) this.#options.unknownTopic();
      if (isGone || fault === 'parts' || fault === 'final') {
        // A record that a broker refuses by itself cannot have been accepted in an earlier try.
        if (fault === 'parts') pending.reject(batch, this.#refusal(batch, error));
        else pending.failed(batch, error instanceof ConnectorError ? error.kind : 'rejected', error.message);
        break;
      }
      if (fault === 'forgotten') this.#sequence.exchange();
      if (fault === 'not-idempotent') {
        this.#sequence.disable();
        log('warn', `disabling idempotent writes because the brokers refuse them: ${error.message}`, { topic });
      }
      const backOffMs = backoff.next();
      log('warn', 'failed to produce records, trying again...', {
        topic,
        partition: String(partition),
        error: error.message,
        inMs: String(backOffMs),
      });
      await sleep(Math.min(backOffMs, deadline.leftMs), signal);
    }
    this.#sequence.restart();
  }

  /** The error text for a refused record. If it was too large, it names the size and the setting of the limit. */
  #refusal(batch: OutgoingBatch, error: Error): string {
    const type = faultType(error);
    if (type !== 'MESSAGE_TOO_LARGE' && type !== 'RECORD_LIST_TOO_LARGE') return error.message;
    const bytes = batch.records.records.length + BATCH_HEADER_BYTES;
    return `${error.message} (a batch of this record takes ${bytes} bytes before compression; see max.message.bytes of topic "${this.#options.topic}")`;
  }

  async #attempt(batch: OutgoingBatch, pending: PendingBatch, ahead = 0): Promise<Attempt> {
    let sequence: BatchSequence | null = null;
    let writer: Writer | null = null;
    try {
      const connected = await this.#options.writer();
      sequence = await this.#sequence.of(ahead).catch((error: Error) => {
        // The new error has no Kafka error type: a failure to get a producer id does not concern the batch.
        throw new ConnectorError('kafka.unreachable', `failed to get a producer id: ${error.message}`);
      });
      writer = connected;
      await this.#write(writer, batch, sequence, pending);
      return { sequence, writer, error: null };
    } catch (error) {
      return { sequence, writer, error: error as Error };
    }
  }

  async #write(writer: Writer, batch: OutgoingBatch, sequence: BatchSequence | null, pending: PendingBatch): Promise<void> {
    const { topic, partition, options } = this.#options;
    // The batch is encoded for each attempt: retries are rare, and the encoded form takes memory.
    const encoded = encodeBatch(batch.records, batch.maxTimestamp, codecFor(options.compression), sequence);
    let isSent = false;
    const sent = (): void => {
      isSent = true;
      pending.sent(batch);
    };
    try {
      await writer.write(topic, partition, encoded, options.acks, sent);
    } catch (error) {
      if (isSent && isRefusal(error)) pending.refused(batch);
      // DUPLICATE_SEQUENCE_NUMBER means that an earlier attempt has written the batch.
      if (faultType(error) !== 'DUPLICATE_SEQUENCE_NUMBER') throw error;
    }
  }
}
