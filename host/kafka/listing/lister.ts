/**
 * What a client can ask about a cluster beside its records. `host/kafka/kafkajs` is the one implementation. A promise rejects with KafkaFault or
 * ConnectorError if no answer came; what a broker refuses for one topic, partition or group is in its entry.
 */
import type { ConnectorError } from '../../base/errors.ts';
import type { KafkaFault } from '../fault.ts';

export type Refusal = KafkaFault | ConnectorError;

export interface ClusterMetadata {
  /** Null before Kafka 0.10.1. */
  clusterId: string | null;
  /** Node id; null while there is none. */
  controllerId: number | null;
  brokers: BrokerMetadata[];
  topics: TopicMetadata[];
}

export interface BrokerMetadata {
  nodeId: number;
  host: string;
  port: number;
  rack: string | null;
}

export interface TopicMetadata {
  topic: string;
  isInternal: boolean;
  /** In the order of their numbers. */
  partitions: PartitionMetadata[];
  /** Set: the topic does not exist, or the client may not describe it. */
  refusal: Refusal | null;
}

export interface PartitionMetadata {
  partition: number;
  /** Node id; -1 while there is none. */
  leader: number;
  /** Node ids. */
  replicas: number[];
  inSync: number[];
}

/** `end`: after the last record that is replicated. `last-stable`: the end, or where the first open transaction begins. */
export type OffsetKind = 'earliest' | 'end' | 'last-stable';

export interface LedPartition {
  topic: string;
  partition: number;
  /** Node id. */
  leader: number;
}

export interface GroupDescription {
  group: string;
  /** In Kafka's words: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Dead` (not known to the coordinator). */
  state: string;
  /** The assignor, such as `range`; empty without members. */
  protocol: string;
  members: GroupMember[];
}

export interface GroupMember {
  memberId: string;
  clientId: string;
  host: string;
  /** Partition numbers, ascending, by topic; null: it has sent none that can be read. */
  assignment: Readonly<Record<string, number[]>> | null;
}

export interface CommittedPartition {
  topic: string;
  partition: number;
  offset: bigint;
  refusal: Refusal | null;
}

export interface Lister {
  connect(): Promise<void>;
  /** Of these topics; of all that the client may describe, if null. Creates none. */
  metadata(topics: readonly string[] | null): Promise<ClusterMetadata>;
  /** By `topic/partition`. Must be called after `metadata`. Never rejects. */
  offsets(partitions: readonly LedPartition[], kind: OffsetKind): Promise<Map<string, bigint | Refusal>>;
  /** The names of the groups on all brokers. Must be called after `metadata`. Brokers that do not answer are in `refusals`. */
  groups(): Promise<{ names: string[]; refusals: { broker: string; refusal: Refusal }[] }>;
  describe(group: string): Promise<GroupDescription>;
  committed(group: string): Promise<CommittedPartition[]>;
  /** Closes the connections in order, and breaks them after `graceMs`. Never rejects. */
  close(graceMs: number): Promise<void>;
}
