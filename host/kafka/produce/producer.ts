/** The producer that a guest holds: divides its records among partitions and reports those that were not written. */
import { Deadline } from '../../base/deadline.ts';
import { ConnectorError, type ErrorCode, type ErrorKind } from '../../base/errors.ts';
import { settles } from '../../base/wait.ts';
import type { KafkaClient } from '../client.ts';
import type { Outgoing, ProducerOptions, SendFailure } from '../contract.ts';
import type { ProducerHandle } from '../handles.ts';
import { divide } from '../records/outgoing-batch.ts';
import { RecordPartitioner } from '../records/partitioner.ts';
import { Connections } from './connections.ts';
import type { Delivery } from './delivery.ts';
import { PartitionQueue } from './partition-queue.ts';
import { ProducerIds } from './producer-id.ts';
import { TopicPartitions, UNKNOWN_TOPIC } from './topic-partitions.ts';

const CLOSE_MS = 2_000;
const LEAST_REQUEST_TIMEOUT_MS = 1_000;

export type ProducerClient = Pick<KafkaClient, 'log' | 'unreachable' | 'reach' | 'lookups' | 'writer' | 'producerId'>;

export interface ProducerParts {
  /** When it aborts, `openProducer` stops dialling and rejects with `cancelled`. It does not end an open producer. */
  signal?: AbortSignal;
}

/** Opens a producer. Rejects with ConnectorError if no broker answers within the connect timeout. */
export async function openProducer(
  client: ProducerClient,
  options: ProducerOptions,
  { signal }: ProducerParts = {},
): Promise<ProducerHandle> {
  await client.reach(signal);
  return new KafkaProducer(client, options);
}

class KafkaProducer implements ProducerHandle {
  readonly #client: ProducerClient;
  readonly #options: ProducerOptions;
  readonly #closing = new AbortController();
  readonly #queues = new Map<string, PartitionQueue>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #connections: Connections;
  readonly #topics: TopicPartitions;
  readonly #ids: ProducerIds;
  readonly #partitioner: RecordPartitioner;

  constructor(client: ProducerClient, options: ProducerOptions) {
    this.#client = client;
    this.#options = options;
    const { signal } = this.#closing;
    const { acks, deliveryTimeoutMs, creation } = options;
    this.#partitioner = new RecordPartitioner(options.partitioner);
    const longest = deliveryTimeoutMs === 0 ? undefined : Math.max(LEAST_REQUEST_TIMEOUT_MS, deliveryTimeoutMs);
    this.#connections = new Connections(client, longest, signal);
    this.#topics = new TopicPartitions({ client, connections: this.#connections, creation, signal });
    this.#ids = new ProducerIds({ client, acks, signal });
    // The id is requested before the first record comes, which requests it again if this fails.
    this.#ids.request().catch(() => undefined);
  }

  async send(outgoing: Outgoing[]): Promise<SendFailure[]> {
    if (this.#closing.signal.aborted) throw closed();
    const sending = this.#send(outgoing);
    this.#running.add(sending);
    try {
      return await sending;
    } finally {
      this.#running.delete(sending);
    }
  }

  async close(): Promise<void> {
    await settles(Promise.allSettled([...this.#running]), CLOSE_MS);
    this.#closing.abort(closed());
    await this.#connections.close();
  }

  async #send(outgoing: Outgoing[]): Promise<SendFailure[]> {
    const { deliveryTimeoutMs } = this.#options;
    const deadline = deliveryTimeoutMs === 0 ? Deadline.never : Deadline.after(deliveryTimeoutMs);
    const failures: SendFailure[] = [];
    const fail = (indexes: Iterable<number>, kind: ErrorKind, text: string, code?: ErrorCode): void => {
      for (const index of indexes) failures.push({ index, reason: code === undefined ? { kind, text } : { kind, text, code } });
    };
    const obstacle = (): string | null => this.#client.unreachable;
    const deliveries: Promise<void>[] = [];
    const chooser = this.#partitioner.next();
    let firstIndex = 0;
    for (const { topic, partition, records } of outgoing) {
      const indexes = (): Iterable<number> => Array.from({ length: records.count }, (_, i) => first + i);
      const first = firstIndex;
      firstIndex += records.count;
      if (records.count === 0) continue;
      let partitions: number;
      try {
        partitions = await this.#topics.count(topic, deadline);
      } catch (error) {
        const { kind, message } = ConnectorError.from(error);
        fail(indexes(), kind, message);
        continue;
      }
      if (partition !== undefined && (partition < 0 || partition >= partitions)) {
        fail(indexes(), 'rejected', UNKNOWN_TOPIC);
        continue;
      }
      const choose = partition === undefined ? chooser(topic, partitions) : (): number => partition;
      const { batches, tooLarge } = divide(records, first, choose, this.#options.maxBatchBytes);
      for (const { index, bytes } of tooLarge) {
        fail([index], 'rejected', overBatchBytes(topic, bytes, this.#options.maxBatchBytes), 'kafka.record-refused');
      }
      const delivery: Delivery = { deadline, signal: this.#closing.signal, fail, obstacle };
      for (const batch of batches) deliveries.push(this.#queue(topic, batch.partition).deliver(batch, delivery));
    }
    await Promise.all(deliveries);
    return failures.sort((a, b) => a.index - b.index);
  }

  #queue(topic: string, partition: number): PartitionQueue {
    const key = `${topic}/${partition}`;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = new PartitionQueue({
        topic,
        partition,
        options: this.#options,
        log: this.#client.log,
        writer: async () => (await this.#connections.get()).writer,
        producerId: (spent) => this.#ids.request(spent),
        unknownTopic: () => this.#topics.forget(topic),
        renew: (writer) => void this.#connections.renew(writer),
      });
      this.#queues.set(key, queue);
    }
    return queue;
  }
}

function overBatchBytes(topic: string, bytes: number, maxBytes: number): string {
  return (
    `MESSAGE_TOO_LARGE: a batch of this record takes ${bytes} bytes before compression, batchBytes is ${maxBytes}: ` +
    `raise batchBytes, and max.message.bytes of topic "${topic}" if that is smaller`
  );
}

function closed(): ConnectorError {
  return new ConnectorError('cancelled', 'the producer is closed');
}
