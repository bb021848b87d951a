/** Where `source` and `pipe` end without `--follow`: at the ends of the partitions as they were, or with an error that names what is left. */
import { afterEach, describe, expect, it } from 'vitest';
import { sharedBroker, startBroker, uniqueName } from '../support/broker.ts';
import { limitConsumer } from '../support/client-quota.ts';
import { Topics } from '../support/topics.ts';
import { cli, type Finished } from '../unit/cli/spawned.ts';
import { plainKafka, read, subject, write } from './kafka-client.ts';

const { servers } = sharedBroker();
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function newTopic(at = servers, partitions = 1): Promise<string> {
  const topic = uniqueName('end');
  await new Topics(at).create(topic, partitions);
  return topic;
}
/** What `source` prints of the topic, on its way to the end. */
function source(topic: string, settings: Record<string, string> = {}, ...options: string[]): Promise<Finished> {
  const given = Object.entries({ servers, topics: topic, readFromBeginning: 'true', ...settings });
  return cli(['source', '-q', ...given.flatMap(([name, value]) => ['-c', `${name}=${value}`]), ...options]);
}
const COMMITTED = { isolationLevel: 'read_committed' };
const values = ({ lines }: Finished): string[] =>
  lines.map((line) => Buffer.from((JSON.parse(line) as { payload: { after: string } }).payload.after, 'base64').toString());

/** 400 kB in small batches: a quota lets no batch pass that is larger than what it grants in some ten seconds. */
async function fillForQuota(topic: string, clientID: string): Promise<void> {
  for (let from = 0; from < 400; from += 20) {
    const records = Array.from({ length: 20 }, (_, i) => `${from + i} `.padEnd(1_000, 'x'));
    await write(servers, topic, records);
  }
  await limitConsumer(servers, clientID, 20_000);
}

describe('reading without --follow', () => {
  it('reads everything under a quota that makes it wait for longer than most', async () => {
    const topic = await newTopic();
    const clientID = uniqueName('slow');
    await fillForQuota(topic, clientID);
    const run = await source(topic, { clientID });
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.lines).toHaveLength(400);
  });

  it('ends with 1 and says that it is throttled, where that lasts longer than --idle', async () => {
    const [topic, copy] = [await newTopic(), await newTopic()];
    const clientID = uniqueName('slow');
    await fillForQuota(topic, clientID);
    const from = ['--source', `servers=${servers}`, `topics=${topic}`, 'readFromBeginning=true', `clientID=${clientID}`];
    const run = await cli(['pipe', '-q', ...from, '--destination', `servers=${servers}`, `topic=${copy}`, '--idle', '3s']);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(
      /^kafka\.timeout: reading ended before the end of the topics, \d+ offsets are left: no progress for \d+ s \(--idle\)\. /m,
    );
    expect(run.err).toMatch(new RegExp(`Left: ${topic}/0 from offset \\d+ to 400 \\(the brokers throttle this client: a quota, `));
  });

  it('ends with 1 where another member of the group owns a partition and reads nothing of it', async () => {
    const topic = await newTopic();
    const group = uniqueName('group');
    await write(servers, topic, ['a', 'b', 'c']);
    const holder = await subject(servers).consumer({ topics: [topic], group });
    open.push(holder);
    expect(await read(holder, 3)).toHaveLength(3);
    const run = await source(topic, { groupID: group }, '--idle', '2s');
    expect(run).toMatchObject({ code: 1, out: '' });
    expect(run.err).toContain(`Left: ${topic}/0 from offset 0 to 3 (another member of group "${group}" owns it)`);
  });

  it('ends with 0 in each of two members of a group, which share the partitions', async () => {
    const topic = await newTopic(servers, 4);
    const group = uniqueName('group');
    for (const partition of [0, 1, 2, 3]) await write(servers, topic, [`a${partition}`, `b${partition}`], partition);
    const runs = await Promise.all([source(topic, { groupID: group }), source(topic, { groupID: group })]);
    expect(runs.map(({ code, err }) => [code, err])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(new Set(runs.flatMap(values)).size).toBe(8);
  });

  it('reads a topic that is named twice once, and ends', async () => {
    const topic = await newTopic();
    await write(servers, topic, ['a', 'b']);
    const run = await source(`${topic},${topic}`);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(values(run)).toEqual(['a', 'b']);
  });

  it('with read_committed ends with 0 at the last stable offset while a transaction is open', async () => {
    const topic = await newTopic();
    await write(servers, topic, ['a', 'b']);
    const producer = plainKafka(servers).producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    open.push({ close: () => producer.disconnect() });
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'c' }] });
    await write(servers, topic, ['d']);
    const start = performance.now();
    const run = await source(topic, COMMITTED);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(values(run)).toEqual(['a', 'b']);
    expect(performance.now() - start).toBeLessThan(15_000);
    await transaction.abort();
    const again = await source(topic, COMMITTED);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(values(again)).toEqual(['a', 'b', 'd']);
  });

  it('ends with 0 at the end of the log while a transaction is open, and reads what it has written', async () => {
    const topic = await newTopic();
    await write(servers, topic, ['a', 'b']);
    const producer = plainKafka(servers).producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    open.push({ close: () => producer.disconnect() });
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'c' }] });
    await write(servers, topic, ['d']);
    const start = performance.now();
    const run = await source(topic);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(values(run)).toEqual(['a', 'b', 'c', 'd']);
    expect(performance.now() - start).toBeLessThan(15_000);
    await transaction.abort();
    const again = await source(topic);
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(values(again)).toEqual(['a', 'b', 'c', 'd']);
  });

  // A cluster at KAFKA_SERVERS has the settings that it has.
  it.skipIf(process.env['KAFKA_PROVIDER'] === 'address')('ends with 1 and the reason where the group is full', async () => {
    const broker = await startBroker({ config: { 'group.max.size': '1' } });
    try {
      const topic = await newTopic(broker.servers);
      const group = uniqueName('group');
      await write(broker.servers, topic, ['a', 'b']);
      const holder = await subject(broker.servers).consumer({ topics: [topic], group });
      open.push(holder);
      expect(await read(holder, 2)).toHaveLength(2);
      const run = await source(topic, { servers: broker.servers, groupID: group }, '--idle', '2s');
      expect(run).toMatchObject({ code: 1, out: '' });
      expect(run.err).toMatch(
        new RegExp(`Left: ${topic}/0 from offset 0 to 2 \\(the consumer is not in its group: .*GROUP_MAX_SIZE_REACHED`),
      );
      await holder.close();
    } finally {
      await broker.close();
    }
  });
});
