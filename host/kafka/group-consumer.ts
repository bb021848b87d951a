/**
 * A member of a consumer group, as host/kafka/consume asks for it. `host/kafka/kafkajs` is the one implementation. Every promise rejects with
 * KafkaFault or ConnectorError only.
 */
import type { ConnectorError } from '../base/errors.ts';
import type { CommittedOffset, Lookups } from './client.ts';
import type { PartitionOffset } from './contract.ts';
import type { KafkaFault } from './fault.ts';
import type { FetchedBatch } from './records/fetched-batch.ts';

export interface GroupTimes {
  /** The coordinator takes the member for dead when it hears nothing of it for so long. */
  sessionTimeoutMs: number;
  heartbeatIntervalMs: number;
  /** How long the coordinator waits for all members to join again. */
  rebalanceTimeoutMs: number;
  /** How long a broker may keep a fetch that has no records. Bounds how long a stop and a rebalance take to be noticed. */
  maxWaitMs: number;
  /** How long it may take to hear of new partitions, and of new leaders while all is well. */
  metadataMaxAgeMs: number;
  commitTimeoutMs: number;
}

export interface GroupConsumerOptions {
  group: string;
  times: GroupTimes;
  /** Of one answer to a fetch. */
  maxFetchBytes: number;
  /** Partitions that may be handled at the same time. */
  maxHandlers: number;
  /** Tries again after a failed request, before the consumer gives up. */
  retries: number;
  assigner: GroupProtocol;
  listener: GroupListener;
}

/**
 * Fetches, from the broker that leads it, each partition that the group assigns to this member, and hands the batches to its listener. One that
 * has given up (`crashed`) is of no more use: it never starts again by itself.
 */
export interface GroupConsumer {
  /** Asks through the same client, over connections of its own. `close` ends it too. */
  readonly lookups: Omit<Lookups, 'close'>;
  /**
   * Joins the group and begins to fetch. Resolves after the first join, or when that has failed, which `crashed` is told. Rejects if the brokers
   * cannot be reached, or between two of its steps once the signal aborts. Called once.
   */
  join(topics: readonly string[], signal: AbortSignal): Promise<void>;
  /** The next fetch of the partition begins here. What was fetched before is dropped. Throws before the group is joined. */
  seek(topic: string, partition: number, offset: bigint): void;
  /**
   * Resolves only if the coordinator has confirmed every offset. One commit is sent after the other. `isCurrent` is asked when the turn of this
   * one comes: the generation of the member is then the newest one, so offsets of an earlier assignment must not be sent.
   */
  commit(offsets: readonly PartitionOffset[], isCurrent: () => boolean): Promise<void>;
  /** Leaves the group, for so long; then breaks all connections. Never rejects. */
  close(graceMs: number): Promise<void>;
}

/** What a group consumer tells. No method may throw. */
export interface GroupListener {
  /** The member has a new assignment, which replaces the last one. No batch of it comes before. */
  joined(join: GroupJoin): void;
  /** The coordinator asks the members to join again. */
  rebalancing(): void;
  /** The member ignores partitions of these topics, to which it does not subscribe and which the leader assigned to it. */
  ignored(topics: readonly string[]): void;
  /** A broker has answered a fetch. */
  fetchAnswered(): void;
  /** The coordinator has answered a heartbeat. */
  heartbeatAnswered(): void;
  /** A connection was lost, or could not be made. Told at every try. `broker` is `host:port`. */
  connectionLost(broker: string, reason: string): void;
  /** A quota of the brokers makes the consumer wait for so long. */
  throttled(ms: number): void;
  /** What the group has committed, when the consumer looks it up to begin there: after a join, and after an offset was out of range. */
  committed(offsets: readonly Pick<CommittedOffset, 'topic' | 'partition' | 'offset'>[]): void;
  /** The broker does not have the next offset. The consumer goes on at the earliest one; told before it commits "earliest" (-2). */
  outOfRange(topic: string, partition: number): void;
  /** Everything up to here is for no handler: control batches, aborted transactions, offsets that compaction left out. */
  passedOver(topic: string, partition: number, lastOffset: bigint): void;
  /** The policy refuses an address that a broker advertises. Who needs that broker fails in the end. */
  refused(error: ConnectorError): void;
  /** The consumer has given up. */
  crashed(error: KafkaFault | ConnectorError): void;
  /**
   * Handles what was fetched of one partition; the next fetch of its broker waits for that. After a rejection the partition is fetched again,
   * from the last resolved offset. A rejection of `heartbeat` must be passed on.
   */
  handle(fetched: FetchedPartition): Promise<void>;
}

export interface GroupJoin {
  /** Partition numbers by topic. */
  assignment: Readonly<Record<string, number[]>>;
  isLeader: boolean;
  /** Name of the protocol that the coordinator took; one of `GroupProtocol.names`. */
  protocol: string;
  /** Of the group. */
  generation: number;
}

/** Batches of one partition out of one answer to a fetch. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** The offset that was asked for. The first batch may begin before it. */
  readonly fetchOffset: bigint;
  /** Offset of the last record, also if that is for no handler. */
  readonly lastOffset: bigint;
  /** In order, at least one. Each is in an object of the client's, so that nothing has to be made for it. */
  readonly batches: readonly { readonly batch: FetchedBatch }[];
  /** False once the consumer stops, or `seek` was called for the partition. */
  isCurrent(): boolean;
  /** Sends a heartbeat if one is due. A handler that waits must call it. Rejects if the member has to join again. */
  heartbeat(): Promise<void>;
  /** The next fetch begins after this offset. */
  resolve(offset: bigint): void;
}

/** What a member tells its group when it joins, and, when it leads the group, who gets what. */
export interface GroupProtocol {
  /** Names that the member offers, the most wanted first. The coordinator takes one that all members offer. */
  readonly names: readonly string[];
  /** To be called before anything else: where the partition counts are from. */
  attach(counts: PartitionCounts): void;
  /** The subscription to these topics. */
  metadata(topics: readonly string[]): Buffer;
  /** What a join is to carry in place of `metadata`. `memberId` is '' for a member that the coordinator does not know. */
  joining(memberId: string, metadata: Buffer): Buffer;
  /** Of the leader: the assignment of each member, encoded. `topics` are the leader's own. Bounded, never rejects. */
  assign(members: readonly ProtocolMember[], topics: readonly string[]): Promise<ProtocolAssignment[]>;
  /** True: at the next heartbeat the member joins again, without leaving the group. */
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
  /** Of a topic that the member subscribes to; 0 if that is not known. */
  known(topic: string): number;
  /**
   * Asks a broker, and fills `counts` as answers come. Leaves out what does not exist, may not be described, or has a partition without a leader
   * just now. Never makes a topic.
   */
  lookUp(topics: readonly string[], counts: Map<string, number>): Promise<void>;
}
