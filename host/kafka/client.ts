/**
 * The interface of a Kafka client for `consume/` and `produce/`, in Kafka's words. `host/kafka/kafkajs` is the one implementation. Every promise
 * rejects with KafkaFault or ConnectorError only.
 */
import type { Log } from '../base/log.ts';
import type { Acks, Isolation, Topic, TopicCreation } from './contract.ts';
import type { GroupConsumer, GroupConsumerOptions } from './group-consumer.ts';

export interface Address {
  host: string;
  port: number;
}

/** Clients for one connection: its servers, TLS, credentials and time limits. */
export interface KafkaClient {
  readonly log: Log;
  /** For error texts: the advertised addresses that cannot be reached, with the reasons; null if none is known. */
  readonly unreachable: string | null;
  /**
   * Resolves when one broker has answered, TLS and login included, within ten seconds. Rejects with ConnectorError `kafka.unreachable`, or
   * `kafka.rejected` if a retry cannot help; the text names every address. Rejects with `cancelled` when the signal aborts.
   */
  reach(signal?: AbortSignal): Promise<void>;
  lookups(options?: LookupOptions): Lookups;
  /**
   * Gets a new producer id from any broker. Rejects with KafkaFault. A fault that is `unsupported`, or an `answer` that is not retriable, means that
   * this client cannot get one.
   */
  producerId(signal: AbortSignal): Promise<ProducerId>;
  writer(options: WriterOptions): BatchWriter;
  groupConsumer(options: GroupConsumerOptions): GroupConsumer;
}

/** The numbers by which a broker, together with a sequence number, recognises a batch that it has written already (KIP-98). */
export interface ProducerId {
  id: bigint;
  epoch: number;
}

export interface LookupOptions {
  /** Retries of one request inside the client. Default: 5. */
  retries?: number;
  requestTimeoutMs?: number | undefined;
  /** Ends all requests and connections at once. */
  signal?: AbortSignal | undefined;
  /** What counts as the end of a partition: with `read-committed`, the default, an open transaction ends it. */
  isolation?: Isolation | undefined;
}

export interface PartitionRange {
  partition: number;
  /** The earliest offset in the log. */
  low: bigint;
  /**
   * The offset after the last record that a consumer may read. With `read-committed` that is the last stable offset: an open transaction begins there, or
   * the log ends.
   */
  high: bigint;
}

export interface CommittedOffset {
  topic: string;
  partition: number;
  /** The committed offset of the group; negative if there is none. */
  offset: bigint;
  metadata: string | null;
}

/** A connection for look-ups. */
export interface Lookups {
  connect(): Promise<void>;
  /** Partition counts by topic. Never creates a topic; rejects with `UNKNOWN_TOPIC_OR_PARTITION` if one of the topics does not exist. */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>;
  ranges(topic: string): Promise<PartitionRange[]>;
  /** Of each partition, the offset of the first record with this timestamp or a later one; its end if there is none. */
  offsetsAt(topic: string, timestampMs: number): Promise<{ partition: number; offset: bigint }[]>;
  /** All topics that this client may describe, without internal ones, by name. */
  topics(): Promise<Topic[]>;
  /** Resolves when the topic exists, with true if this call has created it. Brokers may not know its leaders yet. */
  createTopic(topic: string, creation: TopicCreation): Promise<boolean>;
  committedOffsets(group: string, topics: readonly string[]): Promise<CommittedOffset[]>;
  /** Null if the brokers have no cluster id (before Kafka 0.10.1). */
  clusterId(): Promise<string | null>;
  groups(): Promise<string[]>;
  /** Deletes a group. Kafka refuses that while the group has members. */
  deleteGroup(group: string): Promise<void>;
  /** Closes the connections in order, and breaks them after `graceMs`. Never rejects. */
  close(graceMs: number): Promise<void>;
}

export interface WriterOptions {
  /** The connection's own limit counts if it is lower. */
  requestTimeoutMs?: number | undefined;
  signal?: AbortSignal;
}

/** A connection that writes record batches. It does not retry. */
export interface BatchWriter {
  connect(): Promise<void>;
  /** Asks for the metadata of a topic and allows the broker to create it. */
  createTopic(topic: string): Promise<void>;
  /**
   * Resolves only if the broker has confirmed this partition; with acks `none`, when the request is sent. `batch` is a whole encoded record batch.
   * `sent` is called before the request is sent: from then on the batch may be written even if the promise rejects.
   */
  write(topic: string, partition: number, batch: Buffer, acks: Acks, sent?: () => void): Promise<void>;
  /** Closes the connections in order, and breaks them after `graceMs`. Never rejects. */
  close(graceMs: number): Promise<void>;
}
