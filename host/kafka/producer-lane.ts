/** One partition's batches, one after the other: the order of a partition survives every retry, and no retry writes a batch again. */
import type { ErrorKind } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Compression, ProducerOptions } from '../runtime/contract.ts';
import { codecFor } from './codecs.ts';
import { failureText, isPermanent, protocolType, rootCause } from './kafka-errors.ts';
import { COMPRESSION_IDS, type Message, type Producer } from './kafkajs.ts';
import { halve, type OutgoingBatch } from './outgoing-batch.ts';
import { stamped, type RawOutgoing, type RecordsPath } from './raw-records.ts';
import { encodeBatch, type Stamp } from './record-batch.ts';
import { Sequence, type RequestProducerId } from './sequence.ts';
import { unpackMessages } from './stock-records.ts';
import { settles, sleep } from './wait.ts';

const ACKS = { none: 0, leader: 1, all: -1 } as const;
const BROKER_TIMEOUT_MS = 30_000;
const LONGEST_BACK_OFF_MS = 2_000;
const UNKNOWN_TOPIC_TRIES = 4;
const RENEW_AFTER = 5;
/** The fault of single records: the rest of the batch is written without them. */
const SPLIT: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);
/** kafkajs calls these final, Kafka does not. */
const RETRIABLE: ReadonlySet<string> = new Set(['BROKER_NOT_AVAILABLE', 'STALE_BROKER_EPOCH']);
/** The brokers do not know the batches before this one: too long ago, or lost with a leader. */
const FORGOTTEN: ReadonlySet<string> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);
export const TOO_LARGE = 'MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.';
export const TIMED_OUT = 'records have timed out before they were able to be produced';

export interface Delivery {
  /** Milliseconds since the epoch; Infinity = none. */
  deadline: number;
  signal: AbortSignal;
  fail(indexes: Iterable<number>, kind: ErrorKind, text: string): void;
}

export interface LaneOptions {
  topic: string;
  partition: number;
  options: ProducerOptions;
  recordsPath: RecordsPath;
  log: Log;
  producer(): Promise<Pick<Producer, 'send'>>;
  producerId: RequestProducerId;
  unknownTopic(): void;
  /** This producer of kafkajs is beyond repair: the next one is to be new. */
  renew(producer: Pick<Producer, 'send'>): void;
}

export class PartitionLane {
  readonly #lane: LaneOptions;
  readonly #sequence: Sequence;
  /** Settles when kafkajs holds nothing of this partition any more. */
  #tail: Promise<void> = Promise.resolve();

  constructor(lane: LaneOptions) {
    this.#lane = lane;
    this.#sequence = new Sequence(lane.producerId);
  }

  /** Resolves when the batch is written or its failures are told, at the latest at the deadline; never rejects. */
  async deliver(batch: OutgoingBatch, delivery: Delivery): Promise<void> {
    const outcome = new Outcome(batch, delivery);
    const before = this.#tail;
    const written = (async () => {
      await before;
      await this.#write(batch, outcome);
    })();
    this.#tail = written;
    const { deadline } = delivery;
    if (deadline === Number.POSITIVE_INFINITY) return written;
    if (!(await settles(written, Math.max(0, deadline - Date.now())))) outcome.expire();
  }

  async #write(batch: OutgoingBatch, outcome: Outcome): Promise<void> {
    const result = await this.#tryToWrite(batch, outcome);
    if (result === 'written') return this.#sequence.advance(batch.indexes.length);
    this.#sequence.restart();
    if (result === 'split') for (const half of outcome.split(batch)) await this.#write(half, outcome);
  }

  async #tryToWrite(batch: OutgoingBatch, outcome: Outcome): Promise<'written' | 'split' | 'failed'> {
    const { topic, partition, log } = this.#lane;
    const failed = (kind: ErrorKind, text: string): 'failed' => {
      outcome.failed(batch, kind, text);
      return 'failed';
    };
    const { signal, deadline } = outcome.delivery;
    let unknown = 0;
    let failures = 0;
    for (let backOffMs = 100; !outcome.expired; backOffMs = Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS)) {
      if (signal.aborted) return failed('cancelled', 'the producer is closed');
      if (Date.now() >= deadline) outcome.expire();
      if (outcome.expired) break;
      let producer: Pick<Producer, 'send'> | null = null;
      try {
        const stamp = await this.#sequence.stamp();
        producer = await this.#lane.producer();
        await this.#attempt(producer, batch, stamp);
        outcome.written(batch);
        return 'written';
      } catch (error) {
        const type = protocolType(error);
        // kafkajs' list of brokers can break for good when all of them are gone (TypeError); a new one starts from the servers.
        if (producer !== null && type === undefined && (++failures % RENEW_AFTER === 0 || rootCause(error).name === 'TypeError'))
          this.#lane.renew(producer);
        if (type !== undefined && SPLIT.has(type)) {
          return batch.indexes.length === 1 ? failed('rejected', failureText(error)) : 'split';
        }
        if (type === 'UNKNOWN_TOPIC_OR_PARTITION' && ++unknown >= UNKNOWN_TOPIC_TRIES) {
          this.#lane.unknownTopic();
          return failed('rejected', failureText(error));
        }
        if (type !== undefined && FORGOTTEN.has(type)) this.#sequence.restart();
        else if (isFinal(error)) return failed('rejected', failureText(error));
        log('warn', 'failed to produce records, trying again...', {
          topic,
          partition: String(partition),
          error: failureText(error),
          inMs: String(backOffMs),
        });
        await sleep(Math.min(backOffMs, Math.max(0, deadline - Date.now())), signal);
      }
    }
    return 'failed';
  }

  /** Resolves only if the broker has confirmed this very partition (acks `none`: if the request is sent). */
  async #attempt(producer: Pick<Producer, 'send'>, batch: OutgoingBatch, stamp: Stamp | null): Promise<void> {
    const { topic, partition, options, recordsPath } = this.#lane;
    const acks = ACKS[options.acks];
    const stock = recordsPath === 'stock';
    // Encoded once per attempt: retries are rare, and the encoded form need not be kept.
    const messages = stock ? stamped(unpackMessages(batch.records, partition), stamp) : [rawMessage(batch, options.compression, stamp)];
    const request = { topic, messages, acks, timeout: BROKER_TIMEOUT_MS, compression: stock ? COMPRESSION_IDS[options.compression] : 0 };
    const answer = await producer.send(request).catch((error: unknown) => {
      if (protocolType(error) === 'DUPLICATE_SEQUENCE_NUMBER') return null; // an attempt before has written it
      throw error;
    });
    if (acks === 0 || answer === null) return;
    const confirmed = answer.some((entry) => entry.topicName === topic && entry.partition === partition && entry.errorCode === 0);
    if (!confirmed) throw new Error(`the broker's answer does not confirm partition ${partition} of topic ${topic}`);
  }
}

function rawMessage(batch: OutgoingBatch, compression: Compression, stamp: Stamp | null): Message {
  const encoded = encodeBatch(batch.records, batch.maxTimestamp, codecFor(compression), stamp);
  const message: RawOutgoing = { partition: batch.partition, value: null, encoded };
  return message;
}

function isFinal(error: unknown): boolean {
  if (isPermanent(error)) return true;
  const { retriable } = rootCause(error);
  const type = protocolType(error);
  return type !== undefined && retriable === false && !RETRIABLE.has(type);
}

/** What became of a batch, in the parts that it was split into. Each record is told of at most once. */
class Outcome {
  readonly delivery: Delivery;
  readonly #open: Set<OutgoingBatch>;
  expired = false;

  constructor(batch: OutgoingBatch, delivery: Delivery) {
    this.delivery = delivery;
    this.#open = new Set([batch]);
  }

  written(part: OutgoingBatch): void {
    this.#open.delete(part);
  }
  failed(part: OutgoingBatch, kind: ErrorKind, text: string): void {
    if (this.#open.delete(part)) this.delivery.fail(part.indexes, kind, text);
  }
  split(part: OutgoingBatch): [OutgoingBatch, OutgoingBatch] {
    const halves = halve(part);
    if (this.#open.delete(part)) for (const half of halves) this.#open.add(half);
    return halves;
  }
  /** The outcome of what is under way is unknown: it is told as failed, and may still be written. */
  expire(): void {
    this.expired = true;
    for (const part of [...this.#open]) this.failed(part, 'timeout', TIMED_OUT);
  }
}
