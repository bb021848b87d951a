/**
 * What one member tells its group, and, when it leads the group, the assignment of all members. kafkajs' own assigner is not used: it deals the
 * leader's topics, and no others, out to all members, also to those that do not subscribe to them.
 */
import type { Log } from '../../../base/log.ts';
import { settles } from '../../../base/wait.ts';
import type { GroupJoin, GroupProtocol, PartitionCounts, ProtocolAssignment, ProtocolMember } from '../../group-consumer.ts';
import {
  decodeStickyUserData,
  decodeSubscription,
  encodeAssignment,
  encodeStickyUserData,
  encodeSubscription,
} from './consumer-protocol.ts';
import { assignPartitions, type GroupMember, type Partitions } from './sticky-assignment.ts';

/**
 * What the member offers, the most wanted first; the coordinator takes what all members offer. `sticky` is Kafka's eager sticky assignor,
 * whose user data ours are. `RoundRobinAssigner` is what kafkajs calls its own: members of this connector's first version offer nothing
 * else, so a group can be upgraded one member after the other. Whatever the name, the assignment is made in the same way.
 */
export const PROTOCOL_NAMES = ['sticky', 'RoundRobinAssigner'] as const;

/** The coordinator takes a leader for dead that keeps its group waiting for longer. */
const LOOK_UP_MS = 5_000;
/** More partitions than any topic has: a larger count that a member tells is not believed. */
const MAX_PARTITIONS = 100_000;

/** The last assignment of the member. Kept over the consumers of one connector, so that a new one gets the same partitions if it can. */
export class OwnedPartitions {
  partitions: Partitions = new Map();
  /** Of the group; -1 before the first join. */
  generation = -1;
}

export interface GroupAssignerOptions {
  group: string;
  owned: OwnedPartitions;
  log: Log;
}

/** Before the client is attached. */
const NO_COUNTS: PartitionCounts = { known: () => 0, lookUp: async () => undefined };

export class GroupAssigner implements GroupProtocol {
  readonly names = PROTOCOL_NAMES;
  readonly #group: string;
  readonly #owned: OwnedPartitions;
  readonly #log: Log;
  #counts = NO_COUNTS;
  #leads = false;
  /** The group rebalances, so the metadata of the member may differ from the last time. */
  #rebalancing = true;
  /** The group needs a new assignment, and the client does not know it. */
  #joinAgain = false;
  /** The last metadata, and the partition counts in it. */
  #told: { bytes: Buffer; counts: Map<string, number> } | null = null;
  /** As leader: the counts that the last assignment was made with, of topics whose subscribers tell no counts. */
  #foreign = new Map<string, number>();

  constructor({ group, owned, log }: GroupAssignerOptions) {
    this.#group = group;
    this.#owned = owned;
    this.#log = log;
  }

  attach(counts: PartitionCounts): void {
    this.#counts = counts;
  }

  wantsToJoin(): boolean {
    return this.#joinAgain;
  }

  /** The coordinator has asked the members to join again. */
  rebalancing(): void {
    this.#rebalancing = true;
  }

  /** The member has its assignment. */
  joined({ assignment, isLeader, protocol, generation }: GroupJoin): void {
    this.#owned.partitions = new Map(Object.entries(assignment));
    this.#owned.generation = generation;
    this.#leads = isLeader;
    this.#rebalancing = false;
    this.#joinAgain = false;
    if (!isLeader) {
      this.#foreign = new Map();
      if (protocol !== PROTOCOL_NAMES[0] && this.#owned.partitions.size === 0) this.#unread([...(this.#told?.counts.keys() ?? [])]);
    }
    // The client heard of these while it joined, so it will not join again for them; the leader did not know them.
    this.#grown([...(this.#told?.counts ?? [])].filter(([topic, count]) => this.#counts.known(topic) > count).map(([topic]) => topic));
  }

  /** The member ignores partitions of these topics, which it was assigned. */
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
    if (assigned !== this.#foreign) return;
    this.#grown([...counts].filter(([topic, count]) => count > (assigned.get(topic) ?? 0)).map(([topic]) => topic));
  }

  #grown(topics: readonly string[]): void {
    if (topics.length === 0) return;
    this.#joinAgain = true;
    this.#log('info', 'topics of the consumer group have new partitions: joining again', { group: this.#group, topics: topics.join(',') });
  }

  /** kafkajs' own assigner does that, in a leader of this connector's first version or of another program. */
  #unread(topics: readonly string[]): void {
    const text = 'the leader of the consumer group may assign topics to members that do not subscribe to them, so that nobody reads them';
    this.#log('warn', `${text}: upgrade or stop the other members`, { group: this.#group, topics: topics.join(',') });
  }

  metadata(topics: readonly string[]): Buffer {
    const counts = new Map(topics.map((topic) => [topic, this.#counts.known(topic)]));
    const userData = encodeStickyUserData({ previous: this.#owned.partitions, generation: this.#owned.generation, counts });
    return encodeSubscription({ topics: [...topics], userData });
  }

  /**
   * The client joins again whenever a partition has a new leader. A follower's join with the metadata of the last one changes nothing; with
   * any other the coordinator would rebalance the whole group, once for each member. So the partitions that the member owns are told only when
   * the group rebalances anyway, or must.
   */
  joining(memberId: string, metadata: Buffer): Buffer {
    const topics = decodeSubscription(metadata)?.topics ?? [];
    const counts = new Map(topics.map((topic) => [topic, this.#counts.known(topic)]));
    const told = this.#told;
    const mustDiffer =
      told === null || topics.length !== told.counts.size || topics.some((topic) => told.counts.get(topic) !== counts.get(topic));
    if (memberId !== '' && !this.#leads && !this.#rebalancing && !mustDiffer) return told.bytes;
    this.#rebalancing = true;
    this.#told = { bytes: metadata, counts };
    return metadata;
  }

  async assign(groupMembers: readonly ProtocolMember[], own: readonly string[]): Promise<ProtocolAssignment[]> {
    const { members, told } = this.#decode(groupMembers);
    // The client has just asked for its own topics, and compares later metadata with that answer.
    const counts = new Map(own.map((topic) => [topic, this.#counts.known(topic)]));
    if (this.#told !== null) this.#told.counts = new Map(counts);
    for (const [topic, count] of told) counts.set(topic, Math.max(count, counts.get(topic) ?? 0));
    const foreign = [...new Set(members.flatMap(({ topics }) => topics))].filter((topic) => !counts.has(topic));
    this.#foreign = foreign.length > 0 ? await this.#lookUpOrGuess(foreign, members) : new Map<string, number>();
    for (const [topic, count] of this.#foreign) counts.set(topic, count);
    const assignment = assignPartitions(members, counts);
    return [...assignment].map(([memberId, partitions]) => ({ memberId, memberAssignment: encodeAssignment(partitions) }));
  }

  /** The members, and the largest partition count of each topic that is told. */
  #decode(groupMembers: readonly ProtocolMember[]): { members: GroupMember[]; told: Map<string, number> } {
    const told = new Map<string, number>();
    const members = groupMembers.map(({ memberId, memberMetadata }): GroupMember => {
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
    await settles(this.#counts.lookUp(topics, counts), LOOK_UP_MS);
    return new Map(counts);
  }
}
