/**
 * Computes the assignment of a group from the subscriptions and previous partitions of its members. It does no I/O and uses no client. Every member
 * computes the same result for the same group.
 *
 * Guarantees, in this order:
 * 1. Every partition of a topic with a subscriber has exactly one owner, which subscribes to the topic.
 * 2. The loads (partitions of a member) are as even as the subscriptions allow: no other assignment has a smaller sum of their squares. So
 *    members with equal subscriptions are at most one partition apart, and no member owns a partition that a subscriber with two
 *    partitions fewer could have.
 * 3. Among those assignments it moves the fewest partitions: no other one leaves more partitions with their previous owners.
 */
import { FlowNetwork } from './flow-network.ts';

/** Partition numbers by topic. */
export type Partitions = Map<string, number[]>;

export interface GroupMember {
  id: string;
  topics: readonly string[];
  /** The partitions of the member in `generation`. Some may no longer exist, no longer be subscribed to, or belong to others now. */
  previous: ReadonlyMap<string, readonly number[]>;
  /** If two members claim a partition, the one with the higher generation had it last; negative: not known. */
  generation: number;
}

const NOBODY = -1;

interface Topic {
  name: string;
  /** Indexes of members, ascending. */
  subscribers: number[];
  /** Index of the member that had the partition last and still subscribes to it, or NOBODY. */
  previousOwners: Int32Array;
}

/**
 * `counts` holds the partition count of each topic; a topic that is not in it counts with 0 partitions. Member ids must differ. The result has every
 * member, even without partitions; partition numbers ascend.
 */
export function assignPartitions(members: readonly GroupMember[], counts: ReadonlyMap<string, number>): Map<string, Partitions> {
  const sorted = [...members].sort((a, b) => compare(a.id, b.id));
  const topics = topicsOf(sorted, counts);
  claim(sorted, topics);
  const network = new FlowNetwork(
    sorted.length,
    topics.map(({ subscribers }) => subscribers),
  );
  topics.forEach((topic, index) => keepAndPlace(topic, index, network));
  network.optimise();
  return distribute(sorted, topics, network);
}

/** Topics with few subscribers come first, because their partitions have the fewest possible owners. */
function topicsOf(members: readonly GroupMember[], counts: ReadonlyMap<string, number>): Topic[] {
  const topics = new Map<string, Topic>();
  members.forEach((member, index) => {
    for (const name of new Set(member.topics)) {
      const count = counts.get(name) ?? 0;
      if (count <= 0) continue;
      const topic = topics.get(name) ?? { name, subscribers: [], previousOwners: new Int32Array(count).fill(NOBODY) };
      topic.subscribers.push(index);
      topics.set(name, topic);
    }
  });
  return [...topics.values()].sort((a, b) => a.subscribers.length - b.subscribers.length || compare(a.name, b.name));
}

/** The member with the newest generation had the partition last. Within one generation, which cannot happen by a coordinator, the lowest id counts. */
function claim(members: readonly GroupMember[], topics: readonly Topic[]): void {
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  const newestFirst = members.map((member, index) => ({ member, index })).sort((a, b) => b.member.generation - a.member.generation);
  for (const { member, index } of newestFirst) {
    for (const [name, partitions] of member.previous) {
      const topic = byName.get(name);
      if (topic === undefined || !topic.subscribers.includes(index)) continue;
      for (const partition of partitions) {
        if (topic.previousOwners[partition] === NOBODY) topic.previousOwners[partition] = index;
      }
    }
  }
}

/** Leaves owned partitions with their owners, and gives each other one to the subscriber with the fewest, at equal loads to the one with the fewest of the topic. */
function keepAndPlace(topic: Topic, index: number, network: FlowNetwork): void {
  for (const owner of topic.previousOwners) if (owner !== NOBODY) network.keep(owner, index);
  for (const owner of topic.previousOwners) {
    if (owner !== NOBODY) continue;
    const least = topic.subscribers.reduce((best, member) => {
      const distance = network.load(member) - network.load(best) || network.held(member, index) - network.held(best, index);
      return distance < 0 ? member : best;
    });
    network.place(least, index);
  }
}

/** Turns numbers of partitions into partitions. */
function distribute(members: readonly GroupMember[], topics: readonly Topic[], network: FlowNetwork): Map<string, Partitions> {
  const assignment = new Map<string, Partitions>(members.map(({ id }) => [id, new Map()]));
  topics.forEach((topic, index) => {
    for (const [member, partitions] of divide(topic, index, network)) {
      const id = members[member]?.id;
      if (id !== undefined && partitions.length > 0) assignment.get(id)?.set(topic.name, partitions);
    }
  });
  return assignment;
}

/** The partitions of a topic by member: each member keeps its own up to its number, and the others are distributed. */
function divide({ subscribers, previousOwners }: Topic, index: number, network: FlowNetwork): Map<number, number[]> {
  const taken = new Map<number, number[]>(subscribers.map((member) => [member, []]));
  const free: number[] = [];
  previousOwners.forEach((owner, partition) => {
    const own = taken.get(owner);
    if (own !== undefined && own.length < network.held(owner, index)) own.push(partition);
    else free.push(partition);
  });
  let next = 0;
  for (const [member, partitions] of taken) {
    const more = network.held(member, index) - partitions.length;
    for (const partition of free.slice(next, next + more)) partitions.push(partition);
    next += more;
    partitions.sort((a, b) => a - b);
  }
  return taken;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
