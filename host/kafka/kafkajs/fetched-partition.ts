/** The batches that kafkajs fetched of one partition, as a FetchedPartition. */
import type { FetchedPartition, GroupListener } from '../group-consumer.ts';
import type { BatchMessage } from './batch-messages.ts';
import { faultOf } from './errors.ts';
import type { TaggedBatch } from './generations.ts';
import kafkajs, { type EachBatchPayload } from './kafkajs.ts';

/** kafkajs' batch with the messages of the replaced decoder, and a field that its type lacks. */
interface Batch {
  messages: BatchMessage[];
  fetchedOffset: string;
  isOfLastJoin: TaggedBatch['isOfLastJoin'];
}

export class KafkajsFetchedPartition implements FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly BatchMessage[];
  readonly #payload: EachBatchPayload;
  /** The error that kafkajs threw from its heartbeat, and the error that the handler got for it. */
  #refused: { original: unknown; seen: unknown } | null = null;

  constructor(payload: EachBatchPayload) {
    this.#payload = payload;
    this.topic = payload.batch.topic;
    this.partition = payload.batch.partition;
    this.batches = this.#batch.messages;
  }

  get fetchOffset(): bigint {
    return BigInt(this.#batch.fetchedOffset);
  }

  get lastOffset(): bigint {
    return BigInt(this.#payload.batch.lastOffset());
  }

  get #batch(): Batch {
    return this.#payload.batch as unknown as Batch;
  }

  /** A batch that a test makes has no join. */
  get #isOfLastJoin(): boolean {
    return this.#batch.isOfLastJoin?.() ?? true;
  }

  isCurrent(): boolean {
    return this.#payload.isRunning() && !this.#payload.isStale() && this.#isOfLastJoin;
  }

  async heartbeat(): Promise<void> {
    try {
      await this.#payload.heartbeat();
    } catch (original) {
      const seen = faultOf(original);
      if (isOfKafkajs(original)) this.#refused = { original, seen };
      throw seen;
    }
  }

  resolve(offset: bigint): void {
    if (!this.#isOfLastJoin) return; // it would count for the new assignment
    this.#payload.resolveOffset(String(offset));
  }

  /**
   * Lets the listener handle the batches. Rejects with kafkajs' errors only, because other errors, such as a TypeError, end a kafkajs consumer for good.
   * kafkajs' own heartbeat error is passed back unchanged.
   */
  async handledBy(listener: Pick<GroupListener, 'handle'>): Promise<void> {
    if (!this.#isOfLastJoin) return;
    try {
      await listener.handle(this);
    } catch (error) {
      const refused = this.#refused;
      if (refused !== null && refused.seen === error) throw refused.original;
      throw new kafkajs.KafkaJSError(error instanceof Error ? error.message : String(error));
    }
  }
}

function isOfKafkajs(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}
