/** What kafkajs fetched of one partition, for a handler that speaks Kafka's words. */
import type { FetchedPartition, GroupListener } from '../group-consumer.ts';
import type { BatchMessage } from './batch-messages.ts';
import { faultOf } from './errors.ts';
import kafkajs, { type EachBatchPayload } from './kafkajs.ts';

/** kafkajs' batch as the replaced decoder fills it, with a field that its type leaves out. */
interface Batch {
  messages: BatchMessage[];
  fetchedOffset: string;
}

export class KafkajsFetchedPartition implements FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly BatchMessage[];
  readonly #payload: EachBatchPayload;
  /** What kafkajs threw from its heartbeat, and what the handler saw of it. */
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

  isCurrent(): boolean {
    return this.#payload.isRunning() && !this.#payload.isStale();
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
    this.#payload.resolveOffset(String(offset));
  }

  /** Rejects with kafkajs' errors only. Its own heartbeat error must come back unchanged; a TypeError and its like end a consumer for good. */
  async handledBy(listener: Pick<GroupListener, 'handle'>): Promise<void> {
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
