/** kafkajs' connections to a cluster, which its producers and consumers hide. The types have only the members that are used here. */
import { ConnectorError } from '../../base/errors.ts';
import type { Kafka } from './kafkajs.ts';
import type { ProduceData } from './produce-request.ts';

export interface ClusterOptions {
  /** True: a metadata request may make the broker create the topic. */
  allowAutoTopicCreation: boolean;
  metadataMaxAge: number;
}

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
  const name = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster');
  const create = name && (kafka as unknown as Record<symbol, ((options: ClusterOptions) => Cluster) | undefined>)[name];
  if (create === undefined) throw new ConnectorError('environment', 'this is not kafkajs 2.2.4: install exactly that version');
  return create(options);
}
