/** `source` without a consumer group: from an offset, a time, the end, of some partitions. */
import kafkajsStock from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cli, cli } from '../unit/cli/spawned.ts';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import kafkajs from '../support/plain-kafkajs.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import { expectSoon } from '../support/wait.ts';
import { admin, after, kafka, read, servers, settings, topic, useAdmin } from './support/cli-topics.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajsStock;
useAdmin();
const producer = kafka.producer();
beforeAll(() => producer.connect());
afterAll(() => producer.disconnect());

const HOUR = 3_600_000;
const start = Date.now() - 10 * HOUR;
const at = (hours: number): string => new Date(start + hours * HOUR).toISOString();

/** In each partition P the records `P/0`, `P/1` and so on, one an hour from `start` on. */
async function hourly(count: number, partitions = 1): Promise<string> {
  const name = await topic(partitions);
  for (let partition = 0; partition < partitions; partition++) {
    const messages = Array.from({ length: count }, (_, n) => ({
      partition,
      value: `${partition}/${n}`,
      timestamp: String(start + n * HOUR),
    }));
    await producer.send({ topic: name, messages });
  }
  return name;
}
const source = (name: string, ...more: string[]) => cli(['source', '-q', ...settings(`servers=${servers}`, `topics=${name}`), ...more]);
const sorted = (lines: string[]): (string | null)[] => after(lines).toSorted();
/** `P/from` to `P/to`, both included. */
const run = (partition: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `${partition}/${from + n}`);

describe('source reads', () => {
  let one: string;
  let three: string;
  beforeAll(async () => {
    [one, three] = await Promise.all([hourly(8), hourly(8, 3)]);
  });

  it.each([
    ['from the earliest offset', ['--from', 'earliest'], run(0, 0, 7)],
    ['from the end, where nothing is', ['--from', 'latest'], []],
    ['from an offset', ['--from', '5'], run(0, 5, 7)],
    ['from the offset at the end, where nothing is', ['--from', '8'], []],
    ['from so many offsets before the end', ['--from', '-3'], run(0, 5, 7)],
    ['from before the beginning', ['--from', '-100'], run(0, 0, 7)],
    ['the last ones', ['--last', '2'], run(0, 6, 7)],
    ['from a time', ['--from', at(3)], run(0, 3, 7)],
    ['from a time between two records', ['--from', at(3.5)], run(0, 4, 7)],
    ['from a time behind the last one', ['--from', at(9)], []],
    ['from a duration ago', ['--from', '3.5h'], run(0, 7, 7)],
    ['until an offset', ['--from', '2', '--until', '5'], run(0, 2, 4)],
    ['until a time', ['--from', 'earliest', '--until', at(2)], run(0, 0, 1)],
    ['from a time until a time', ['--from', at(2), '--until', at(5)], run(0, 2, 4)],
    ['no more than --limit', ['--from', '2', '--limit', '3'], run(0, 2, 4)],
  ])('%s', async (_what, options, expected) => {
    const { code, lines } = await source(one, ...options);
    expect([code, after(lines)]).toEqual([0, expected]);
  });

  it.each([
    ['the last ones of each partition', ['--last', '2'], [...run(0, 6, 7), ...run(1, 6, 7), ...run(2, 6, 7)]],
    ['one partition', ['--partition', '1', '--from', '5'], run(1, 5, 7)],
    ['some partitions', ['--partition', '0,2', '--from', at(6)], [...run(0, 6, 7), ...run(2, 6, 7)]],
    ['one partition from its beginning, as the setting says', ['--partition', '2', '-c', 'readFromBeginning=true'], run(2, 0, 7)],
    ['each partition until a time', ['--from', 'earliest', '--until', at(1)], ['0/0', '1/0', '2/0']],
  ])('%s', async (_what, options, expected) => {
    const { code, lines } = await source(three, ...options);
    expect([code, sorted(lines)]).toEqual([0, expected]);
  });

  it('goes on from there with --follow, also in partitions that are made later', async () => {
    const name = await hourly(3);
    const follow = new Cli(['source', '-q', ...settings(`servers=${servers}`, `topics=${name}`), '--last', '1', '--follow']);
    await follow.until('"position"');
    await admin.createPartitions({ topicPartitions: [{ topic: name, count: 2 }] });
    await producer.send({ topic: name, messages: [{ partition: 0, value: 'new' }] });
    // The other producer's metadata is older than the partition.
    const later = kafka.producer();
    await later.connect();
    await later.send({ topic: name, messages: [{ partition: 1, value: 'in the new one' }] });
    await later.disconnect();
    await expectSoon(() => new Set(after(follow.out.split('\n').slice(0, -1)))).toEqual(new Set(['0/2', 'new']));
    // New partitions are noticed within 30 s.
    await expect.poll(() => new Set(after(follow.out.split('\n').slice(0, -1))), { timeout: 45_000 }).toContain('in the new one');
    follow.process.kill('SIGINT');
    expect((await follow.done).code).toBe(0);
  }, 60_000);

  it('no record of an aborted transaction, if the isolation level is read_committed', async () => {
    const name = await topic();
    const writer = kafka.producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await writer.connect();
    for (const value of ['aborted', 'committed']) {
      const transaction = await writer.transaction();
      await transaction.send({ topic: name, messages: [{ value }] });
      await (value === 'aborted' ? transaction.abort() : transaction.commit());
    }
    await writer.disconnect();
    const { code, lines } = await source(name, '--from', '0', '-c', 'isolationLevel=read_committed');
    expect([code, after(lines)]).toEqual([0, ['committed']]);
  });

  it('from the earliest offset, with an error, where the offset is deleted', async () => {
    const name = await hourly(5);
    await admin.fetchTopicOffsets(name); // kafkajs deletes only where it has metadata
    await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '2' }] });
    const { code, lines, err } = await source(name, '--from', '1');
    expect([code, after(lines)]).toEqual([0, run(0, 2, 4)]);
    expect(err).toMatch(/^error: offset out of range: .*expectedOffset=1 earliestOffset=2 endOffset=5/m);
  });

  it('and gives positions from which it goes on', async () => {
    const first = await source(one, '--from', '2', '--limit', '1');
    const { lines } = await source(one, '--position', read(first.lines)[0]!.position);
    expect(after(lines)).toEqual(run(0, 3, 7));
  });

  it('without a group: none is there while it reads, and none afterwards', async () => {
    const groups = async (): Promise<string[]> => (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    const name = await hourly(3);
    const follow = new Cli(['source', '-q', ...settings(`servers=${servers}`, `topics=${name}`), '--from', '0', '--follow']);
    await follow.until('"position"');
    const { GroupID: group } = JSON.parse(Buffer.from(read(follow.out.split('\n').slice(0, 1))[0]!.position, 'base64').toString()) as {
      GroupID: string;
    };
    expect(await groups()).not.toContain(group);
    follow.process.kill('SIGINT');
    expect((await follow.done).code).toBe(0);
    expect(await groups()).not.toContain(group);
  });
});

describe('source refuses', () => {
  it.each([
    ['an offset of several partitions', 3, ['--from', '5'], 'offset 5 is of one partition, and 3 are read: choose one of them'],
    ['an offset beyond the end', 1, ['--from', '9'], /there is no offset 9: partition 0 of topic ".*" ends before 8/],
    [
      'a partition that does not exist',
      3,
      ['--partition', '1,3', '--from', 'earliest'],
      /there is no partition 3: topic ".*" has the partitions 0 to 2/,
    ],
    ['a time that lies in the future', 1, ['--from', '2999-01-01'], 'it lies in the future'],
    ['what is no place', 1, ['--from', 'beginning'], 'expected earliest, latest, an offset'],
    ['a range in a group', 1, ['--from', 'earliest', '-c', 'groupID=g'], 'read without a consumer group: leave out the setting groupID'],
    [
      'two beginnings',
      1,
      ['--from', 'earliest', '-c', 'readFromBeginning=true'],
      'say where reading begins, and so does readFromBeginning: leave out the setting readFromBeginning',
    ],
    ['a time and a beginning', 1, ['--last', '1', '-c', 'startTimestamp=2026-11-25T00:00:00Z'], 'leave out the setting startTimestamp'],
    [
      'two beginnings of another kind',
      1,
      ['--from', '-1', '--last', '1'],
      "option '--last <count>' cannot be used with option '--from <place>'",
    ],
    ['an end of what is followed', 1, ['--until', '5', '--follow'], "option '--until <place>' cannot be used with option '--follow'"],
    ['a range behind a position', 1, ['--last', '1', '--position', '{}'], 'leave out --position'],
  ])('%s', async (_what, partitions, options, reason) => {
    const refused = await source(await hourly(8, partitions), ...options);
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/^config\.invalid: /);
    expect(refused.err).toMatch(reason);
  });

  it('a topic that does not exist', async () => {
    const { code, err } = await source(uniqueName('none'), '--from', '5');
    expect([code, err]).toEqual([2, expect.stringContaining('there is no topic')]);
  });
});

describe.skipIf(brokersAreNotOurs !== null)(`on a broker of its own, source${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  const name = uniqueName('range');
  const send = async (...values: string[]): Promise<void> => {
    const writer = new kafkajs.Kafka({ brokers: broker.servers.split(','), logLevel: kafkajs.logLevel.NOTHING }).producer();
    await writer.connect();
    await writer.send({ topic: name, messages: values.map((value) => ({ value })) });
    await writer.disconnect();
  };

  beforeAll(async () => {
    // The plaintext listener is for the administrator, the SASL listener for the user.
    broker = await startBroker({
      config: { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer', 'super.users': 'User:ANONYMOUS' },
    });
    const owner = new kafkajs.Kafka({ brokers: broker.servers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin();
    await owner.connect();
    await owner.createTopics({ topics: [{ topic: name }], waitForLeaders: true });
    const user = { principal: `User:${broker.login!.username}`, host: '*', resourcePatternType: ResourcePatternTypes.LITERAL };
    const read = { operation: AclOperationTypes.READ, permissionType: AclPermissionTypes.ALLOW };
    await owner.createAcls({ acl: [{ ...user, ...read, resourceType: AclResourceTypes.TOPIC, resourceName: name }] });
    await owner.disconnect();
    await send('a', 'b');
  }, 120_000);
  afterAll(() => broker?.close());

  const login = (): string[] =>
    settings(
      `servers=${broker.saslServers}`,
      `topics=${name}`,
      'saslMechanism=PLAIN',
      `saslUsername=${broker.login!.username}`,
      `saslPassword=${broker.login!.password}`,
    );

  it.each([
    ['--from', '0'],
    ['--last', '2'],
    ['-c', 'readFromBeginning=true'],
  ])('needs no permission for a group: %s %s', async (...options) => {
    expect(await cli(['source', '-q', ...login(), ...options])).toMatchObject({ code: 0, err: '' });
    const inGroup = await cli(['source', '-q', ...login(), '-c', 'groupID=g', '-c', 'readFromBeginning=true', '--idle', '100ms']);
    expect(inGroup).toMatchObject({ code: 1, out: '' });
  });

  it('goes on where it was when the broker comes back, and skips nothing', async () => {
    const follow = new Cli(['source', '-q', ...settings(`servers=${broker.servers}`, `topics=${name}`), '--from', '1', '--follow']);
    await follow.until('"position"');
    await broker.stop();
    await broker.start();
    await send('c', 'd');
    await expect.poll(() => [...new Set(after(follow.out.split('\n').slice(0, -1)))], { timeout: 60_000 }).toEqual(['b', 'c', 'd']);
    follow.process.kill('SIGINT');
    expect((await follow.done).code).toBe(0);
  }, 120_000);
});
