import { expect, test } from 'vitest';
import { describeGroup, summarizeGroups } from '../../../../host/kafka/listing/groups.ts';
import type { Lister } from '../../../../host/kafka/listing/lister.ts';
import { fakeLister, fault, topicOf } from './fake-lister.ts';

const TOPICS = [topicOf('a', [1, 1]), topicOf('b', [1])];
const member = (clientId: string, assignment: Record<string, number[]> | null) => ({
  memberId: `${clientId}-1`,
  clientId,
  host: '/h',
  assignment,
});
const commit = (topic: string, partition: number, offset: bigint) => ({ topic, partition, offset, refusal: null });
const listing = (names: string[], fakes: Partial<Lister>): Lister =>
  fakeLister(TOPICS, { groups: async () => ({ names, refusals: [] }), ...fakes });

test('the lag is the sum over the committed partitions; an offset beyond the end has none', async () => {
  const lister = listing(['g'], {
    committed: async () => [commit('a', 0, 12n), commit('a', 1, 99n), commit('b', 0, 30n), commit('b', 0, -1n)],
  });
  expect(await summarizeGroups(lister)).toEqual({
    groups: [{ group: 'g', state: 'Empty', protocol: '', members: 0, lag: 18n, problem: null }],
    problems: [],
  });
});

test('a group that is refused says so in its row, and the others are complete', async () => {
  const lister = listing(['g', 'secret'], {
    describe: async (group) => {
      if (group === 'secret') throw fault('GROUP_AUTHORIZATION_FAILED');
      return { group, state: 'Stable', protocol: 'range', members: [member('c', { a: [0] })] };
    },
    committed: async (group) => (group === 'secret' ? [] : [commit('a', 0, 20n)]),
  });
  expect((await summarizeGroups(lister)).groups).toEqual([
    { group: 'g', state: 'Stable', protocol: 'range', members: 1, lag: 10n, problem: null },
    {
      group: 'secret',
      state: null,
      protocol: '',
      members: null,
      lag: null,
      problem: expect.stringContaining('GROUP_AUTHORIZATION_FAILED'),
    },
  ]);
});

test('a topic of the group that is refused, or deleted, is told, and the lag of the others counts', async () => {
  const topics = [...TOPICS, topicOf('hidden', [], { refusal: fault('TOPIC_AUTHORIZATION_FAILED') })];
  const lister = fakeLister(topics, {
    groups: async () => ({ names: ['g'], refusals: [] }),
    committed: async () => [commit('a', 0, 20n), commit('hidden', 0, 5n), commit('gone', 0, 5n)],
  });
  const { partitions, lag } = await describeGroup(lister, 'g');
  expect(lag).toBe(10n);
  expect(partitions.map(({ topic, committed, end, problem }) => [topic, committed, end, problem])).toEqual([
    ['a', 20n, 30n, null],
    ['gone', 5n, null, expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION')],
    ['hidden', 5n, null, expect.stringContaining('TOPIC_AUTHORIZATION_FAILED')],
  ]);
});

test('a partition that a member owns and that has no commit has no lag', async () => {
  const lister = listing(['g'], {
    describe: async (group) => ({
      group,
      state: 'Stable',
      protocol: 'range',
      members: [member('c', { a: [0, 1] }), member('connect', null)],
    }),
    committed: async () => [commit('a', 1, 20n)],
  });
  const { partitions } = await describeGroup(lister, 'g');
  expect(partitions.map(({ partition, committed, end, lag, owner }) => [partition, committed, end, lag, owner])).toEqual([
    [0, null, 30n, null, 'c'],
    [1, 20n, 30n, 10n, 'c'],
  ]);
});

test('a group of the protocol of KIP-848, which its coordinator calls dead here, is not called so', async () => {
  const dead = {
    describe: async (group: string) => ({ group, state: 'Dead', protocol: '', members: [] }),
    committed: async () => [commit('a', 0, 20n)],
  };
  expect(await describeGroup(listing(['g'], dead), 'g')).toMatchObject({
    state: null,
    members: null,
    lag: 10n,
    problem: expect.stringContaining('KIP-848'),
  });
});

test('brokers that do not list their groups are told beside the groups of the others', async () => {
  const lister = fakeLister(TOPICS, {
    groups: async () => ({ names: ['g'], refusals: [{ broker: 'h:1', refusal: fault('REQUEST_TIMED_OUT') }] }),
  });
  const { groups, problems } = await summarizeGroups(lister);
  expect(groups.map(({ group }) => group)).toEqual(['g']);
  expect(problems).toEqual([expect.stringMatching(/^the groups of broker h:1 are not known: REQUEST_TIMED_OUT/)]);
});
