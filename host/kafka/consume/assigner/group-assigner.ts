/**
 * The assigner of one kafkajs consumer: what the member tells its group, and, when it is the leader, the assignment of everybody. kafkajs'
 * own assigner deals the leader's topics out to all members, also to those that do not subscribe to them, and no others.
 */
import type { Log } from '../../../base/log.ts';
import { settles } from '../../../base/wait.ts';
import { hookCoordinator, type CommittedOffsets } from '../../kafkajs/coordinator-hook.ts';
import type { Cluster, GroupMember as KafkaMember, GroupMemberAssignment, GroupState, PartitionAssigner } from '../../kafkajs/kafkajs.ts';
import {
  decodeStickyUserData,
  decodeSubscription,
  encodeAssignment,
  encodeStickyUserData,
  encodeSubscription,
} from './consumer-protocol.ts';
import { assignPartitions, type GroupMember, type Partitions } from './sticky-assignment.ts';
import { lookUpCounts } from './partition-counts.ts';

/**
 * What the member offers, the most wanted first; the coordinator takes what all members offer. `sticky` is Kafka's eager sticky assignor,
 * whose user data ours are. `RoundRobinAssigner` is what kafkajs calls its own: members of this connector's first version offer nothing
 * else, so a group can be upgraded one member after the other. Whatever the name, the assignment is made in the same way.
 */
export const PROTOCOL_NAMES = ['sticky', 'RoundRobinAssigner'] as const;

/** A leader that keeps its group waiting for longer is taken for dead. */
const LOOK_UP_MS = 5_000;
/** More partitions than any topic has: what a member tells beyond that is not believed. */
const MAX_PARTITIONS = 100_000;

/** What the member was last assigned. Kept over the consumers of one connector, which then go on with the same partitions if they can. */
export class OwnedPartitions {
  partitions: Partitions = new Map();
  /** Of the group; -1 before the first join. */
  generation = -1;
}

/** Of kafkajs' event. */
export interface Joined {
  memberAssignment: Readonly<Record<string, number[]>>;
  isLeader: boolean;
  groupProtocol: string;
}

export interface GroupAssignerOptions {
  group: string;
  owned: OwnedPartitions;
  log: Log;
  /** Told what the group has committed, when kafkajs reads it: it knows the coordinator through the assigner only. */
  fetchedOffsets: (topics: readonly CommittedOffsets[]) => void;
}

export class GroupAssigner {
  readonly #group: string;
  readonly #owned: OwnedPartitions;
  readonly #log: Log;
  readonly #fetchedOffsets: (topics: readonly CommittedOffsets[]) => void;
  #cluster: Cluster | null = null;
  #generation = -1;
  #leads = false;
  /** The group rebalances, so what the member tells may differ from the last time. */
  #rebalancing = true;
  /** The group needs a new assignment, and kafkajs does not know it. */
  #joinAgain = false;
  /** The last metadata, and the partition counts in it. */
  #told: { bytes: Buffer; counts: Map<string, number> } | null = null;
  /** As leader: the counts that the last assignment was made with, of topics whose subscribers tell no counts. */
  #foreign = new Map<string, number>();

  constructor({ group, owned, log, fetchedOffsets }: GroupAssignerOptions) {
    this.#group = group;
    this.#owned = owned;
    this.#log = log;
    this.#fetchedOffsets = fetchedOffsets;
  }

  /** For kafkajs' consumer. */
  get partitionAssigners(): PartitionAssigner[] {
    return PROTOCOL_NAMES.map((name) => ({ cluster }) => {
      this.#attach(cluster);
      return {
        name,
        version: 0,
        protocol: ({ topics }) => ({ name, metadata: this.#metadata(topics) }),
        assign: ({ members, topics }) => this.#assign(members, topics),
      };
    });
  }

  /** The coordinator has asked the members to join again. */
  rebalancing(): void {
    this.#rebalancing = true;
  }

  /** The member has its assignment: kafkajs' GROUP_JOIN. */
  joined({ memberAssignment, isLeader, groupProtocol }: Joined): void {
    this.#owned.partitions = new Map(Object.entries(memberAssignment));
    this.#owned.generation = this.#generation;
    this.#leads = isLeader;
    this.#rebalancing = false;
    this.#joinAgain = false;
    if (!isLeader) {
      this.#foreign = new Map();
      if (groupProtocol !== PROTOCOL_NAMES[0] && this.#owned.partitions.size === 0) this.#unread([...(this.#told?.counts.keys() ?? [])]);
    }
    // kafkajs heard of these while it joined, so it will not join again for them; the leader did not know them.
    this.#grown([...(this.#told?.counts ?? [])].filter(([topic, count]) => this.#count(topic) > count).map(([topic]) => topic));
  }

  /** kafkajs' RECEIVED_UNSUBSCRIBED_TOPICS: the member ignores partitions that it was assigned. */
  ignored(topics: readonly string[]): void {
    this.#unread(topics);
  }

  /**
   * To be called now and then. A leader looks whether topics have more partitions than it assigned, or exist by now, if their subscribers
   * tell no counts: those would not ask for a new assignment. Never rejects.
   */
  async watch(): Promise<void> {
    const assigned = this.#foreign;
    if (!this.#leads || assigned.size === 0) return;
    const counts = await this.#lookUp([...assigned.keys()]);
    if (assigned === this.#foreign)
      this.#grown([...counts].filter(([topic, count]) => count > assigned.get(topic)!).map(([topic]) => topic));
  }

  #grown(topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.#joinAgain = true;
    this.#log('info', 'topics of the consumer group have new partitions: joining again', { group: this.#group, topics: topics.join(',') });
  }

  /** The assigner of kafkajs does that, in a leader of this connector's first version or of another program. */
  #unread(topics: readonly string[]): void {
    const text = 'the leader of the consumer group may assign topics to members that do not subscribe to them, so that nobody reads them';
    this.#log('warn', `${text}: upgrade or stop the other members`, { group: this.#group, topics: topics.join(',') });
  }

  #attach(cluster: Cluster): void {
    if (this.#cluster === cluster) return;
    this.#cluster = cluster;
    hookCoordinator(cluster, {
      joining: (memberId, protocols) => this.#joining(memberId, protocols),
      joined: (generation) => (this.#generation = generation),
      wantsToJoin: () => this.#joinAgain,
      fetchedOffsets: this.#fetchedOffsets,
    });
  }

  /** What kafkajs knows; 0 if it knows nothing. */
  #count(topic: string): number {
    try {
      return this.#cluster!.findTopicPartitionMetadata(topic).length;
    } catch {
      return 0; // no metadata was loaded yet
    }
  }

  #metadata(topics: readonly string[]): Buffer {
    const counts = new Map(topics.map((topic) => [topic, this.#count(topic)]));
    const userData = encodeStickyUserData({ previous: this.#owned.partitions, generation: this.#owned.generation, counts });
    return encodeSubscription({ topics: [...topics], userData });
  }

  /**
   * kafkajs joins again whenever a partition has a new leader. A follower's join with the metadata of the last one changes nothing; with
   * any other the coordinator would rebalance the whole group, once for each member. So what the member owns is told only when the group
   * rebalances anyway, or must.
   */
  #joining(memberId: string, protocols: GroupState[]): GroupState[] {
    const topics = decodeSubscription(protocols[0]!.metadata)?.topics ?? [];
    const counts = new Map(topics.map((topic) => [topic, this.#count(topic)]));
    const told = this.#told;
    const mustDiffer =
      told === null || topics.length !== told.counts.size || topics.some((topic) => told.counts.get(topic) !== counts.get(topic));
    if (memberId !== '' && !this.#leads && !this.#rebalancing && !mustDiffer)
      return protocols.map(({ name }) => ({ name, metadata: told.bytes }));
    this.#rebalancing = true;
    this.#told = { bytes: protocols[0]!.metadata, counts };
    return protocols;
  }

  async #assign(kafkaMembers: readonly KafkaMember[], own: readonly string[]): Promise<GroupMemberAssignment[]> {
    const { members, told } = this.#decode(kafkaMembers);
    // kafkajs has just asked for its own topics, and compares later metadata with that answer.
    const counts = new Map(own.map((topic) => [topic, this.#count(topic)]));
    if (this.#told !== null) this.#told.counts = new Map(counts);
    for (const [topic, count] of told) counts.set(topic, Math.max(count, counts.get(topic) ?? 0));
    const foreign = [...new Set(members.flatMap(({ topics }) => topics))].filter((topic) => !counts.has(topic));
    this.#foreign = foreign.length > 0 ? await this.#lookUpOrGuess(foreign, members) : new Map<string, number>();
    for (const [topic, count] of this.#foreign) counts.set(topic, count);
    const assignment = assignPartitions(members, counts);
    return [...assignment].map(([memberId, partitions]) => ({ memberId, memberAssignment: encodeAssignment(partitions) }));
  }

  /** The members, and the largest partition count of each topic that is told. */
  #decode(kafkaMembers: readonly KafkaMember[]): { members: GroupMember[]; told: Map<string, number> } {
    const told = new Map<string, number>();
    const members = kafkaMembers.map(({ memberId, memberMetadata }): GroupMember => {
      const subscription = decodeSubscription(memberMetadata);
      if (subscription === null)
        this.#log('warn', 'a member of the consumer group sent a damaged subscription', { group: this.#group, memberId });
      const { topics, userData } = subscription ?? { topics: [], userData: new Uint8Array(0) };
      const { previous, generation, counts } = decodeStickyUserData(userData);
      for (const topic of topics) {
        const count = counts.get(topic) ?? 0;
        if (count > 0 && count <= MAX_PARTITIONS) told.set(topic, Math.max(count, told.get(topic) ?? 0));
      }
      return { id: memberId, topics, previous, generation };
    });
    return { members, told };
  }

  /** A topic that cannot be looked up has the partitions that its members had. */
  async #lookUpOrGuess(topics: readonly string[], members: readonly GroupMember[]): Promise<Map<string, number>> {
    const found = await this.#lookUp(topics);
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const had = members.flatMap(({ previous }) => previous.get(topic) ?? []);
      counts.set(topic, found.get(topic) ?? had.reduce((most, partition) => Math.max(most, partition + 1), 0));
    }
    const unknown = topics.filter((topic) => counts.get(topic) === 0);
    if (unknown.length > 0) {
      this.#log('warn', 'other members of the consumer group want topics whose partitions the leader cannot find out', {
        group: this.#group,
        topics: unknown.join(','),
      });
    }
    return counts;
  }

  async #lookUp(topics: readonly string[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    await settles(lookUpCounts(this.#cluster!, this.#group, topics, counts), LOOK_UP_MS);
    return new Map(counts);
  }
}
