import { AssignerProtocol, type Cluster, type GroupMember, type PartitionAssigner } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeStickyUserData, decodeSubscription } from '../../../../../host/kafka/consume/assigner/consumer-protocol.ts';
import type { Partitions } from '../../../../../host/kafka/consume/assigner/sticky-assignment.ts';
import { GroupAssigner, OwnedPartitions, PROTOCOL_NAMES } from '../../../../../host/kafka/consume/assigner/group-assigner.ts';
import { partitionAssigners } from '../../../../../host/kafka/kafkajs/group-protocol.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
type Assigned = Record<string, number[]>;

/** A group's coordinator, as far as joins go, and the topics of its cluster. */
class Group {
  readonly members = new Map<string, Member>();
  readonly counts: Record<string, number>;
  /** Topics that the broker refuses to describe, by the name of the error. */
  readonly refused: Record<string, string> = {};
  /** The requests of the members to the broker. */
  readonly asked: string[][] = [];
  generation = 0;
  leader = '';

  constructor(counts: Record<string, number>) {
    this.counts = counts;
  }

  metadata(topics: string[]): Promise<unknown> {
    this.asked.push([...topics]);
    const type = topics
      .map((topic) => this.refused[topic] ?? (topic in this.counts ? undefined : 'UNKNOWN_TOPIC_OR_PARTITION'))
      .find(Boolean);
    if (type !== undefined) return Promise.reject(Object.assign(new Error(type), { type }));
    return Promise.resolve({
      topicMetadata: topics.map((topic) => ({ topic, partitionMetadata: Array.from({ length: this.counts[topic]! }, () => ({})) })),
    });
  }

  /** All members join again; the first one leads unless the last leader is still a member. */
  async rebalance(): Promise<Record<string, Assigned>> {
    this.generation++;
    const members = [...this.members.values()];
    if (!this.members.has(this.leader)) this.leader = members[0]!.id;
    for (const member of members) member.assigner?.rebalancing();
    const joined: GroupMember[] = [];
    for (const member of members) joined.push({ memberId: member.id, memberMetadata: await member.join() });
    const leader = this.members.get(this.leader)!;
    const result: Record<string, Assigned> = {};
    for (const { memberId, memberAssignment } of await leader.assign(joined)) {
      result[memberId] = { ...MemberAssignment.decode(memberAssignment)!.assignment };
    }
    for (const member of members) member.joined(result[member.id]!, member.id === this.leader);
    return result;
  }
}

class Member {
  readonly id: string;
  readonly topics: string[];
  readonly group: Group;
  readonly log: string[] = [];
  /** Undefined for a client that sends only its topics. */
  readonly assigner: GroupAssigner | undefined;
  /** The metadata that its kafkajs has of its own topics. */
  readonly known: Record<string, number> = {};
  readonly #kafkajs: ReturnType<PartitionAssigner>[] = [];
  readonly #cluster: Cluster;
  memberId = '';
  /** Of its last join. */
  generation = -1;

  constructor(group: Group, id: string, topics: string[], options: { owned?: OwnedPartitions; stock?: boolean } = {}) {
    this.id = id;
    this.topics = topics;
    this.group = group;
    this.refresh();
    const coordinator = {
      joinGroup: (request: { groupProtocols: { name: string; metadata: Buffer }[] }) =>
        Promise.resolve({ generationId: group.generation, sent: request.groupProtocols }),
      heartbeat: async () => 'answer',
      metadata: (topics: string[]) => group.metadata(topics),
    };
    this.#cluster = {
      findGroupCoordinator: async () => coordinator,
      findTopicPartitionMetadata: (topic: string) => Array.from({ length: this.known[topic] ?? 0 }, () => ({})),
    } as unknown as Cluster;
    group.members.set(id, this);
    if (options.stock) return;
    this.assigner = new GroupAssigner({
      group: 'g',
      owned: options.owned ?? new OwnedPartitions(),
      log: (_level, message) => this.log.push(message),
    });
    this.#kafkajs = partitionAssigners(this.assigner, 'g', {
      attached: () => undefined,
      revoking: () => Promise.resolve(),
      joined: (generation) => (this.generation = generation),
      committed: () => undefined,
    }).map((create) => create({ cluster: this.#cluster, groupId: 'g', logger: {} as never }));
  }

  refresh(): void {
    for (const topic of this.topics) this.known[topic] = this.group.counts[topic] ?? 0;
  }

  /** As kafkajs joins; gives the metadata that the coordinator gets. */
  async join(): Promise<Buffer> {
    if (this.assigner === undefined) return MemberMetadata.encode({ version: 0, topics: this.topics, userData: Buffer.alloc(0) });
    const coordinator = (await this.#cluster.findGroupCoordinator({ groupId: 'g' })) as unknown as {
      joinGroup(request: object): Promise<{ sent: { name: string; metadata: Buffer }[] }>;
    };
    const groupProtocols = this.#kafkajs.map((assigner) => assigner.protocol({ topics: this.topics }));
    const { sent } = await coordinator.joinGroup({ memberId: this.memberId, groupProtocols });
    this.memberId = this.id;
    expect(sent.map(({ name }) => name)).toEqual(PROTOCOL_NAMES);
    expect(sent[1]!.metadata).toEqual(sent[0]!.metadata);
    return sent[0]!.metadata;
  }

  assign(members: GroupMember[]): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    this.refresh(); // as kafkajs does
    return this.#kafkajs[0]!.assign({ members, topics: this.topics });
  }

  joined(assignment: Assigned, isLeader: boolean, protocol: string = PROTOCOL_NAMES[0]): void {
    this.assigner?.joined({ assignment, isLeader, protocol, generation: this.generation });
  }

  /** Rejects if kafkajs is to believe that the group rebalances. */
  async heartbeat(): Promise<unknown> {
    const coordinator = (await this.#cluster.findGroupCoordinator({ groupId: 'g' })) as unknown as {
      heartbeat(request: object): Promise<unknown>;
    };
    return coordinator.heartbeat({});
  }
}

const keys = (assigned: Assigned): string[] =>
  Object.entries(assigned).flatMap(([topic, list]) => list.map((partition) => `${topic}/${partition}`));
const PATTERNS: { name: string; counts: Record<string, number>; subscriptions: string[][] }[] = [
  { name: 'equal', counts: { a: 5, b: 3, c: 2 }, subscriptions: Array.from({ length: 4 }, () => ['a', 'b', 'c']) },
  { name: 'disjoint', counts: { a: 3, b: 1, c: 2, d: 4 }, subscriptions: [['a'], ['b'], ['c'], ['d']] },
  {
    name: 'overlapping',
    counts: { a: 3, b: 2, c: 2, d: 1 },
    subscriptions: [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd', 'a'],
      ['d', 'a'],
    ],
  },
];
const orders = (items: number[]): number[][] =>
  items.length < 2 ? [items] : items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));

describe.each(PATTERNS)('members with $name subscriptions', ({ name, counts, subscriptions }) => {
  test.each([2, 3, 4])('own every partition once in every order in which %i of them join and leave', async (size) => {
    const all = orders(Array.from({ length: size }, (_, index) => index));
    const check = (group: Group, result: Record<string, Assigned>): string[] => {
      const wanted = new Set([...group.members.values()].flatMap(({ topics }) => topics));
      const expected = [...wanted].flatMap((topic) => Array.from({ length: counts[topic]! }, (_, partition) => `${topic}/${partition}`));
      expect(Object.values(result).flatMap(keys).sort()).toEqual(expected.sort());
      for (const { id, topics } of group.members.values()) for (const topic of Object.keys(result[id]!)) expect(topics).toContain(topic);
      return Object.entries(result).flatMap(([id, assigned]) => keys(assigned).map((key) => `${key}@${id}`));
    };
    for (const joins of all) {
      for (const leaves of all) {
        const group = new Group({ ...counts });
        let before: string[] = [];
        for (const index of joins) {
          new Member(group, `m${index}`, subscriptions[index]!);
          const after = check(group, await group.rebalance());
          if (name !== 'overlapping')
            expect(after.filter((entry) => !before.includes(entry) && !entry.endsWith(`@m${index}`) && before.length > 0)).toEqual([]);
          before = after;
        }
        for (const index of leaves.slice(0, -1)) {
          group.members.delete(`m${index}`);
          const after = check(group, await group.rebalance());
          if (name !== 'overlapping') expect(before.filter((entry) => !after.includes(entry) && !entry.endsWith(`@m${index}`))).toEqual([]);
          before = after;
        }
        expect(group.asked).toEqual([]);
      }
    }
  });
});

test('a leader needs no metadata of topics that only others read', async () => {
  const group = new Group({ mine: 2, theirs: 3 });
  new Member(group, 'leader', ['mine']);
  group.refused['theirs'] = 'TOPIC_AUTHORIZATION_FAILED';
  new Member(group, 'follower', ['theirs']);
  expect(await group.rebalance()).toEqual({ leader: { mine: [0, 1] }, follower: { theirs: [0, 1, 2] } });
});

describe('topics of members that tell no partition counts', () => {
  test('are looked up, and those that are missing, forbidden or without a leader spoil nothing', async () => {
    const group = new Group({ mine: 1, theirs: 3, forbidden: 4, leaderless: 1 });
    Object.assign(group.refused, { forbidden: 'TOPIC_AUTHORIZATION_FAILED', leaderless: 'LEADER_NOT_AVAILABLE' });
    const leader = new Member(group, 'leader', ['mine']);
    new Member(group, 'other', ['theirs', 'missing', 'forbidden', 'leaderless'], { stock: true });
    expect(await group.rebalance()).toEqual({ leader: { mine: [0] }, other: { theirs: [0, 1, 2] } });
    expect(leader.log).toEqual([expect.stringContaining('cannot look up')]);
    expect(leader.known).toEqual({ mine: 1 });
  });

  test('are found to have grown, or to exist, by the leader alone', async () => {
    const group = new Group({ mine: 1, theirs: 1 });
    const leader = new Member(group, 'leader', ['mine']);
    new Member(group, 'other', ['theirs', 'later'], { stock: true });
    const follower = new Member(group, 'follower', ['mine']);
    await group.rebalance();
    await leader.assigner!.watch();
    expect(await leader.heartbeat()).toBe('answer');
    Object.assign(group.counts, { theirs: 2, later: 1, mine: 5 });
    for (const member of [leader, follower]) await member.assigner!.watch();
    await expect(leader.heartbeat()).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
    expect(await follower.heartbeat()).toBe('answer');
    expect(leader.log.at(-1)).toContain('have new partitions');
    expect((await group.rebalance())['other']).toEqual({ theirs: [0, 1], later: [0] });
    expect(await leader.heartbeat()).toBe('answer');
  });

  describe('while brokers do not answer', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    test('have the partitions that their members had, after a bounded wait', async () => {
      const group = new Group({ mine: 1, theirs: 2 });
      const gone = new OwnedPartitions();
      gone.partitions.set('theirs', [0, 1]);
      gone.generation = 3;
      new Member(group, 'leader', ['mine']);
      const member = new Member(group, 'member', ['theirs'], { owned: gone });
      member.known['theirs'] = 0;
      group.metadata = () => new Promise(() => undefined);
      const result = group.rebalance();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await result).toEqual({ leader: { mine: [0] }, member: { theirs: [0, 1] } });
    });
  });
});

describe('a topic that grows', () => {
  test('makes its reader tell the group, and the leader assign the new partitions without a look at them', async () => {
    const group = new Group({ mine: 1, theirs: 1 });
    new Member(group, 'leader', ['mine']);
    const follower = new Member(group, 'follower', ['theirs']);
    await group.rebalance();
    const before = await follower.join();
    group.counts['theirs'] = 3;
    follower.refresh();
    expect(await follower.join()).not.toEqual(before);
    expect(await group.rebalance()).toEqual({ leader: { mine: [0] }, follower: { theirs: [0, 1, 2] } });
    expect(group.asked).toEqual([]);
  });

  test('while its reader joins is not overlooked', async () => {
    const group = new Group({ mine: 1, theirs: 1 });
    const leader = new Member(group, 'leader', ['mine']);
    const follower = new Member(group, 'follower', ['theirs']);
    const join = follower.join.bind(follower);
    follower.join = async () => {
      const bytes = await join();
      group.counts['theirs'] = 2;
      follower.refresh();
      return bytes;
    };
    await group.rebalance();
    expect(await leader.heartbeat()).toBe('answer');
    await expect(follower.heartbeat()).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
    follower.join = join;
    expect(await group.rebalance()).toEqual({ leader: { mine: [0] }, follower: { theirs: [0, 1] } });
    expect(await follower.heartbeat()).toBe('answer');
  });

  test('is assigned by a leader that hears of it between its join and its assignment', async () => {
    const group = new Group({ mine: 1 });
    const leader = new Member(group, 'leader', ['mine']);
    const join = leader.join.bind(leader);
    leader.join = async () => {
      const bytes = await join();
      group.counts['mine'] = 3;
      return bytes;
    };
    expect(await group.rebalance()).toEqual({ leader: { mine: [0, 1, 2] } });
    expect(await leader.heartbeat()).toBe('answer');
  });
});

describe('what a member tells when it joins again', () => {
  const groupOfTwo = async (): Promise<{ group: Group; leader: Member; follower: Member; told: Map<Member, Buffer> }> => {
    const group = new Group({ one: 4 });
    const [leader, follower] = [new Member(group, 'leader', ['one']), new Member(group, 'follower', ['one'])];
    const told = new Map<Member, Buffer>();
    for (const member of [leader, follower]) {
      const join = member.join.bind(member);
      member.join = async () => {
        const bytes = await join();
        told.set(member, bytes);
        return bytes;
      };
    }
    await group.rebalance();
    return { group, leader, follower, told };
  };

  test('is the same as before for a follower that nobody asked, so that the coordinator does not rebalance', async () => {
    const { follower, told } = await groupOfTwo();
    const before = told.get(follower);
    expect(await follower.join()).toEqual(before);
  });

  test('is what it owns for a leader, for a member that the coordinator has forgotten, and in a rebalance', async () => {
    const { leader, follower, told } = await groupOfTwo();
    const before = new Map(told);
    const owned = (bytes: Buffer): Partitions => decodeStickyUserData(decodeSubscription(bytes)!.userData).previous;
    expect([...before.values()].map(owned)).toEqual([new Map(), new Map()]);
    expect(owned(await leader.join())).toEqual(new Map([['one', [2, 3]]]));
    follower.memberId = '';
    expect(owned(await follower.join())).toEqual(new Map([['one', [0, 1]]]));
    follower.joined({ one: [1] }, false);
    expect(owned(await follower.join())).toEqual(new Map([['one', [0, 1]]]));
    follower.assigner!.rebalancing();
    expect(owned(await follower.join())).toEqual(new Map([['one', [1]]]));
    // The next try of the same rebalance.
    expect(owned(await follower.join())).toEqual(new Map([['one', [1]]]));
  });
});

test('a member that was away does not get back what others have by now', async () => {
  const group = new Group({ one: 4 });
  const away = new Member(group, 'a', ['one']);
  new Member(group, 'b', ['one']);
  expect(await group.rebalance()).toEqual({ a: { one: [0, 1] }, b: { one: [2, 3] } });
  group.members.delete('a');
  new Member(group, 'c', ['one']);
  const without = await group.rebalance();
  expect(without).toEqual({ b: { one: [2, 3] }, c: { one: [0, 1] } });
  group.members.set('a', away);
  away.memberId = '';
  const again = await group.rebalance();
  for (const id of ['b', 'c']) for (const key of keys(again[id]!)) expect(keys(without[id]!)).toContain(key);
});

test('a new consumer of the same connector goes on with its partitions', async () => {
  const group = new Group({ one: 3 });
  const owned = new OwnedPartitions();
  new Member(group, 'b', ['one'], { owned });
  expect(await group.rebalance()).toEqual({ b: { one: [0, 1, 2] } });
  new Member(group, 'a', ['one']);
  const { b } = await group.rebalance();
  group.members.delete('b');
  new Member(group, 'c', ['one'], { owned });
  expect((await group.rebalance())['c']).toEqual(b);
});

test('a damaged subscription gets nothing, and is told of', async () => {
  const group = new Group({ one: 2 });
  const leader = new Member(group, 'a', ['one']);
  const other = new Member(group, 'b', ['one'], { stock: true });
  other.join = async () => Buffer.from([0, 0, 0]);
  expect(await group.rebalance()).toEqual({ a: { one: [0, 1] }, b: {} });
  expect(leader.log).toEqual([expect.stringContaining('damaged subscription')]);
});

test('partition counts beyond all measure are not believed', async () => {
  const group = new Group({ mine: 1, theirs: 1 });
  new Member(group, 'leader', ['mine']);
  const other = new Member(group, 'other', ['theirs']);
  const join = other.join.bind(other);
  other.join = async () => {
    const bytes = await join();
    bytes.writeInt32BE(2 ** 31 - 1, bytes.length - 4);
    return bytes;
  };
  expect(await group.rebalance()).toEqual({ leader: { mine: [0] }, other: { theirs: [0] } });
});

test('topics that a foreign leader may have left unread are told of', async () => {
  const group = new Group({ one: 2 });
  const member = new Member(group, 'a', ['one']);
  await member.join();
  member.joined({}, false);
  member.joined({ one: [0] }, false, 'RoundRobinAssigner');
  member.joined({}, true, 'RoundRobinAssigner');
  expect(member.log).toEqual([]);
  member.joined({}, false, 'RoundRobinAssigner');
  member.assigner!.ignored(['two']);
  expect(member.log).toEqual([1, 2].map((): unknown => expect.stringContaining('so that no member reads them')));
});
