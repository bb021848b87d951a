/**
 * What the wings of host/kafka ask of a Kafka client, in Kafka's words. `host/kafka/kafkajs` is the one implementation. Every promise rejects
 * with KafkaFault or ConnectorError only.
 */
import type { Log } from '../base/log.ts';
import type { Acks } from './contract.ts';
import type { GroupConsumer, GroupConsumerOptions } from './group-consumer.ts';

/** Clients for one connection: its servers, TLS, credentials and time limits. */
export interface KafkaClient {
  readonly log: Log;
  /** The addresses that brokers advertise and that cannot be reached, with the reasons, for errors; null if none is known. */
  readonly unreachable: string | null;
  /**
   * Resolves when any one broker has answered, TLS and login included, within ten seconds. Rejects with ConnectorError `kafka.unreachable`, or
   * `kafka.rejected` if retrying cannot help, with a text that names every address; `cancelled` by the signal.
   */
  reach(signal?: AbortSignal): Promise<void>;
  lookups(options?: LookupOptions): Lookups;
  /**
   * A fresh producer id, from any broker. Rejects with KafkaFault; one that is `unsupported`, or an `answer` that is not retriable, means that there
   * is none for this client.
   */
  producerId(signal: AbortSignal): Promise<ProducerId>;
  writer(options: WriterOptions): BatchWriter;
  groupConsumer(options: GroupConsumerOptions): GroupConsumer;
}

/** By its id, its epoch and a sequence number a broker knows a batch that it has written already (KIP-98). */
export interface ProducerId {
  id: bigint;
  epoch: number;
}

export interface LookupOptions {
  /** Of the client itself, for one request. Default: 5. */
  retries?: number;
  requestTimeoutMs?: number;
  /** Ends everything at once. */
  signal?: AbortSignal;
}

export interface PartitionRange {
  partition: number;
  /** The first offset that there is. */
  low: bigint;
  /** The last stable offset: the one after the last that a consumer may read. A transaction that is still open begins there, or the log ends. */
  high: bigint;
}

export interface CommittedOffset {
  topic: string;
  partition: number;
  /** The next offset of the group; negative if it has none. */
  offset: bigint;
  metadata: string | null;
}

/** A connection that only asks. */
export interface Lookups {
  connect(): Promise<void>;
  /** Numbers of partitions, by topic. Never makes a topic; rejects with `UNKNOWN_TOPIC_OR_PARTITION` if one of them is not there. */
  partitionCounts(topics: readonly string[]): Promise<Map<string, number>>;
  ranges(topic: string): Promise<PartitionRange[]>;
  committedOffsets(group: string, topics: readonly string[]): Promise<CommittedOffset[]>;
  /** Null where the brokers name none (before Kafka 0.10.1). */
  clusterId(): Promise<string | null>;
  groups(): Promise<string[]>;
  /** Kafka refuses it while the group has members. */
  deleteGroup(group: string): Promise<void>;
  /** Lets go of the connections in good order, for so long; then breaks them. Never rejects. */
  close(graceMs: number): Promise<void>;
}

export interface WriterOptions {
  requestTimeoutMs: number;
  signal?: AbortSignal;
}

/** A connection that writes record batches. It does not retry. */
export interface BatchWriter {
  connect(): Promise<void>;
  /** Asks for the metadata of a topic with leave to make it. */
  createTopic(topic: string): Promise<void>;
  /**
   * Resolves only if the broker has confirmed this very partition; with acks `none`, when the request is sent. `batch` is a whole encoded record
   * batch. `sent` is called before the request leaves: from then on the batch may be written although the promise rejects.
   */
  write(topic: string, partition: number, batch: Buffer, acks: Acks, sent?: () => void): Promise<void>;
  /** Lets go of the connections in good order, for so long; then breaks them. Never rejects. */
  close(graceMs: number): Promise<void>;
}
