/** Consumers of one group that subscribe to the same, to different, or to overlapping topics. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, plainKafka, withAdmin, write } from './kafka-client.ts';
import { Member, settle, type Owners } from './support/group.ts';
import { sleep } from '../support/wait.ts';

const { servers } = sharedBroker();
const open: Member[] = [];
const newMember = (name: string, topics: readonly string[]): Member => {
  const member = new Member(name, topics);
  open.push(member);
  return member;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((member) => member.leave()));
});

async function createTopics(counts: readonly number[]): Promise<string[]> {
  const topics = counts.map((_, index) => uniqueName(`t${index}`));
  for (const [index, topic] of topics.entries()) await createTopic(servers, topic, counts[index]);
  return topics;
}

const producer = plainKafka(servers).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
beforeAll(() => producer.connect());
afterAll(() => producer.disconnect());

const partitionsOf = (topics: readonly string[], counts: readonly number[]): string[] =>
  topics.flatMap((topic, index) => Array.from({ length: counts[index]! }, (_, partition) => `${topic}/${partition}`));

/** Writes to every partition, and expects that subscribers read each record once. */
async function expectAllRead(members: readonly Member[], partitions: readonly string[], round: string): Promise<void> {
  const read = (): string[] =>
    members.flatMap(({ records }) => records.map(({ value }) => String(value))).filter((value) => value.startsWith(`${round} `));
  const sent = partitions.flatMap((key) => [1, 2, 3].map((number) => `${round} ${key} ${number}`));
  await producer.sendBatch({
    topicMessages: sent.map((value) => {
      const [, topic, partition] = /(\S+)\/(\d+) \d$/.exec(value)!;
      return { topic: topic!, messages: [{ value, partition: Number(partition) }] };
    }),
  });
  await expect.poll(() => read().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(sent.length);
  await sleep(200);
  expect(read().sort()).toEqual(sent.sort());
  for (const { topics, records } of members) expect(records.filter(({ topic }) => !topics.includes(topic))).toEqual([]);
}

const moved = (before: Owners, after: Owners): string[] => Object.keys(before).filter((key) => after[key] !== before[key]);

test('two members with different topics each read all of their own', async () => {
  const topics = await createTopics([1, 1]);
  const group = uniqueName('group');
  for (const topic of topics)
    await write(
      servers,
      topic,
      Array.from({ length: 10 }, (_, number) => `v${number}`),
    );
  const members = topics.map((topic, index) => newMember(`m${index}`, [topic]));
  for (const member of members) await member.join(servers, group);
  await expect.poll(() => members.map(({ records }) => records.length), { timeout: 20_000 }).toEqual([10, 10]);
  await sleep(300);
  expect(members.map(({ records }) => records.length)).toEqual([10, 10]);
});

const PATTERNS: { name: string; counts: number[]; subscriptions: number[][] }[] = [
  {
    name: 'equal subscriptions',
    counts: [3, 2, 2],
    subscriptions: [
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ],
  },
  { name: 'disjoint subscriptions', counts: [3, 1, 2, 2], subscriptions: [[0], [1], [2], [3]] },
  {
    name: 'overlapping subscriptions',
    counts: [3, 2, 2, 1],
    subscriptions: [
      [0, 1],
      [1, 2],
      [2, 3, 0],
      [3, 0],
    ],
  },
];
/** Orders in which members join and leave: all of them for two and three members, some for four. */
const ORDERS: Record<number, { joins: string; leaves: string }[]> = {
  2: ['01', '10'].flatMap((joins) => ['01', '10'].map((leaves) => ({ joins, leaves }))),
  3: ['012', '021', '102', '120', '201', '210'].map((joins, index, orders) => ({ joins, leaves: orders[(index * 5 + 2) % 6]! })),
  4: [
    { joins: '0123', leaves: '0123' },
    { joins: '3210', leaves: '3102' },
    { joins: '2031', leaves: '1320' },
  ],
};

describe.each(PATTERNS)('$name', ({ name, counts, subscriptions }) => {
  for (const size of [2, 3, 4]) {
    test.each(ORDERS[size]!)(`of ${size} members that join as $joins and leave as $leaves: every record is read once`, async (order) => {
      const topics = await createTopics(counts);
      const group = uniqueName('group');
      const all = partitionsOf(topics, counts);
      const members = Array.from({ length: size }, (_, index) =>
        newMember(
          `m${index}`,
          subscriptions[index]!.map((topic) => topics[topic]!),
        ),
      );
      const wanted = (present: readonly Member[]): string[] =>
        all.filter((key) => present.some((member) => member.topics.includes(key.split('/')[0]!)));
      let present: Member[] = [];
      let before: Owners = {};
      for (const [step, index] of [...order.joins].entries()) {
        const joining = members[Number(index)]!;
        present = [...present, joining];
        const after = await settle(present, wanted(present), () => joining.join(servers, group));
        const changes = moved(before, after);
        // Where subscriptions overlap, a chain of moves may even out the loads.
        if (name !== 'overlapping subscriptions') expect(changes.filter((key) => after[key] !== joining.name)).toEqual([]);
        if (name === 'equal subscriptions' && step > 0) expect(changes.length).toBe(Math.floor(all.length / present.length));
        before = after;
        await expectAllRead(members, wanted(present), `join ${step}`);
      }
      for (const [step, index] of [...order.leaves].slice(0, -1).entries()) {
        const leaving = members[Number(index)]!;
        present = present.filter((member) => member !== leaving);
        const after = await settle(present, wanted(present), () => leaving.leave());
        const left = Object.fromEntries(Object.entries(before).filter(([, owner]) => owner !== leaving.name));
        if (name !== 'overlapping subscriptions') expect(moved(left, after)).toEqual([]);
        before = after;
        await expectAllRead(members, wanted(present), `leave ${step}`);
      }
    });
  }
});

describe('a topic that only another member reads', () => {
  test.each(['leader', 'follower'])('and that grows while the %s reads it is read with its new partitions', async (reader) => {
    const [mine, theirs] = await createTopics([1, 1]);
    const group = uniqueName('group');
    const members = [newMember('leader', [mine!]), newMember('follower', [theirs!])];
    const grows = reader === 'leader' ? mine! : theirs!;
    for (const [index, member] of members.entries()) {
      const present = members.slice(0, index + 1);
      const owned = present.map(({ topics }) => `${topics[0]}/0`);
      await settle(present, owned, () => member.join(servers, group, { metadataMaxAgeMs: 500 }));
    }
    const all = [`${mine}/0`, `${theirs}/0`, `${grows}/1`, `${grows}/2`];
    await settle(members, all, () =>
      withAdmin(servers, async (admin) => {
        await admin.createPartitions({ topicPartitions: [{ topic: grows, count: 3 }] });
      }),
    );
    await expectAllRead(members, all, 'grown');
  });
});

describe('with members that speak only the protocol of kafkajs', () => {
  const stock = async (group: string, topic: string): Promise<{ values: string[]; close(): Promise<void> }> => {
    const consumer = plainKafka(servers).consumer({ groupId: group, heartbeatInterval: 200, maxWaitTimeInMs: 100 });
    const values: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
    await joined;
    return { values, close: () => consumer.disconnect() };
  };

  test('a leader of ours gives them their topics too, and looks after new partitions for them', async () => {
    const [mine, theirs] = await createTopics([2, 2]);
    const group = uniqueName('group');
    for (const topic of [mine!, theirs!]) for (const partition of [0, 1]) await write(servers, topic, [`a${partition}`], partition);
    const member = newMember('ours', [mine!]);
    await member.join(servers, group, { metadataMaxAgeMs: 500 });
    await expect.poll(() => member.partitions, { timeout: 20_000 }).toEqual([`${mine}/0`, `${mine}/1`]);
    const other = await stock(group, theirs!);
    try {
      await expect.poll(() => other.values.toSorted(), { timeout: 20_000 }).toEqual(['a0', 'a1']);
      await expect.poll(() => member.records.length, { timeout: 20_000 }).toBe(2);
      await withAdmin(servers, (admin) => admin.createPartitions({ topicPartitions: [{ topic: theirs!, count: 3 }] }));
      await expect.poll(() => write(servers, theirs!, ['new'], 2).then(() => 'written', String), { timeout: 20_000 }).toBe('written');
      await expect.poll(() => other.values.filter((value) => value === 'new').length, { timeout: 20_000 }).toBeGreaterThan(0);
    } finally {
      await other.close();
    }
  });

  test.each([1, 2])(
    'a leader of theirs with %i partitions leaves topics of ours unread, which is told, until it has left',
    async (count) => {
      const [mine, theirs] = await createTopics([2, count]);
      const group = uniqueName('group');
      await write(servers, mine!, ['a'], 0);
      await write(servers, mine!, ['b'], 1);
      const other = await stock(group, theirs!);
      const member = newMember('ours', [mine!]);
      try {
        await member.join(servers, group);
        await expect
          .poll(() => member.lines.map(({ message }) => message).join(), { timeout: 20_000 })
          .toContain('so that no member reads them');
      } finally {
        await other.close();
      }
      await expect.poll(() => member.records.map(({ value }) => value).sort(), { timeout: 20_000 }).toEqual(['a', 'b']);
    },
  );

  test('a group moves on to the protocol that honours subscriptions when the last of them has left', async () => {
    const [mine] = await createTopics([2]);
    const group = uniqueName('group');
    const protocol = (): Promise<string> => withAdmin(servers, async (admin) => (await admin.describeGroups([group])).groups[0]!.protocol);
    const other = await stock(group, mine!);
    const member = newMember('ours', [mine!]);
    try {
      await member.join(servers, group);
      await expect.poll(() => member.partitions.length, { timeout: 20_000 }).toBe(1);
      expect(await protocol()).toBe('RoundRobinAssigner');
    } finally {
      await other.close();
    }
    await expect.poll(() => member.partitions.length, { timeout: 20_000 }).toBe(2);
    expect(await protocol()).toBe('sticky');
  });
});
