/** What a member that joins or leaves costs the others: nothing that is acknowledged in time comes again, and nobody waits for long. */
import { afterEach, describe, expect, test } from 'vitest';
import { decodeRecords } from '../../host/conduit/record.ts';
import { encodeFrames } from '../../host/conduit/stream-message.ts';
import { createSource } from '../../host/connector.ts';
import { openConsumer } from '../../host/kafka/consume/consumer.ts';
import type { SessionTimes } from '../../host/kafka/consume/session-times.ts';
import type { ConsumerHandle } from '../../host/kafka/handles.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { sleep } from '../support/wait.ts';
import {
  commit,
  committed,
  createTopic,
  factoryOf,
  flatten,
  read,
  subject,
  values,
  write,
  type LogLine,
  type Read,
} from './kafka-client.ts';

const { servers } = sharedBroker();
const TIMES = { heartbeatIntervalMs: 200, maxWaitMs: 100 };
const teardowns: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const teardown of teardowns.splice(0).reverse()) await teardown();
});

async function filled(partitions: number, count: number): Promise<{ topic: string; group: string; sent: string[] }> {
  const [topic, group] = [uniqueName('topic'), uniqueName('group')];
  await createTopic(servers, topic, partitions);
  const numbers = Array.from({ length: count }, (_, number) => number);
  for (let partition = 0; partition < partitions; partition++)
    await write(
      servers,
      topic,
      numbers.map((number) => `p${partition}-${number}`),
      partition,
    );
  const sent = Array.from({ length: partitions }, (_, partition) => numbers.map((number) => `p${partition}-${number}`)).flat();
  return { topic, group, sent: sent.sort() };
}

async function member(topics: string[], group: string, times: Partial<SessionTimes> = {}): Promise<ConsumerHandle> {
  const { connection, lines } = subject(servers);
  const options = { topics, group, fromBeginning: true, resume: [] };
  const handle = await openConsumer(factoryOf({ connection, lines }), options, { times: { ...TIMES, ...times } });
  teardowns.push(() => handle.close());
  return handle;
}

describe('while records wait for their acknowledgements, a second source joins the group', () => {
  const run = async (topic: string, group: string, ackAfterMs: number, seen: string[]): Promise<LogLine[]> => {
    const lines: LogLine[] = [];
    const source = createSource({ log: (level, message, fields = {}) => lines.push({ level, message, fields }) });
    teardowns.push(() => source.teardown());
    const rarely = { commitOffsetsSize: '1000000', commitOffsetsDelay: '1h' };
    expect(await source.configure({ servers, topics: topic, groupID: group, readFromBeginning: 'true', ...rarely })).toEqual([]);
    await source.open(null);
    source.run(
      {
        batch: ({ data }) => {
          const records = decodeRecords(data);
          for (const { payload } of records) seen.push(Buffer.from(payload.after as Uint8Array).toString());
          setTimeout(() => source.ack(encodeFrames(records.map(({ position }) => position))), ackAfterMs);
          return true;
        },
        failed: (error) => seen.push(error.message),
      },
      { credit: { maxRecords: 200 } },
    );
    return lines;
  };

  test('each record is delivered once, although no commit is due', async () => {
    const { topic, group, sent } = await filled(4, 5_000);
    const seen: string[] = [];
    await run(topic, group, 800, seen);
    await expect.poll(() => seen.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(1_000);
    const second: string[] = [];
    const lines = await run(topic, group, 50, second);
    await write(servers, topic, ['p3-later'], 3);
    const joined = (): boolean => lines.some(({ message }) => message === 'joined the consumer group');
    await expect.poll(joined, { timeout: 20_000 }).toBe(true);
    await expect.poll(() => new Set([...seen, ...second]).size, { timeout: 20_000 }).toBe(sent.length + 1);
    await sleep(1_000);
    expect([...seen, ...second].sort()).toEqual([...sent, 'p3-later'].sort());
  });
});

describe('a member with records that are not committed', () => {
  test('loses its partitions when it has committed them: they are not delivered again, and nothing after them is skipped', async () => {
    const { topic, group, sent } = await filled(2, 500);
    const first = await member([topic], group);
    const records: Read[] = [];
    while (records.length < 300) records.push(...flatten(await first.poll(300, 1 << 20, 500)));
    const second = await member([topic], group);
    await sleep(1_500);
    // The rebalance waits: a record that is not polled yet is not delivered any more, and the poll says that its partition ends.
    const asked = await first.poll(1_000, 1 << 20, 0);
    expect(asked.map(({ records: { count } }) => count).every((count) => count === 0)).toBe(true);
    expect(asked.length).toBeGreaterThan(0);
    await commit(first, records);
    const rest: Read[] = [];
    for (const end = Date.now() + 30_000; rest.length + records.length < sent.length && Date.now() < end;) {
      for (const handle of [first, second]) {
        const more = flatten(await handle.poll(1_000, 1 << 20, 100));
        if (more.length === 0) continue;
        await commit(handle, more);
        rest.push(...more);
      }
    }
    expect(values([...records, ...rest]).sort()).toEqual(sent);
  });

  test('that never commits them holds the group up for 5 s at most, and they are delivered again', async () => {
    const { topic, group, sent } = await filled(1, 10);
    const first = await member([topic], group);
    expect(values(await read(first, 10)).sort()).toEqual(sent);
    const beganAt = performance.now();
    await member([topic], group);
    const again: string[] = [];
    while (again.length < 10 && performance.now() - beganAt < 40_000)
      again.push(...values(flatten(await first.poll(1_000, 1 << 20, 100))).map(String));
    expect(performance.now() - beganAt).toBeLessThan(20_000);
    expect(again.sort()).toEqual(sent);
    expect(await committed(servers, group, topic)).toBe(-1);
  });

  test('is not held up by them when it is closed', async () => {
    const { topic, group } = await filled(1, 10);
    const first = await member([topic], group);
    await read(first, 10);
    await member([topic], group);
    await sleep(1_500);
    const beganAt = performance.now();
    await first.close();
    expect(performance.now() - beganAt).toBeLessThan(4_000);
  });
});

test('a topic that is created later does not repeat what is acknowledged in time', async () => {
  const { topic, group, sent } = await filled(1, 100);
  const later = uniqueName('later');
  const handle = await member([topic, later], group, { topicPollMs: 200 });
  const records = await read(handle, 100);
  expect(values(records).sort()).toEqual(sent);
  await createTopic(servers, later);
  await write(servers, later, ['new']);
  await sleep(1_000);
  await commit(handle, records);
  expect(values(await read(handle, 1))).toEqual(['new']);
});
