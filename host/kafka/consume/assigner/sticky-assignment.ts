/**
 * Who reads which partition: the assignment of a group, from what its members subscribe to and what they had before. No I/O, no client;
 * the same group gives the same result whoever computes it.
 *
 * Guarantees, in this order:
 * 1. Every partition of a topic that somebody subscribes to has exactly one owner, who subscribes to the topic.
 * 2. The loads (partitions of a member) are as even as the subscriptions allow: no other assignment has a smaller sum of their squares. So
 *    members with equal subscriptions are at most one partition apart, and no member owns a partition that a subscriber with two
 *    partitions fewer could have.
 * 3. Among those assignments it moves the fewest partitions: no other one leaves more of them with their previous owners.
 */
import { FlowNetwork } from './flow-network.ts';

/** Partition numbers by topic. */
export type Partitions = Map<string, number[]>;

export interface GroupMember {
  id: string;
  topics: readonly string[];
  /** What it had in `generation`. May name topics and partitions that are gone, that it no longer subscribes to, or that others have now. */
  previous: ReadonlyMap<string, readonly number[]>;
  /** Of two members that name a partition, the one with the higher generation had it last; negative: not known. */
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
 * `counts` has the number of partitions of each topic; a topic that is not in it has none. Member ids must differ. The result has every
 * member, also those without a partition; partition numbers ascend.
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

/** Topics with few subscribers come first: there is least choice for their partitions. */
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

/** The newest generation wins; within one generation, which no coordinator brings about, the lowest id. */
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

/** Leaves owned partitions where they are, and gives the others to who has the least, spread over the topic where loads are equal. */
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

/** Turns "how many partitions of a topic" into "which". */
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

/** The partitions of a topic by member: each keeps its own as far as its number goes, and the rest is dealt out. */
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
