/**
 * The interface of a member of a consumer group, for host/kafka/consume. `host/kafka/kafkajs` is the one implementation. Every promise rejects with
 * KafkaFault or ConnectorError only.
 */
import type { ConnectorError } from '../base/errors.ts';
import type { CommittedOffset, Lookups } from './client.ts';
import type { Fetching, PartitionOffset } from './contract.ts';
import type { KafkaFault } from './fault.ts';
import type { LocalGroup } from './local-group.ts';
import type { FetchedBatch } from './records/fetched-batch.ts';

export interface GroupTimes {
  /** The coordinator removes the member if it gets no heartbeat for so long. */
  sessionTimeoutMs: number;
  heartbeatIntervalMs: number;
  /** How long the coordinator waits for all members to join again. */
  rebalanceTimeoutMs: number;
  /** How long a broker may delay the answer to a fetch without records. A stop or a rebalance may be noticed so much later. */
  maxWaitMs: number;
  /** Longest time until new partitions, and new leaders without an error, are noticed. */
  metadataMaxAgeMs: number;
  commitTimeoutMs: number;
}

/** What the member asks for in its fetch requests. */
export type FetchOptions = Omit<Fetching, 'maxWaitMs'>;

export interface GroupConsumerOptions {
  group: string;
  /** The consumer joins this in place of a group of the brokers, of which it needs none then. */
  local?: LocalGroup | undefined;
  times: GroupTimes;
  /** `maxWaitMs` is among the times. */
  fetching: FetchOptions;
  /** Most partitions that are handled at the same time. */
  maxHandlers: number;
  /** Retries of a failed request before the consumer gives up. */
  retries: number;
  assigner: GroupProtocol;
  listener: GroupListener;
}

/**
 * Fetches the partitions that the group assigns to this member from their leaders, and gives the batches to its listener. A consumer that has given up
 * (`crashed`) never starts again.
 */
export interface GroupConsumer {
  /** Look-ups through the same client, over connections of their own. `close` ends them too. */
  readonly lookups: Omit<Lookups, 'close'>;
  /**
   * Joins the group and begins to fetch. Resolves after the first join, or when it has failed, which is reported by `crashed`. Rejects if the brokers
   * cannot be reached, or, between two of its steps, if the signal has aborted. Must be called once.
   */
  join(topics: readonly string[], signal: AbortSignal): Promise<void>;
  /** The next fetch of the partition begins at this offset. Batches that were fetched before are dropped. Throws before the group is joined. */
  seek(topic: string, partition: number, offset: bigint): void;
  /**
   * Resolves only if the coordinator has confirmed every offset. Commits are sent one after the other. `isCurrent` is called before this one is sent:
   * it is sent with the newest generation of the member, so offsets of an earlier assignment must not be sent.
   */
  commit(offsets: readonly PartitionOffset[], isCurrent: () => boolean): Promise<void>;
  /** Leaves the group, and breaks all connections after `graceMs`. Never rejects. */
  close(graceMs: number): Promise<void>;
}

/** The callbacks of a group consumer. No method may throw. */
export interface GroupListener {
  /** The member has a new assignment, which replaces the last one. Batches of it come only after this call, and none that was
   * asked for before it. */
  joined(join: GroupJoin): void;
  /** The coordinator asks the members to join again. */
  rebalancing(): void;
  /**
   * The member is about to join again, which takes its partitions away. It joins when this resolves; until then it is a member of the old generation, and
   * can commit. The whole group waits for it, so this must take much less time than the session timeout. Never rejects.
   */
  revoking(): Promise<void>;
  /** The member ignores partitions of these topics, to which it does not subscribe and which the leader assigned to it. */
  ignored(topics: readonly string[]): void;
  /** A broker has answered a fetch. */
  fetchAnswered(): void;
  /** The coordinator has answered a heartbeat. */
  heartbeatAnswered(): void;
  /** A connection was lost or could not be made. Called at every try. `broker` is `host:port`. */
  connectionLost(broker: string, reason: string): void;
  /** A quota of the brokers makes the consumer wait for so long. */
  throttled(ms: number): void;
  /** The committed offsets that the consumer has looked up to begin there: after a join, and after an offset was out of range. */
  committed(offsets: readonly Pick<CommittedOffset, 'topic' | 'partition' | 'offset'>[]): void;
  /** The broker does not have the next offset. The consumer resumes at the earliest offset. Called before it commits "earliest" (-2). */
  outOfRange(topic: string, partition: number): void;
  /** The consumer skipped everything up to this offset: control batches, aborted transactions, offsets that compaction removed. */
  passedOver(topic: string, partition: number, lastOffset: bigint): void;
  /** The policy refuses an address that a broker advertises. Requests to that broker will fail. */
  refused(error: ConnectorError): void;
  /** The consumer has given up. */
  crashed(error: KafkaFault | ConnectorError): void;
  /**
   * Handles the batches of one partition; the next fetch of its broker waits for that. After a rejection the partition is fetched again from the last
   * resolved offset. If `heartbeat` rejects, `handle` must reject with the same error.
   */
  handle(fetched: FetchedPartition): Promise<void>;
}

export interface GroupJoin {
  /** Partition numbers by topic. */
  assignment: Readonly<Record<string, number[]>>;
  isLeader: boolean;
  /** Name of the protocol that the coordinator chose; one of `GroupProtocol.names`. */
  protocol: string;
  /** The generation of the group. */
  generation: number;
}

/** The batches of one partition in one fetch response. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** The offset of the fetch request. The first batch may begin before it. */
  readonly fetchOffset: bigint;
  /** Offset of the last record, even if it is in a control batch that the handler does not get. */
  readonly lastOffset: bigint;
  /** The batches in order, at least one. Each is wrapped in an object of the client, so that no further object is made. */
  readonly batches: readonly { readonly batch: FetchedBatch }[];
  /** False once the consumer stops, the member has joined again, or `seek` was called for the partition. */
  isCurrent(): boolean;
  /** Sends a heartbeat if one is due. A handler that waits must call it. Rejects if the member has to join again. */
  heartbeat(): Promise<void>;
  /** The next fetch begins after this offset. */
  resolve(offset: bigint): void;
}

/** The assignment protocol: what a member sends when it joins, and the assignment that the leader of the group makes. */
export interface GroupProtocol {
  /** Names that the member offers, the preferred one first. The coordinator chooses one that all members offer. */
  readonly names: readonly string[];
  /** Must be called first. `counts` gives the partition counts. */
  attach(counts: PartitionCounts): void;
  /** The subscription to these topics. */
  metadata(topics: readonly string[]): Buffer;
  /** The bytes that a join carries instead of `metadata`. `memberId` is '' for a member that the coordinator does not know. */
  joining(memberId: string, metadata: Buffer): Buffer;
  /** Called on the leader: the encoded assignment of each member. `topics` are the leader's own. Takes a bounded time, never rejects. */
  assign(members: readonly ProtocolMember[], topics: readonly string[]): Promise<ProtocolAssignment[]>;
  /** True if the member must join again at the next heartbeat, without leaving the group. */
  wantsToJoin(): boolean;
}

export interface ProtocolMember {
  memberId: string;
  memberMetadata: Buffer;
}

export interface ProtocolAssignment {
  memberId: string;
  memberAssignment: Buffer;
}

export interface PartitionCounts {
  /** The partition count of a topic to which the member subscribes; 0 if it is not known. */
  known(topic: string): number;
  /**
   * Asks a broker, and fills `counts` as answers come. Leaves out topics that do not exist, may not be described, or have a partition without a
   * leader at the moment. Never creates a topic.
   */
  lookUp(topics: readonly string[], counts: Map<string, number>): Promise<void>;
}
