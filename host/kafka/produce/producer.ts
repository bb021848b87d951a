/**
 * The producer that a guest holds. kafkajs' `send` may resolve with messages never written when it retries over several
 * brokers; so each of its sends holds one partition, is not retried by kafkajs, and is believed only if the answer names it.
 */
import { onAbort } from '../../base/abort.ts';
import { Backoff } from '../../base/backoff.ts';
import { Deadline } from '../../base/deadline.ts';
import { ConnectorError, type ErrorKind } from '../../base/errors.ts';
import { settles, sleep, within } from '../../base/wait.ts';
import type { Log } from '../../base/log.ts';
import type { Outgoing, ProducerOptions, SendFailure } from '../contract.ts';
import type { ProducerHandle } from '../handles.ts';
import type { Client, ClientFactory } from '../kafkajs/client.ts';
import { TIMED_OUT, type Delivery } from './delivery.ts';
import { failureText, isPermanent, protocolType } from '../kafkajs/errors.ts';
import type { Admin, Producer } from '../kafkajs/kafkajs.ts';
import { chooseByKey, divide } from '../records/outgoing-batch.ts';
import { requestProducerId, type ProducerId } from './producer-id.ts';
import { PartitionLane, TOO_LARGE } from './partition-lane.ts';
import { reach } from '../kafkajs/probe-brokers.ts';

const CLOSE_MS = 2_000;
const REQUEST_TIMEOUT_MS = 30_000;
const METADATA_MAX_AGE_MS = 60_000;
const UNKNOWN_TOPIC_TRIES = 4;
const LOOKUPS_PER_CLIENT = 5;
const UNKNOWN_TOPIC_WAIT_MS = 125;
const FIRST_LOOKUP_BACK_OFF_MS = 100;
const LONGEST_LOOKUP_BACK_OFF_MS = 2_000;
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.';

interface Topic {
  partitions: number;
  /** On the clock of `performance.now()`. */
  at: number;
}
interface Connected {
  client: Client;
  producer: Producer;
  admin: Admin;
}

export interface ProducerParts {
  /** Ends `openProducer`: it dials no more and rejects with `cancelled`. A producer that is open is ended by `close`. */
  signal?: AbortSignal;
  identify?: typeof requestProducerId;
}

/** Rejects with ConnectorError if no broker answers within ten seconds. */
export async function openProducer(
  factory: ClientFactory,
  options: ProducerOptions,
  { signal, identify = requestProducerId }: ProducerParts = {},
): Promise<ProducerHandle> {
  await reach(factory, signal);
  return new KafkaProducer(factory, options, identify);
}

class KafkaProducer implements ProducerHandle {
  readonly #factory: ClientFactory;
  readonly #log: Log;
  readonly #options: ProducerOptions;
  readonly #identify: typeof requestProducerId;
  readonly #closing = new AbortController();
  readonly #lanes = new Map<string, PartitionLane>();
  readonly #topics = new Map<string, Topic>();
  readonly #running = new Set<Promise<unknown>>();
  #connected: Promise<Connected> | null = null;
  /** An unknown topic stays in kafkajs' list and fails every later refresh of its metadata. */
  #poisoned = false;
  /** Null once it is known that writes are not idempotent. */
  #producerId: Promise<ProducerId | null> | null = null;
  #sticky = Math.floor(Math.random() * 0x7fffffff);

  constructor(factory: ClientFactory, options: ProducerOptions, identify: typeof requestProducerId) {
    this.#factory = factory;
    this.#log = factory.log;
    this.#options = options;
    this.#identify = identify;
    // Ahead of the first record, which asks again if it fails.
    this.#requestProducerId().catch(() => undefined);
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
    await this.#disconnect();
  }

  async #send(outgoing: Outgoing[]): Promise<SendFailure[]> {
    if (this.#poisoned && this.#running.size === 0) await this.#disconnect();
    const { deliveryTimeoutMs } = this.#options;
    const deadline = deliveryTimeoutMs === 0 ? Deadline.never : Deadline.after(deliveryTimeoutMs);
    const failures: SendFailure[] = [];
    const fail = (indexes: Iterable<number>, kind: ErrorKind, text: string): void => {
      for (const index of indexes) failures.push({ index, reason: { kind, text } });
    };
    const deliveries: Promise<void>[] = [];
    const sticky = this.#sticky++;
    let firstIndex = 0;
    for (const { topic, partition, records } of outgoing) {
      const indexes = (): Iterable<number> => Array.from({ length: records.count }, (_, i) => first + i);
      const first = firstIndex;
      firstIndex += records.count;
      if (records.count === 0) continue;
      let partitions: number;
      try {
        partitions = await this.#partitions(topic, deadline);
      } catch (error) {
        const { kind, message } = ConnectorError.from(error);
        fail(indexes(), kind, message);
        continue;
      }
      if (partition !== undefined && (partition < 0 || partition >= partitions)) {
        fail(indexes(), 'rejected', UNKNOWN_TOPIC);
        continue;
      }
      const choose = partition === undefined ? chooseByKey(partitions, sticky % partitions) : (): number => partition;
      const { batches, tooLarge } = divide(records, first, choose, this.#options.maxBatchBytes);
      fail(tooLarge, 'rejected', TOO_LARGE);
      const delivery: Delivery = { deadline, signal: this.#closing.signal, fail };
      for (const batch of batches) deliveries.push(this.#lane(topic, batch.partition).deliver(batch, delivery));
    }
    await Promise.all(deliveries);
    return failures.sort((a, b) => a.index - b.index);
  }

  #lane(topic: string, partition: number): PartitionLane {
    const key = `${topic}/${partition}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new PartitionLane({
        topic,
        partition,
        options: this.#options,
        log: this.#log,
        producer: async () => (await this.#connect()).producer,
        producerId: (spent) => this.#requestProducerId(spent),
        unknownTopic: () => this.#forget(topic),
        renew: (producer) => void this.#renew(producer),
      });
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** One for all partitions, until one of them has spent it. */
  async #requestProducerId(spent?: bigint): Promise<ProducerId | null> {
    for (;;) {
      const request = (this.#producerId ??= this.#newProducerId());
      const given = await request;
      if (given === null || given.id !== spent) return given;
      if (this.#producerId === request) this.#producerId = null;
    }
  }

  async #newProducerId(): Promise<ProducerId | null> {
    const { acks } = this.#options;
    if (acks !== 'all') return this.#disableIdempotence(`"acks" is set to ${acks === 'leader' ? 'one' : acks}`);
    try {
      const answer = await this.#identify(this.#factory, this.#closing.signal);
      return 'refused' in answer ? this.#disableIdempotence(`the cluster does not allow them: ${answer.refused}`) : answer;
    } catch (error) {
      this.#producerId = null; // the next batch asks again
      throw error;
    }
  }

  #disableIdempotence(why: string): null {
    this.#log('warn', `disabling idempotent writes because ${why}`);
    return null;
  }

  async #renew(producer: Pick<Producer, 'send'>): Promise<void> {
    const connecting = this.#connected;
    const connected = await connecting?.catch(() => null);
    if (connected?.producer === producer && this.#connected === connecting) await this.#disconnect();
  }

  #forget(topic: string): void {
    this.#topics.delete(topic);
    this.#poisoned = true;
  }

  /** Number of partitions; makes the topic if the broker allows it. Rejects with the failure for its records. */
  async #partitions(topic: string, deadline: Deadline): Promise<number> {
    const known = this.#topics.get(topic);
    if (known !== undefined && performance.now() - known.at < METADATA_MAX_AGE_MS) return known.partitions;
    let unknown = 0;
    const backoff = new Backoff(FIRST_LOOKUP_BACK_OFF_MS, LONGEST_LOOKUP_BACK_OFF_MS);
    for (let tries = 1; ; tries++) {
      if (this.#closing.signal.aborted) throw closed();
      try {
        const { admin, producer } = await inTime(this.#connect(), deadline);
        try {
          const { topics } = await inTime(admin.fetchTopicMetadata({ topics: [topic] }), deadline);
          const partitions = topics.find((entry) => entry.name === topic)?.partitions.length ?? 0;
          if (partitions > 0) {
            this.#topics.set(topic, { partitions, at: performance.now() });
            return partitions;
          }
        } catch (error) {
          if (protocolType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
          if (++unknown > UNKNOWN_TOPIC_TRIES) throw error;
          // Sending nothing asks for the metadata of the topic with leave to make it.
          await inTime(producer.send({ topic, messages: [] }), deadline);
        }
      } catch (error) {
        if (error instanceof ConnectorError) throw error;
        const type = protocolType(error);
        if (type === 'UNKNOWN_TOPIC_OR_PARTITION') {
          if (unknown >= UNKNOWN_TOPIC_TRIES) throw new ConnectorError('kafka.rejected', UNKNOWN_TOPIC, { cause: error });
        } else if (isPermanent(error)) {
          throw new ConnectorError('kafka.rejected', failureText(error), { cause: error });
        }
        if (known !== undefined && type === undefined) return known.partitions;
        // A client that has lost all its brokers may never find one again; a new one starts from the configured addresses.
        if (type === undefined && tries % LOOKUPS_PER_CLIENT === 0) await this.#disconnect();
        this.#log('debug', 'failed to look up a topic, trying again...', { topic, error: failureText(error) });
        await sleep(type === 'UNKNOWN_TOPIC_OR_PARTITION' ? UNKNOWN_TOPIC_WAIT_MS : backoff.next(), this.#closing.signal);
      }
      if (deadline.isOver) throw new ConnectorError('kafka.timeout', TIMED_OUT);
    }
  }

  #connect(): Promise<Connected> {
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    this.#connected ??= this.#open().catch((error: unknown) => {
      this.#connected = null;
      throw error;
    });
    return this.#connected;
  }

  async #open(): Promise<Connected> {
    const { deliveryTimeoutMs } = this.#options;
    const requestTimeoutMs =
      deliveryTimeoutMs === 0 ? REQUEST_TIMEOUT_MS : Math.min(REQUEST_TIMEOUT_MS, Math.max(1_000, deliveryTimeoutMs));
    const client = this.#factory.create({ retries: 1, requestTimeoutMs });
    const producer = client.kafka.producer({
      allowAutoTopicCreation: true,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition!,
      retry: { retries: 0 },
    });
    const admin = client.kafka.admin({ retry: { retries: 1 } });
    // Only until it is connected: closing lets a connected producer send what lies in its buffers.
    const forget = onAbort(this.#closing.signal, () => client.dialer.destroy(closed()));
    try {
      await Promise.all([producer.connect(), admin.connect()]);
      return { client, producer, admin };
    } catch (error) {
      client.dialer.destroy(new Error('closed'));
      throw error;
    } finally {
      forget();
    }
  }

  async #disconnect(): Promise<void> {
    const connecting = this.#connected;
    this.#connected = null;
    this.#poisoned = false;
    if (connecting === null) return;
    try {
      const { client, producer, admin } = await connecting;
      await settles(Promise.all([producer.disconnect(), admin.disconnect()]), 1_000);
      client.dialer.destroy(new Error('the producer is closed'));
    } catch {
      // It never connected: nothing is left to close.
    }
  }
}

function closed(): ConnectorError {
  return new ConnectorError('cancelled', 'the producer is closed');
}

/** Rejects with `kafka.timeout` at the deadline; what was begun goes on and is not waited for. */
async function inTime<T>(promise: Promise<T>, deadline: Deadline): Promise<T> {
  if (!(await within(promise, deadline.leftMs))) throw new ConnectorError('kafka.timeout', TIMED_OUT);
  return promise;
}
