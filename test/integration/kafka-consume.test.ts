import { afterEach, describe, expect, test } from 'vitest';
import type { ConsumerHandle } from '../../host/kafka/handles.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { commit, committed, createTopic, flatten, logged, read, readFor, subject, values, withAdmin, write } from './kafka-client.ts';
import { sleep } from '../support/wait.ts';

const { servers } = sharedBroker();
const open: ConsumerHandle[] = [];
const { lines, ...kafka } = subject(servers);
const consumer: typeof kafka.consumer = async (options) => {
  const handle = await kafka.consumer(options);
  open.push(handle);
  return handle;
};
const names = (): { topic: string; group: string } => ({ topic: uniqueName('topic'), group: uniqueName('group') });
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `v${from + i}`);
const joined = (group: string): Promise<unknown> =>
  logged(lines, (line) => line.message === 'joined the consumer group' && line.fields['group'] === group);

afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

describe('from the beginning', () => {
  test('records written before are read in order', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 6));
    const records = await read(await consumer({ topics: [topic], group }), 6);
    expect(values(records)).toEqual(numbers(1, 6));
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('all partitions and all topics are read', async () => {
    const [one, two] = [names(), names()];
    await createTopic(servers, one.topic, 3);
    await createTopic(servers, two.topic);
    for (const partition of [0, 1, 2]) await write(servers, one.topic, numbers(partition * 2 + 1, partition * 2 + 2), partition);
    await write(servers, two.topic, numbers(1, 3));
    const records = await read(await consumer({ topics: [one.topic, two.topic], group: one.group }), 9);
    expect(values(records.filter(({ topic }) => topic === one.topic)).sort()).toEqual(numbers(1, 6));
    expect(values(records.filter(({ topic }) => topic === two.topic))).toEqual(numbers(1, 3));
  });
});

describe('not from the beginning', () => {
  test('only records written after open are read, also those before the group is joined', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 6));
    const handle = await consumer({ topics: [topic], group, fromBeginning: false });
    await write(servers, topic, numbers(7, 9));
    expect(values(await read(handle, 3))).toEqual(numbers(7, 9));
    expect(await readFor(handle, 300)).toEqual([]);
  });

  test('the start is committed before anything is handed out, so a restart skips nothing', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic, 2);
    await write(servers, topic, numbers(1, 6));
    const first = await consumer({ topics: [topic], group, fromBeginning: false });
    await logged(lines, ({ message, fields }) => message === 'partition starts at' && fields['topic'] === topic);
    await expect.poll(() => committed(servers, group, topic, 0), { timeout: 10_000 }).toBe(6);
    expect(await committed(servers, group, topic, 1)).toBe(0);
    await first.close();
    await write(servers, topic, numbers(7, 9));
    const second = await consumer({ topics: [topic], group, fromBeginning: false });
    expect(values(await read(second, 3))).toEqual(numbers(7, 9));
  });

  test('records that were not acknowledged come again after a rebalance, and none is skipped', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic, 2);
    await write(servers, topic, ['old']);
    const first = await consumer({ topics: [topic], group, fromBeginning: false });
    await joined(group);
    await write(servers, topic, numbers(1, 2), 0);
    await write(servers, topic, numbers(3, 4), 1);
    expect(values(await read(first, 4)).sort()).toEqual(numbers(1, 4));
    const second = await consumer({ topics: [topic], group, fromBeginning: false });
    const again: (string | null)[] = [];
    const deadline = Date.now() + 20_000;
    while (again.length < 4 && Date.now() < deadline) {
      for (const handle of [first, second]) again.push(...values(flatten(await handle.poll(100, 1 << 20, 100))));
    }
    expect(again.sort()).toEqual(numbers(1, 4));
  });
});

describe('resume offsets', () => {
  test('ahead of the commit they are where a partition starts, and are committed', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 6));
    const first = await consumer({ topics: [topic], group });
    await commit(first, (await read(first, 6)).slice(0, 2));
    await first.close();
    expect(await committed(servers, group, topic)).toBe(2);
    const second = await consumer({ topics: [topic], group, resume: [{ topic, partition: 0, nextOffset: 4n }] });
    expect(values(await read(second, 2))).toEqual(numbers(5, 6));
    expect(await committed(servers, group, topic)).toBe(4);
  });

  test('behind the commit they change nothing', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 6));
    const first = await consumer({ topics: [topic], group });
    await commit(first, (await read(first, 6)).slice(0, 4));
    await first.close();
    const second = await consumer({ topics: [topic], group, resume: [{ topic, partition: 0, nextOffset: 1n }] });
    expect(values(await read(second, 2))).toEqual(numbers(5, 6));
  });

  test('for a partition without a commit they beat the rule for the beginning', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 6));
    const handle = await consumer({ topics: [topic], group, fromBeginning: false, resume: [{ topic, partition: 0, nextOffset: 3n }] });
    expect(values(await read(handle, 3))).toEqual(numbers(4, 6));
  });

  test('beyond the end they are refused aloud', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 3));
    const handle = await consumer({ topics: [topic], group, resume: [{ topic, partition: 0, nextOffset: 1000n }] });
    expect(values(await read(handle, 3))).toEqual(numbers(1, 3));
    const line = lines.find(({ message, fields }) => message.startsWith('the position is beyond the end') && fields['topic'] === topic);
    expect(line).toMatchObject({ level: 'error', fields: { partition: '0', expectedOffset: '1000', endOffset: '3' } });
  });
});

describe('polling', () => {
  test('never gives more records or bytes than asked, and everything in the end', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic, 2);
    await write(
      servers,
      topic,
      Array.from({ length: 500 }, (_, i) => `${i}-${'x'.repeat(100)}`),
      0,
    );
    await write(
      servers,
      topic,
      Array.from({ length: 500 }, (_, i) => `${i}-${'y'.repeat(100)}`),
      1,
    );
    const handle = await consumer({ topics: [topic], group });
    const records = [];
    while (records.length < 1000) {
      const fetched = await handle.poll(30, 2_000, 2_000);
      const batch = flatten(fetched);
      expect(batch.length).toBeLessThanOrEqual(30);
      if (batch.length > 1) expect(fetched.reduce((sum, { records: set }) => sum + set.records.length, 0)).toBeLessThanOrEqual(2_000);
      records.push(...batch);
    }
    for (const partition of [0, 1]) {
      expect(records.filter((record) => record.partition === partition).map(({ offset }) => offset)).toEqual(
        Array.from({ length: 500 }, (_, i) => i),
      );
    }
  });

  test('waits as long as asked, ends at once when woken, and a wake while no poll waits has no effect', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    const handle = await consumer({ topics: [topic], group });
    handle.wake();
    const start = Date.now();
    expect(await handle.poll(10, 1000, 300)).toEqual([]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(290);
    const woken = handle.poll(10, 1000, 60_000);
    setTimeout(() => handle.wake(), 50);
    expect(await woken).toEqual([]);
  });
});

describe('commits', () => {
  test('are on the broker when they resolve, and never go back', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 6));
    const handle = await consumer({ topics: [topic], group });
    const records = await read(handle, 6);
    await commit(handle, records.slice(0, 5));
    expect(await committed(servers, group, topic)).toBe(5);
    await commit(handle, records.slice(0, 2));
    expect(await committed(servers, group, topic)).toBe(5);
  });

  test('of an epoch that is over are ignored, also for partitions of another member now', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic, 2);
    await write(servers, topic, numbers(1, 5), 0);
    await write(servers, topic, numbers(6, 10), 1);
    const first = await consumer({ topics: [topic], group });
    const before = await read(first, 10);
    const second = await consumer({ topics: [topic], group });
    const again = await read(second, 5);
    const lost = again[0]!.partition;
    await commit(second, again);
    expect(await committed(servers, group, topic, lost)).toBe(5);
    // The broker would accept this commit: it checks the member, but not that the partition is the member's.
    await first.commit([{ topic, partition: lost, epoch: before[0]!.epoch, nextOffset: 1n }]);
    expect(await committed(servers, group, topic, lost)).toBe(5);
    const current = (await read(first, 5))[0]!.epoch;
    expect(current).toBeGreaterThan(before[0]!.epoch);
    await first.commit([{ topic, partition: lost, epoch: current, nextOffset: 2n }]);
    expect(await committed(servers, group, topic, lost)).toBe(5);
  });
});

describe('what is wrong with a topic', () => {
  test('a missing one is waited for, while the others flow', async () => {
    const [there, missing] = [names(), names()];
    await createTopic(servers, there.topic);
    await write(servers, there.topic, numbers(1, 3));
    const handle = await consumer({
      topics: [there.topic, missing.topic],
      group: there.group,
      fromBeginning: false,
      resume: [{ topic: there.topic, partition: 0, nextOffset: 0n }],
    });
    const records = await read(handle, 3);
    expect(values(records)).toEqual(numbers(1, 3));
    await commit(handle, records);
    await createTopic(servers, missing.topic);
    await write(servers, missing.topic, numbers(4, 6));
    expect(values(await read(handle, 3))).toEqual(numbers(4, 6));
  });

  test('with none there yet, open succeeds and the records come', async () => {
    const { topic, group } = names();
    const handle = await consumer({ topics: [topic], group });
    expect(await handle.poll(10, 1000, 100)).toEqual([]);
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 2));
    expect(values(await read(handle, 2))).toEqual(numbers(1, 2));
  });

  test('a name that Kafka refuses is a permanent error', async () => {
    const { group } = names();
    await expect(consumer({ topics: ['a b'], group })).rejects.toMatchObject({
      code: 'kafka.rejected',
      retryable: false,
      message: expect.stringContaining('INVALID_TOPIC_EXCEPTION'),
    });
  });

  test('an offset that the broker no longer has is reported, and what is still there is read', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 10));
    const first = await consumer({ topics: [topic], group });
    await commit(first, (await read(first, 10)).slice(0, 2));
    await first.close();
    await withAdmin(servers, async (admin) => {
      await admin.fetchTopicOffsets(topic); // kafkajs deletes only where it has metadata
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
    });
    const second = await consumer({ topics: [topic], group, fromBeginning: false });
    const records = await read(second, 4);
    expect(values(records)).toEqual(numbers(7, 10));
    const mine = lines.filter(({ fields, level }) => level === 'error' && fields['topic'] === topic);
    expect(mine.map(({ fields }) => [fields['expectedOffset'], fields['actualOffset']])).toEqual([
      ['2', undefined],
      ['2', '6'],
    ]);
    expect(mine[0]!.fields).toMatchObject({ partition: '0', earliestOffset: '6', endOffset: '10' });
    await commit(second, records);
    expect(await committed(servers, group, topic)).toBe(10);
  });

  test('a committed offset beyond the end (the topic was made anew) replays, and can be committed below the old one', async () => {
    const { topic, group } = names();
    await createTopic(servers, topic);
    await write(servers, topic, numbers(1, 10));
    const first = await consumer({ topics: [topic], group });
    await commit(first, await read(first, 10));
    await first.close();
    await withAdmin(servers, (admin) => admin.deleteTopics({ topics: [topic] }));
    await sleep(1_000);
    await createTopic(servers, topic);
    await withAdmin(servers, (admin) => admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '10' }] }));
    await write(servers, topic, numbers(1, 3));
    const second = await consumer({ topics: [topic], group, fromBeginning: false });
    const records = await read(second, 3);
    expect(values(records)).toEqual(numbers(1, 3));
    await commit(second, records);
    expect(await committed(servers, group, topic)).toBe(3);
  });
});

test('close is quick and leaves the group; afterwards calls are refused', async () => {
  const { topic, group } = names();
  await createTopic(servers, topic);
  await write(servers, topic, numbers(1, 3));
  const handle = await consumer({ topics: [topic], group });
  await read(handle, 3);
  await sleep(400); // a fetch waits at the broker
  const start = Date.now();
  await handle.close();
  await handle.close();
  expect(Date.now() - start).toBeLessThan(3_500);
  const { groups } = await withAdmin(servers, (admin) => admin.describeGroups([group]));
  expect(groups[0]!.members).toEqual([]);
  await expect(handle.poll(1, 1, 1)).rejects.toMatchObject({ code: 'cancelled' });
  await expect(handle.commit([])).rejects.toMatchObject({ code: 'cancelled' });
});
