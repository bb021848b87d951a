import { expect, test } from 'vitest';
import { describeTopic, summarizeTopics } from '../../../../host/kafka/listing/topics.ts';
import { fakeLister, fault, topicOf } from './fake-lister.ts';

test('each topic has the sum of its partitions, by name', async () => {
  const lister = fakeLister([topicOf('b', [1, 2]), topicOf('a', [1], { isInternal: true })]);
  expect(await summarizeTopics(lister)).toEqual([
    { topic: 'a', isInternal: true, partitions: 1, replicas: 2, records: 20n, problem: null },
    { topic: 'b', isInternal: false, partitions: 2, replicas: 2, records: 40n, problem: null },
  ]);
});

test('a topic that is refused, or has no leader, or whose leader does not answer, says so, and the others are complete', async () => {
  const topics = [
    topicOf('refused', [], { refusal: fault('TOPIC_AUTHORIZATION_FAILED') }),
    topicOf('headless', [1, -1]),
    topicOf('silent', [3]),
    topicOf('whole', [1]),
  ];
  const lister = fakeLister(topics, {
    offsets: async (partitions, kind) =>
      new Map(
        partitions.map(({ topic, partition, leader }) => [
          `${topic}/${partition}`,
          leader === 3 ? fault('REQUEST_TIMED_OUT') : kind === 'earliest' ? 10n : 30n,
        ]),
      ),
  });
  expect((await summarizeTopics(lister)).map(({ topic, records, problem }) => [topic, records, problem])).toEqual([
    ['headless', null, 'partition 1 has no leader'],
    ['refused', null, expect.stringContaining('TOPIC_AUTHORIZATION_FAILED')],
    ['silent', null, expect.stringContaining('REQUEST_TIMED_OUT')],
    ['whole', 20n, null],
  ]);
});

test('one topic has a row for each partition, also for one without a leader', async () => {
  const [first, second] = await describeTopic(fakeLister([topicOf('a', [1, -1])]), 'a');
  expect(first).toEqual({
    partition: 0,
    leader: 1,
    replicas: [1, 2],
    inSync: [1],
    earliest: 10n,
    end: 30n,
    lastStable: 25n,
    problem: null,
  });
  expect(second).toMatchObject({ leader: null, earliest: null, problem: 'partition 1 has no leader' });
});

test.each([
  ['does not exist', 'UNKNOWN_TOPIC_OR_PARTITION', 'config.invalid', 'there is no topic "a"'],
  ['may not be seen', 'TOPIC_AUTHORIZATION_FAILED', 'kafka.rejected', 'topic "a" cannot be described: TOPIC_AUTHORIZATION_FAILED'],
])('one topic that %s is an error', async (_what, type, code, text) => {
  const failure: unknown = await describeTopic(fakeLister([topicOf('a', [], { refusal: fault(type) })]), 'a').catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code, message: expect.stringContaining(text) });
});
