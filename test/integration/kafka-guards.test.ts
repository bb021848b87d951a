/** Faults of kafkajs that its callers do not see, and the host's guards against them; the outage tests cover more of them. */
import { afterEach, describe, expect, test } from 'vitest';
import { ConfirmedCommits } from '../../host/kafka/kafkajs/kafkajs-commit.ts';
import { openConsumer } from '../../host/kafka/consume/consumer.ts';
import type { ConsumerHandle } from '../../host/kafka/handles.ts';
import { numbered } from '../unit/kafka/sections.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { factoryOf, commit, committed, createTopic, plainKafka, read, readFor, subject, values, withAdmin, write } from './kafka-client.ts';
import { sleep } from '../support/wait.ts';

const { servers } = sharedBroker();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

async function filled(count: number, partitions = 1): Promise<{ topic: string; group: string; sent: string[] }> {
  const [topic, group] = [uniqueName('topic'), uniqueName('group')];
  await createTopic(servers, topic, partitions);
  const sent = numbered(count).map(({ value }) => value as string);
  if (count > 0) await write(servers, topic, sent);
  return { topic, group, sent };
}

test('a commit that kafkajs resolves while it stops is not believed', async () => {
  const { topic, group } = await filled(3);
  const consumer = plainKafka(servers).consumer({ groupId: group, maxWaitTimeInMs: 2_000 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const commits = new ConfirmedCommits(consumer, 5_000);
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
  await joined;
  await sleep(300);
  await commits.commit([{ topic, partition: 0, nextOffset: 1n }], () => true);
  expect(await committed(servers, group, topic)).toBe(1);
  const stopping = consumer.stop();
  // kafkajs says that this one is done:
  await consumer.commitOffsets([{ topic, partition: 0, offset: '2' }]);
  await expect(commits.commit([{ topic, partition: 0, nextOffset: 3n }], () => true)).rejects.toMatchObject({
    code: 'kafka.unreachable',
    message: expect.stringContaining('not committed'),
  });
  await stopping;
  await consumer.disconnect();
  expect(await committed(servers, group, topic)).toBe(1);
});

test('a TypeError while a batch is handled does not end the consumer for good', async () => {
  const { topic, group, sent } = await filled(10);
  await withAdmin(servers, (admin) => admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '2' }] }));
  await withAdmin(servers, async (admin) => {
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
  });
  let thrown = 0;
  const kafka = subject(servers, {
    // The log is the one thing in the handler that a test can make fail.
    log: (_level, message) => {
      if (message.startsWith('offset out of range: records between') && thrown++ === 0) throw new TypeError('injected');
    },
  });
  const handle = await kafka.consumer({ topics: [topic], group });
  open.push(handle);
  expect(values(await read(handle, 4, 30_000))).toEqual(sent.slice(6));
  expect(thrown).toBeGreaterThanOrEqual(2);
});

describe('a guest that does not poll', () => {
  test('is waited for within bounds and keeps its place in the group; nothing is lost or repeated', async () => {
    const { topic, group } = await filled(0, 2);
    const big = Array.from({ length: 300 }, (_, i) => `${i}:${'x'.repeat(1_000)}`);
    for (const partition of [0, 1])
      for (let at = 0; at < big.length; at += 50) await write(servers, topic, big.slice(at, at + 50), partition);
    const kafka = subject(servers);
    const factory = factoryOf(kafka);
    // The broker's shortest session; Kafka's default minimum is six seconds.
    const times = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 };
    const handle: ConsumerHandle = await openConsumer(
      factory,
      { topics: [topic], group, fromBeginning: true, resume: [] },
      { queue: { maxRecords: 100_000, maxBytes: 60_000 }, times },
    );
    open.push(handle);
    const first = await read(handle, 10);
    await sleep(8_000);
    const rest = await read(handle, 600 - first.length);
    const all = [...first, ...rest];
    expect(new Set(all.map(({ epoch }) => epoch))).toEqual(new Set([1]));
    for (const partition of [0, 1]) expect(values(all.filter((record) => record.partition === partition))).toEqual(big);
    // Only a member may commit, and an offset counts as committed only if the broker returns it.
    await commit(
      handle,
      all.filter(({ partition }) => partition === 0),
    );
    expect(await committed(servers, group, topic, 0)).toBe(300);
    expect(await readFor(handle, 500)).toEqual([]);
  });

  test('a rebalance does not wait for it', async () => {
    const { topic, group } = await filled(0, 2);
    for (const partition of [0, 1])
      for (let i = 0; i < 5; i++)
        await write(
          servers,
          topic,
          numbered(10, i * 10).map(({ value }) => value as string),
          partition,
        );
    const kafka = subject(servers);
    const factory = factoryOf(kafka);
    const options = { topics: [topic], group, fromBeginning: true, resume: [] };
    const stuck = await openConsumer(factory, options, { queue: { maxRecords: 10, maxBytes: 1_000 }, times: { heartbeatIntervalMs: 500 } });
    open.push(stuck);
    await read(stuck, 1);
    const second = await openConsumer(factory, options);
    open.push(second);
    expect(await read(second, 50, 15_000)).toHaveLength(50);
  });
});

test('a session without a sign of life is replaced, and the reading goes on', async () => {
  const { topic, group, sent } = await filled(5);
  const kafka = subject(servers);
  const factory = factoryOf(kafka);
  // A fetch waits longer than the watchdog does, so that every idle session looks dead.
  const handle = await openConsumer(
    factory,
    { topics: [topic], group, fromBeginning: true, resume: [] },
    { times: { maxWaitMs: 4_000, watchdogMs: 1_500 } },
  );
  open.push(handle);
  expect(values(await read(handle, 5))).toEqual(sent);
  await expect
    .poll(() => kafka.lines.some(({ fields }) => /no fetch and no heartbeat for \d+ ms/.test(fields['error'] ?? '')), { timeout: 15_000 })
    .toBe(true);
  expect(values(await read(handle, 5))).toEqual(sent);
});

test('a null header is written as null', async () => {
  const { topic, group } = await filled(0);
  const kafka = subject(servers);
  const producer = await kafka.producer();
  open.push(producer);
  // Length 10, attributes, two deltas, null key, value "v", one header "h" that is null.
  const records = Uint8Array.from([20, 0, 0, 0, 1, 2, 118, 2, 2, 104, 1]);
  expect(
    await producer.send([
      { topic, records: { baseOffset: 0n, baseTimestamp: BigInt(Date.now()), count: 1, records, logAppendTime: false } },
    ]),
  ).toEqual([]);
  const consumer = await kafka.consumer({ topics: [topic], group });
  open.push(consumer);
  expect(await read(consumer, 1)).toMatchObject([{ key: null, value: 'v', headers: [['h', null]] }]);
});
