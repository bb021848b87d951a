/** One partition's batches: their order survives every retry, and with acks `all` no retry writes one of them again. */
import { Backoff } from '../../base/backoff.ts';
import { ConnectorError } from '../../base/errors.ts';
import { settles, sleep, turn } from '../../base/wait.ts';
import type { Log } from '../../base/log.ts';
import type { ProducerOptions } from '../contract.ts';
import { codecFor } from '../records/codecs.ts';
import { Outcome, type Delivery } from './delivery.ts';
import { failureText, protocolType, rootCause } from '../kafkajs/errors.ts';
import type { Producer } from '../kafkajs/kafkajs.ts';
import type { OutgoingBatch } from '../records/outgoing-batch.ts';
import { produceFault } from './produce-fault.ts';
import { encodeBatch, type Stamp } from '../records/record-batch.ts';
import { Sequence, type RequestProducerId } from './sequence.ts';

const ACKS = { none: 0, leader: 1, all: -1 } as const;
const BROKER_TIMEOUT_MS = 30_000;
const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 2_000;
const UNKNOWN_TOPIC_TRIES = 4;
const RENEW_AFTER = 5;
export const TOO_LARGE = 'MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.';

export interface LaneOptions {
  topic: string;
  partition: number;
  options: ProducerOptions;
  log: Log;
  producer(): Promise<Pick<Producer, 'send'>>;
  producerId: RequestProducerId;
  unknownTopic(): void;
  /** This producer of kafkajs is beyond repair: the next one is to be new. */
  renew(producer: Pick<Producer, 'send'>): void;
}

/** A batch that waits for its turn, or for its answer. */
interface Waiting {
  batch: OutgoingBatch;
  outcome: Outcome;
  settled: () => void;
}
interface Attempt {
  stamp: Stamp | null;
  /** Null: nothing was sent. */
  producer: Pick<Producer, 'send'> | null;
  /** Null: written. */
  error: unknown;
}

export class PartitionLane {
  readonly #lane: LaneOptions;
  readonly #sequence: Sequence;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(lane: LaneOptions) {
    this.#lane = lane;
    this.#sequence = new Sequence(lane.producerId);
  }

  /** Resolves when the batch is written or its failures are told, at the latest at the deadline; never rejects. */
  async deliver(batch: OutgoingBatch, delivery: Delivery): Promise<void> {
    const outcome = new Outcome(batch, delivery);
    const settled = new Promise<void>((resolve) => this.#waiting.push({ batch, outcome, settled: resolve }));
    if (!this.#running) void this.#run();
    if (!(await settles(settled, delivery.deadline.leftMs))) outcome.expire();
  }

  /** Ends when kafkajs holds nothing of this partition any more. */
  async #run(): Promise<void> {
    this.#running = true;
    await Promise.resolve(); // what is delivered in the same turn goes together
    while (this.#waiting.length > 0) await this.#writeTogether(this.#waiting.splice(0, this.#sequence.maxInFlight));
    this.#running = false;
  }

  /** On their way at once, settled in their order. */
  async #writeTogether(group: Waiting[]): Promise<void> {
    const begun: Promise<Attempt | null>[] = [];
    let ahead = 0;
    for (const { batch, outcome } of group) {
      // The one before is encoded and on its way by then.
      if (begun.length > 0) await turn();
      const isOver = outcome.isOver();
      begun.push(isOver ? Promise.resolve(null) : this.#attempt(batch, ahead));
      if (!isOver) ahead += batch.indexes.length;
    }
    const attempts = await Promise.all(begun);
    let allWritten = true;
    for (const [i, { batch, outcome, settled }] of group.entries()) {
      const attempt = attempts[i]!;
      const isWritten = attempt?.error === null;
      // What a broker says of a batch after one that it has not taken says nothing of that batch.
      await this.#settle(batch, outcome, allWritten || isWritten ? attempt : null);
      allWritten &&= isWritten;
      settled();
    }
  }

  /** `attempt` null: none that says anything. */
  async #settle(batch: OutgoingBatch, outcome: Outcome, attempt: Attempt | null): Promise<void> {
    const { topic, partition, log } = this.#lane;
    const { signal, deadline } = outcome.delivery;
    let unknown = 0;
    let failures = 0;
    const backoff = new Backoff(FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS);
    while (attempt !== null || !outcome.isOver()) {
      const { stamp, producer, error }: Attempt = attempt ?? (await this.#attempt(batch));
      attempt = null;
      if (error === null) {
        this.#sequence.advance(stamp, batch.indexes.length);
        return outcome.written(batch);
      }
      const fault = produceFault(error, stamp !== null);
      // kafkajs' list of brokers can break for good when all of them are gone (TypeError); a new one starts from the servers.
      if (
        producer !== null &&
        protocolType(error) === undefined &&
        (++failures % RENEW_AFTER === 0 || rootCause(error).name === 'TypeError')
      )
        this.#lane.renew(producer);
      if (fault === 'parts' && batch.indexes.length > 1) {
        this.#sequence.restart();
        for (const half of outcome.split(batch)) await this.#settle(half, outcome, null);
        return;
      }
      const isGone = fault === 'no-topic' && ++unknown >= UNKNOWN_TOPIC_TRIES;
      if (isGone) this.#lane.unknownTopic();
      if (isGone || fault === 'parts' || fault === 'final') {
        outcome.failed(batch, 'rejected', failureText(error));
        break;
      }
      if (fault === 'forgotten') this.#sequence.exchange();
      if (fault === 'unstampable') {
        this.#sequence.disable();
        log('warn', `disabling idempotent writes because the brokers refuse them: ${failureText(error)}`, { topic });
      }
      const backOffMs = backoff.next();
      log('warn', 'failed to produce records, trying again...', {
        topic,
        partition: String(partition),
        error: failureText(error),
        inMs: String(backOffMs),
      });
      await sleep(Math.min(backOffMs, deadline.leftMs), signal);
    }
    this.#sequence.restart();
  }

  async #attempt(batch: OutgoingBatch, ahead = 0): Promise<Attempt> {
    let stamp: Stamp | null = null;
    let producer: Pick<Producer, 'send'> | null = null;
    try {
      const connected = await this.#lane.producer();
      stamp = await this.#sequence.stamp(ahead).catch((error: unknown) => {
        // Without its cause: that there is no id now says nothing of the batch.
        throw new ConnectorError('kafka.unreachable', `failed to get a producer id: ${failureText(error)}`);
      });
      producer = connected;
      await this.#send(producer, batch, stamp);
      return { stamp, producer, error: null };
    } catch (error) {
      return { stamp, producer, error };
    }
  }

  /** Resolves only if the broker has confirmed this very partition (acks `none`: if the request is sent). */
  async #send(producer: Pick<Producer, 'send'>, batch: OutgoingBatch, stamp: Stamp | null): Promise<void> {
    const { topic, partition, options } = this.#lane;
    const acks = ACKS[options.acks];
    // Encoded once per attempt: retries are rare, and the encoded form need not be kept.
    const encoded = encodeBatch(batch.records, batch.maxTimestamp, codecFor(options.compression), stamp);
    const messages = [{ partition, value: null, encoded }];
    const request = { topic, messages, acks, timeout: BROKER_TIMEOUT_MS };
    const answer = await producer.send(request).catch((error: unknown) => {
      if (protocolType(error) === 'DUPLICATE_SEQUENCE_NUMBER') return null; // an attempt before has written it
      throw error;
    });
    if (acks === 0 || answer === null) return;
    const confirmed = answer.some((entry) => entry.topicName === topic && entry.partition === partition && entry.errorCode === 0);
    if (!confirmed) throw new Error(`the broker's answer does not confirm partition ${partition} of topic ${topic}`);
  }
}
