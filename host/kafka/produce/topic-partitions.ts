/**
 * The partition counts of the topics that are written to. A topic that does not exist is created: as the options say, or by
 * the brokers, if they do so on request. */
import { Backoff } from '../../base/backoff.ts';
import type { Deadline } from '../../base/deadline.ts';
import { ConnectorError } from '../../base/errors.ts';
import { sleep, within } from '../../base/wait.ts';
import type { KafkaClient, Lookups } from '../client.ts';
import type { TopicCreation } from '../contract.ts';
import { faultType, KafkaFault } from '../fault.ts';
import type { Connections } from './connections.ts';
import { timedOut } from './delivery.ts';

const METADATA_MAX_AGE_MS = 60_000;
const UNKNOWN_TOPIC_TRIES = 4;
/** Of a topic that this client creates. */
const CREATED_TOPIC_TRIES = 40;
const UNKNOWN_TOPIC_WAIT_MS = 125;
const LOOKUPS_PER_CLIENT = 5;
const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 2_000;
export const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.';

interface Topic {
  partitions: number;
  /** Time of the look-up, by `performance.now()`. */
  at: number;
}

export interface TopicPartitionsOptions {
  client: Pick<KafkaClient, 'log' | 'unreachable'>;
  connections: Connections;
  /** Undefined: only the brokers create topics. */
  creation?: TopicCreation | undefined;
  signal: AbortSignal;
}

export class TopicPartitions {
  readonly #client: TopicPartitionsOptions['client'];
  readonly #connections: Connections;
  readonly #creation: TopicCreation | undefined;
  readonly #signal: AbortSignal;
  readonly #topics = new Map<string, Topic>();

  constructor({ client, connections, creation, signal }: TopicPartitionsOptions) {
    this.#client = client;
    this.#connections = connections;
    this.#creation = creation;
    this.#signal = signal;
  }

  forget(topic: string): void {
    this.#topics.delete(topic);
  }

  /** The partition count of a topic. Rejects with the ConnectorError for the topic's records. */
  async count(topic: string, deadline: Deadline): Promise<number> {
    const known = this.#topics.get(topic);
    if (known !== undefined && performance.now() - known.at < METADATA_MAX_AGE_MS) return known.partitions;
    const mostUnknown = this.#creation === undefined ? UNKNOWN_TOPIC_TRIES : CREATED_TOPIC_TRIES;
    let unknown = 0;
    let lastError: string | null = null;
    const late = (): ConnectorError => new ConnectorError('kafka.unreachable', timedOut(this.#client.unreachable ?? lastError));
    const backoff = new Backoff(FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS);
    for (let tries = 1; ; tries++) {
      if (this.#signal.aborted) throw new ConnectorError('cancelled', 'the producer is closed');
      try {
        const { lookups, writer } = await inTime(this.#connections.get(), deadline, late);
        try {
          const partitions = (await inTime(lookups.partitionCounts([topic]), deadline, late)).get(topic) ?? 0;
          if (partitions > 0) {
            this.#topics.set(topic, { partitions, at: performance.now() });
            return partitions;
          }
        } catch (error) {
          if (faultType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION' || ++unknown > mostUnknown) throw error;
          if (this.#creation === undefined) await inTime(writer.createTopic(topic), deadline, late);
          else await inTime(this.#create(lookups, topic, this.#creation), deadline, late);
        }
      } catch (error) {
        if (error instanceof ConnectorError) throw error;
        const { message } = error as Error;
        const type = faultType(error);
        if (type === 'UNKNOWN_TOPIC_OR_PARTITION') {
          if (unknown >= mostUnknown) throw new ConnectorError('kafka.rejected', UNKNOWN_TOPIC, { cause: error });
        } else if (error instanceof KafkaFault && error.isPermanent) {
          throw new ConnectorError('kafka.rejected', message, { cause: error });
        }
        if (known !== undefined && type === null) return known.partitions;
        // A client that has lost all its brokers may never find one again. A new client starts from the servers of the settings.
        if (type === null && tries % LOOKUPS_PER_CLIENT === 0) await this.#connections.close();
        // The same error is a warning once, and a debug line at every further try. A topic that is being created is no reason for a warning.
        const isNews = message !== lastError && type !== 'UNKNOWN_TOPIC_OR_PARTITION';
        this.#client.log(isNews ? 'warn' : 'debug', 'failed to look up a topic, trying again...', { topic, error: message });
        lastError = message;
        await sleep(type === 'UNKNOWN_TOPIC_OR_PARTITION' ? UNKNOWN_TOPIC_WAIT_MS : backoff.next(), this.#signal);
      }
      if (deadline.isOver) throw late();
    }
  }

  async #create(lookups: Pick<Lookups, 'createTopic'>, topic: string, creation: TopicCreation): Promise<void> {
    try {
      if (await lookups.createTopic(topic, creation)) this.#client.log('info', 'created a topic', { topic });
      // It takes a moment until every broker knows the topic.
      await sleep(UNKNOWN_TOPIC_WAIT_MS, this.#signal);
    } catch (error) {
      if (!(error instanceof KafkaFault) || error.type === null || !isRefusal(error)) throw error;
      throw new ConnectorError('kafka.rejected', `topic "${topic}" cannot be created: ${error.message}`, { cause: error });
    }
  }
}

/** A broker refuses what the settings ask for. */
function isRefusal({ isPermanent, retriable }: KafkaFault): boolean {
  return isPermanent || !retriable;
}

/** Rejects with `late` at the deadline. The action goes on, but its result is ignored. */
async function inTime<T>(promise: Promise<T>, deadline: Deadline, late: () => ConnectorError): Promise<T> {
  if (!(await within(promise, deadline.leftMs))) throw late();
  return promise;
}
