/** kafkajs' connections to a cluster, which its producers and consumers hide. The types have only the members that are used here. */
import { ConnectorError } from '../../base/errors.ts';
import type { Isolation } from '../contract.ts';
import type { Admin, Kafka } from './kafkajs.ts';
import type { ProduceData } from './produce-request.ts';

export interface ClusterOptions {
  /** True: a metadata request may make the broker create the topic. */
  allowAutoTopicCreation: boolean;
  metadataMaxAge: number;
}

/** kafkajs' numbers of the isolation levels. */
const ISOLATION: Record<Isolation, number> = { 'read-uncommitted': 0, 'read-committed': 1 };

export interface PartitionMetadata {
  partitionId: number;
  /** Node id; -1 while there is none. */
  leader: number;
}

export interface Broker {
  /** By API key. */
  versions: Record<number, { maxVersion: number }> | null;
  /** Undefined without acks. Rejects if the answer holds an error code. */
  produce(data: ProduceData): Promise<ProduceAnswer | undefined>;
  /** Sends a request as kafkajs' protocol modules make them, with what reads its answer. */
  readonly connectionPool: { send(protocol: { request: object; response: object }): Promise<unknown> };
  initProducerId(options: { transactionTimeout: number }): Promise<{ producerId: string; producerEpoch: number }>;
}

export interface ProduceAnswer {
  topics: { topicName: string; partitions: { partition: number; errorCode: number }[] }[];
}

export interface Cluster {
  /** Topics that each refresh of the metadata requests. */
  readonly targetTopics: Set<string>;
  readonly brokerPool: { findConnectedBroker(): Promise<Broker>; metadata: object | null };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  /** Refreshes the metadata if the topic is new. */
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(topic: string): PartitionMetadata[];
  findBroker(node: { nodeId: number }): Promise<Broker>;
  removeBroker(address: { host: string; port: number }): void;
}

export function clusterOf(kafka: Kafka, options: ClusterOptions): Cluster {
  return creatorOf(kafka).create(options);
}

/** An admin client whose look-ups of offsets have this isolation level, for which kafkajs' own `admin` has no option: "latest" is the end of the log, or of
 * what a consumer may read there. */
export function adminOf(kafka: Kafka, isolation: Isolation = 'read-committed'): Admin {
  if (isolation === 'read-committed') return kafka.admin();
  const { name, create } = creatorOf(kafka);
  const isolated = Object.create(kafka, {
    [name]: { value: (options: ClusterOptions) => create({ ...options, isolationLevel: ISOLATION[isolation] }) },
  }) as Kafka;
  return isolated.admin();
}

type Create = (options: ClusterOptions & { isolationLevel?: number }) => Cluster;

function creatorOf(kafka: Kafka): { name: symbol; create: Create } {
  const name = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster');
  const create = name && (kafka as unknown as Record<symbol, Create | undefined>)[name];
  if (name === undefined || create === undefined)
    throw new ConnectorError('environment', 'this is not kafkajs 2.2.4: install exactly that version');
  return { name, create };
}
