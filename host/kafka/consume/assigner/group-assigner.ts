/**
 * The assignment protocol of one member: the metadata that it sends to its group and, if it is the leader, the assignment of all members. kafkajs' own
 * assigner is not used, because it assigns only the leader's topics, and to all members, even those that do not subscribe to them.
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
 * The protocols that the member offers, the preferred one first; the coordinator chooses one that all members offer. `sticky` is Kafka's eager sticky
 * assignor, whose user data this member uses. `RoundRobinAssigner` is the name of kafkajs' assigner, the only one that members of this connector's first
 * version offer, so that a group can be upgraded one member after the other. The assignment is the same under both names.
 */
export const PROTOCOL_NAMES = ['sticky', 'RoundRobinAssigner'] as const;

/** Longest time for look-ups of the leader: the coordinator removes a leader that keeps its group waiting for longer. */
const LOOK_UP_MS = 5_000;
/** No topic has more partitions: a larger count from a member is ignored. */
const MAX_PARTITIONS = 100_000;

/** The last assignment of the member. Later sessions use it, so that a new member gets the same partitions if possible. */
export class OwnedPartitions {
  partitions: Partitions = new Map();
  /** The generation of the group; -1 before the first join. */
  generation = -1;
}

export interface GroupAssignerOptions {
  group: string;
  owned: OwnedPartitions;
  log: Log;
}

/** The counts before a client is attached. */
const NO_COUNTS: PartitionCounts = { known: () => 0, lookUp: async () => undefined };

export class GroupAssigner implements GroupProtocol {
  readonly names = PROTOCOL_NAMES;
  readonly #group: string;
  readonly #owned: OwnedPartitions;
  readonly #log: Log;
  #counts = NO_COUNTS;
  #leads = false;
  /** The group rebalances, so the member may send other metadata than the last time. */
  #rebalancing = true;
  /** The group needs a new assignment, and the client does not know it. */
  #joinAgain = false;
  /** The last metadata that was sent, and the partition counts in it. */
  #told: { bytes: Buffer; counts: Map<string, number> } | null = null;
  /** For a leader: the partition counts of the last assignment, for topics whose subscribers send no counts. */
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
    // The client has learnt of these partitions while it joined, so it will not join again for them, and the leader did not know them.
    this.#grown([...(this.#told?.counts ?? [])].filter(([topic, count]) => this.#counts.known(topic) > count).map(([topic]) => topic));
  }

  /** The member ignores assigned partitions of these topics, to which it does not subscribe. */
  ignored(topics: readonly string[]): void {
    this.#unread(topics);
  }

  /**
   * Must be called regularly. A leader checks whether topics whose subscribers send no counts have more partitions than it assigned, because those
   * members would not ask for a new assignment. Never rejects.
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

  /** Logs a warning. A leader with kafkajs' own assigner causes it: this connector's first version, or another program. */
  #unread(topics: readonly string[]): void {
    const text =
      'the leader of the consumer group may assign topics to members that do not subscribe to them, so that no member reads them';
    this.#log('warn', `${text}: upgrade or stop the other members`, { group: this.#group, topics: topics.join(',') });
  }

  metadata(topics: readonly string[]): Buffer {
    const counts = new Map(topics.map((topic) => [topic, this.#counts.known(topic)]));
    const userData = encodeStickyUserData({ previous: this.#owned.partitions, generation: this.#owned.generation, counts });
    return encodeSubscription({ topics: [...topics], userData });
  }

  /**
   * The client joins again whenever a partition has a new leader. If a follower joins with the same metadata as the last time, nothing changes. With other
   * metadata the coordinator would rebalance the whole group, once for each member. So the member sends the partitions that it owns only when the group
   * rebalances anyway, or must rebalance.
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
    // The client has just looked its own topics up, and compares later metadata with that answer.
    const counts = new Map(own.map((topic) => [topic, this.#counts.known(topic)]));
    if (this.#told !== null) this.#told.counts = new Map(counts);
    for (const [topic, count] of told) counts.set(topic, Math.max(count, counts.get(topic) ?? 0));
    const foreign = [...new Set(members.flatMap(({ topics }) => topics))].filter((topic) => !counts.has(topic));
    this.#foreign = foreign.length > 0 ? await this.#lookUpOrGuess(foreign, members) : new Map<string, number>();
    for (const [topic, count] of this.#foreign) counts.set(topic, count);
    const assignment = assignPartitions(members, counts);
    return [...assignment].map(([memberId, partitions]) => ({ memberId, memberAssignment: encodeAssignment(partitions) }));
  }

  /** The members, and for each topic the largest partition count that a member sent. */
  #decode(groupMembers: readonly ProtocolMember[]): { members: GroupMember[]; told: Map<string, number> } {
    const told = new Map<string, number>();
    const members = groupMembers.map(({ memberId, memberMetadata }): GroupMember => {
      const subscription = decodeSubscription(memberMetadata);
      if (subscription === null)
        this.#log('warn', 'a member of the consumer group sent a damaged subscription, so it gets no partitions', {
          group: this.#group,
          memberId,
        });
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

  /** Looks up the counts that no member sent. If a topic cannot be looked up, it counts with the partitions that its members had. */
  async #lookUpOrGuess(topics: readonly string[], members: readonly GroupMember[]): Promise<Map<string, number>> {
    const found = await this.#lookUp(topics);
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const had = members.flatMap(({ previous }) => previous.get(topic) ?? []);
      counts.set(topic, found.get(topic) ?? had.reduce((most, partition) => Math.max(most, partition + 1), 0));
    }
    const unknown = topics.filter((topic) => counts.get(topic) === 0);
    if (unknown.length > 0) {
      this.#log('warn', 'the leader of the consumer group cannot look up the partitions of topics that other members subscribe to', {
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
