/**
 * Writes record batches over kafkajs' connections, without its producer. kafkajs' `send` can resolve although messages were never written when it retries
 * over several brokers. Here each request holds one partition, is not retried, and succeeds only if the answer names the partition. Like `send` it
 * reconnects, and refreshes the metadata after an error that old metadata may have caused.
 */
import { settles } from '../../base/wait.ts';
import type { BatchWriter } from '../client.ts';
import type { Acks } from '../contract.ts';
import { KafkaFault } from '../fault.ts';
import type { Broker, Cluster } from './cluster.ts';
import { faultOf, protocolType, withFaults } from './errors.ts';

const ACKS = { none: 0, leader: 1, all: -1 } as const;
/** How long the broker may wait for its replicas. */
const REPLICAS_TIMEOUT_MS = 30_000;
const PRODUCE = 0;
/** The first version of the produce request with record batches of format 2: Kafka 0.11. */
const MIN_PRODUCE_VERSION = 3;
/** Errors after which the metadata may be out of date. */
const STALE_METADATA: ReadonlySet<string> = new Set(['KafkaJSMetadataNotLoaded', 'KafkaJSConnectionError', 'KafkaJSConnectionClosedError']);

/** Errors of a single topic that make the metadata request for all topics fail. */
const TOPIC_ERRORS: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION', 'TOPIC_AUTHORIZATION_FAILED']);

/** The fields of kafkajs' errors that are used here. */
interface KafkajsError {
  name?: string;
  type?: string;
  retriable?: boolean;
  host?: string;
  port?: number;
}

export class KafkajsBatchWriter implements BatchWriter {
  readonly #cluster: Cluster;
  readonly #destroy: () => void;

  /** `destroy` ends the sockets of the cluster. */
  constructor(cluster: Cluster, destroy: () => void) {
    this.#cluster = cluster;
    this.#destroy = destroy;
  }

  connect(): Promise<void> {
    return withFaults(this.#cluster.connect());
  }

  createTopic(topic: string): Promise<void> {
    return withFaults(this.#refreshed(topic, () => this.#cluster.addTargetTopic(topic)));
  }

  async write(topic: string, partition: number, batch: Buffer, acks: Acks, sent?: () => void): Promise<void> {
    try {
      await this.#write(topic, partition, batch, acks, sent);
    } catch (error) {
      throw faultOf(error);
    }
  }

  async close(graceMs: number): Promise<void> {
    await settles(this.#cluster.disconnect(), graceMs);
    this.#destroy();
  }

  async #write(topic: string, partition: number, batch: Buffer, acks: Acks, sent?: () => void): Promise<void> {
    const cluster = this.#cluster;
    if (!cluster.targetTopics.has(topic) || cluster.brokerPool.metadata === null)
      await this.#refreshed(topic, () => cluster.addTargetTopic(topic));
    try {
      await this.#refreshed(topic, () => cluster.refreshMetadataIfNecessary());
      const broker = await this.#leader(topic, partition);
      sent?.();
      const answer = await broker.produce({
        acks: ACKS[acks],
        timeout: REPLICAS_TIMEOUT_MS,
        topicData: [{ topic, partitions: [{ partition, batch }] }],
      });
      if (acks === 'none') return;
      const answered = answer?.topics
        .find(({ topicName }) => topicName === topic)
        ?.partitions.find((entry) => entry.partition === partition);
      if (answered?.errorCode !== 0)
        throw new KafkaFault('connection', `the broker's answer does not confirm partition ${partition} of topic ${topic}`);
    } catch (error) {
      await this.#recover(topic, error).catch((later: unknown) => {
        const fault = faultOf(later);
        // The first error is the more useful one, unless the client is broken now.
        if (fault instanceof KafkaFault && fault.kind === 'client') throw fault;
      });
      throw error;
    }
  }

  async #leader(topic: string, partition: number): Promise<Broker> {
    const metadata = this.#cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
    if (metadata === undefined) throw new KafkaFault('connection', `partition ${partition} of topic ${topic} is not in the metadata`);
    const broker = await this.#cluster.findBroker({ nodeId: metadata.leader });
    const version = broker.versions?.[PRODUCE]?.maxVersion ?? MIN_PRODUCE_VERSION;
    if (version < MIN_PRODUCE_VERSION)
      throw new KafkaFault(
        'unsupported',
        `expected a broker of Kafka 0.11 or later, got one that knows produce requests up to version ${version}`,
      );
    return broker;
  }

  async #recover(topic: string, error: unknown): Promise<void> {
    const cluster = this.#cluster;
    const { name, type, retriable, host, port } = error as KafkajsError;
    if (name === 'KafkaJSConnectionClosedError' && host !== undefined && port !== undefined) cluster.removeBroker({ host, port });
    const isConnected = cluster.isConnected();
    if (!isConnected) await cluster.connect();
    const mayBeStale = error instanceof KafkaFault || STALE_METADATA.has(name ?? '') || (typeof type === 'string' && retriable === true);
    if (!isConnected || mayBeStale) await this.#refreshed(topic, () => cluster.refreshMetadata());
  }

  /**
   * Refreshes the metadata. kafkajs requests that of all topics that were ever written to, and the answer is an error if one of them does not exist any
   * more. Then only this topic is requested; the others are requested again when they are written to.
   */
  async #refreshed(topic: string, refresh: () => Promise<void>): Promise<void> {
    try {
      await refresh();
    } catch (error) {
      const { targetTopics } = this.#cluster; // another set after a topic was refused
      const isAlone = targetTopics.size === 0 || (targetTopics.size === 1 && targetTopics.has(topic));
      if (isAlone || !TOPIC_ERRORS.has(protocolType(error) ?? '')) throw error;
      targetTopics.clear();
      await this.#cluster.addTargetTopic(topic);
    }
  }
}
