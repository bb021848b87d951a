import kafkajsStock from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../unit/cli/spawned.ts';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import kafkajs from '../support/plain-kafkajs.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import { expectSoon } from '../support/wait.ts';
import { admin, filled, kafka, servers, settings, topic, useAdmin } from './support/cli-topics.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajsStock;
useAdmin();
const at = (...more: string[]): string[] => settings(`servers=${servers}`, ...more);
/** The line of a table that begins with this word, with single blanks. */
const row = (out: string, word: string): string | undefined =>
  out
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
    .find((line) => line.startsWith(`${word} `));
const resultOf = <T>(out: string): T => (JSON.parse(out) as { result: T }).result;

describe('topics', () => {
  it('lists each topic with partitions, replicas and records, and hides the internal ones', async () => {
    const name = await filled(7, 3);
    const run = await cli(['topics', ...at()]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(row(run.out, 'TOPIC')).toBe('TOPIC PARTITIONS REPLICAS RECORDS');
    expect(row(run.out, name)).toBe(`${name} 3 1 7`);
    expect(run.out).not.toContain('__consumer_offsets');
  });

  it('shows internal ones with --internal', async () => {
    const group = uniqueName('group');
    await admin.setOffsets({ groupId: group, topic: await topic(), partitions: [{ partition: 0, offset: '0' }] });
    expect((await cli(['topics', ...at(), '--internal'])).out).toMatch(/^__consumer_offsets /m);
  });

  it('gives numbers and names with --json', async () => {
    const name = await filled(7, 3);
    const run = await cli(['topics', ...at(), '--json']);
    const { topics } = resultOf<{ topics: { topic: string }[] }>(run.out);
    expect(topics.find((entry) => entry.topic === name)).toEqual({
      topic: name,
      internal: false,
      partitions: 3,
      replicas: 1,
      records: 7,
      problem: null,
    });
  });

  it('shows the partitions of one, with its earliest offset, end and last stable offset', async () => {
    const name = await filled(5);
    await admin.fetchTopicOffsets(name); // kafkajs deletes only where it has metadata
    await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: '2' }] });
    const producer = kafka.producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: name, messages: [{ value: 'open' }] });
    const run = await cli(['topics', name, ...at()]);
    await transaction.abort();
    await producer.disconnect();
    expect(run).toMatchObject({ code: 0, err: '' });
    const leader = (await admin.fetchTopicMetadata({ topics: [name] })).topics[0]!.partitions[0]!.leader;
    expect(row(run.out, 'PARTITION')).toBe('PARTITION LEADER REPLICAS IN-SYNC EARLIEST END LAST-STABLE');
    expect(row(run.out, '0')).toBe(`0 ${leader} ${leader} ${leader} 2 6 5`);
  });

  it('says with 2 that there is no such topic', async () => {
    const name = uniqueName('none');
    const run = await cli(['topics', name, ...at()]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(`config.invalid: there is no topic "${name}"`);
    expect(await admin.listTopics()).not.toContain(name);
  });
});

describe('groups', () => {
  it('lists each group with state, protocol, members and lag, and shows the members and partitions of one', async () => {
    const name = await filled(9, 2);
    const group = uniqueName('group');
    const consumer = kafka.consumer({ groupId: group });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic: name, fromBeginning: true });
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.run({ autoCommit: false, eachMessage: async () => undefined });
      await joined;
      const ends = (await admin.fetchTopicOffsets(name)).map(({ partition, high }) => ({ partition, high: Number(high) }));
      await consumer.commitOffsets([{ topic: name, partition: 0, offset: '1' }]);

      const lag0 = ends.find(({ partition }) => partition === 0)!.high - 1;
      const run = await cli(['groups', ...at()]);
      expect(run).toMatchObject({ code: 0, err: '' });
      expect(row(run.out, 'GROUP')).toBe('GROUP STATE PROTOCOL MEMBERS LAG');
      expect(row(run.out, group)).toBe(`${group} Stable RoundRobinAssigner 1 ${lag0}`);

      const one = await cli(['groups', group, ...at(), '--json']);
      expect(resultOf(one.out)).toMatchObject({
        group,
        state: 'Stable',
        lag: lag0,
        members: [{ clientId: 'kafkajs', host: expect.stringMatching(/^\//), partitions: { [name]: [0, 1] } }],
        partitions: [
          { topic: name, partition: 0, committed: 1, end: lag0 + 1, lag: lag0, owner: 'kafkajs' },
          { topic: name, partition: 1, committed: null, end: 9 - lag0 - 1, lag: null, owner: 'kafkajs' },
        ],
      });
      const text = (await cli(['groups', group, ...at()])).out;
      expect(row(text, 'TOPIC')).toBe('TOPIC PARTITION COMMITTED END LAG CLIENT');
      expect(row(text, `${name} 1`)).toBe(`${name} 1 - ${9 - lag0 - 1} - kafkajs`);
      expect(text).toMatch(new RegExp(`^kafkajs-[^ ]+ +kafkajs +/[^ ]+ +${name} 0,1$`, 'm'));
    } finally {
      await consumer.disconnect();
    }
    await expectSoon(async () => row((await cli(['groups', ...at()])).out, group)).toMatch(/ Empty - 0 /);
  });

  it('says with 2 that there is no such group', async () => {
    const name = uniqueName('none');
    const run = await cli(['groups', name, ...at()]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(`config.invalid: there is no group "${name}"`);
  });
});

describe('brokers', () => {
  it('lists the advertised addresses, the controller and the id of the cluster', async () => {
    const { clusterId, brokers } = await admin.describeCluster();
    const run = await cli(['brokers', ...at()]);
    expect(run).toMatchObject({ code: 0, err: '' });
    for (const { nodeId, host, port } of brokers) expect(row(run.out, String(nodeId))).toContain(`${nodeId} ${host}:${port}`);
    expect(run.out).toMatch(/ controller$/m);
    expect(run.out).toContain(`cluster id: ${clusterId}\n`);
    expect(resultOf((await cli(['brokers', ...at(), '--json'])).out)).toMatchObject({
      clusterId,
      brokers: expect.arrayContaining([
        expect.objectContaining({
          id: brokers[0]!.nodeId,
          rack: brokersAreNotOurs === null ? expect.stringMatching(/^rack-/) : expect.anything(),
          controller: expect.any(Boolean),
        }),
      ]),
    });
  });
});

describe.each(['topics', 'groups', 'brokers'])('%s', (command) => {
  it('takes the settings of a source and of a destination, and refuses an unknown one', async () => {
    for (const more of [
      ['topics=orders', 'groupID=g', 'sdk.batch.size=10'],
      ['topic=orders', 'acks=one', 'compression=zstd'],
    ])
      expect(await cli([command, '-q', ...at(...more)])).toMatchObject({ code: 0, err: '' });
    const run = await cli([command, ...at('clientId=x')]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(
      'config.invalid: the settings have 1 problem\n  "clientId": unrecognized parameter; did you mean "clientID"?',
    );
  });

  it('says what is wrong with the settings, and that no broker answers', async () => {
    const missing = await cli([command]);
    expect(missing).toMatchObject({ code: 2, out: '' });
    expect(missing.err).toContain('config.invalid: the settings have 1 problem\n');
    expect(missing.err).toContain('servers');
    expect(missing.err).not.toContain('topics');
    const nobody = await cli([command, ...settings('servers=127.0.0.1:1')]);
    expect(nobody).toMatchObject({ code: 3, out: '' });
    expect(nobody.err).toMatch(/^kafka\.unreachable: .*127\.0\.0\.1:1.*connection refused/m);
  }, 30_000);
});

describe.skipIf(brokersAreNotOurs !== null)(`for a user who may see a part${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  const [seen, hidden, group, secret] = ['seen', 'hidden', 'group', 'secret'].map((name) => uniqueName(name)) as [
    string,
    string,
    string,
    string,
  ];

  beforeAll(async () => {
    // The plaintext listener is for the administrator, the SASL listener for the user.
    broker = await startBroker({
      config: { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer', 'super.users': 'User:ANONYMOUS' },
    });
    const owner = new kafkajs.Kafka({ brokers: broker.servers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin();
    await owner.connect();
    await owner.createTopics({ topics: [{ topic: seen }, { topic: hidden }], waitForLeaders: true });
    for (const name of [group, secret]) {
      await owner.setOffsets({ groupId: name, topic: seen, partitions: [{ partition: 0, offset: '0' }] });
      await owner.setOffsets({ groupId: name, topic: hidden, partitions: [{ partition: 0, offset: '0' }] });
    }
    const user = { principal: `User:${broker.login!.username}`, host: '*', resourcePatternType: ResourcePatternTypes.LITERAL };
    const allow = { ...user, permissionType: AclPermissionTypes.ALLOW };
    await owner.createAcls({
      acl: [
        { ...allow, resourceType: AclResourceTypes.TOPIC, resourceName: seen, operation: AclOperationTypes.DESCRIBE },
        { ...allow, resourceType: AclResourceTypes.CLUSTER, resourceName: 'kafka-cluster', operation: AclOperationTypes.DESCRIBE },
        { ...allow, resourceType: AclResourceTypes.GROUP, resourceName: group, operation: AclOperationTypes.DESCRIBE },
      ],
    });
    await owner.disconnect();
  }, 120_000);
  afterAll(() => broker?.close());

  const as = (): string[] =>
    settings(
      `servers=${broker.saslServers}`,
      'saslMechanism=PLAIN',
      `saslUsername=${broker.login!.username}`,
      `saslPassword=${broker.login!.password}`,
    );

  it('topics lists what may be seen, and says of a topic that may not be seen that it may not', async () => {
    const run = await cli(['topics', ...as()]);
    expect(run.code).toBe(0);
    expect(row(run.out, seen)).toBe(`${seen} 1 1 0`);
    expect(run.out).not.toContain(hidden);
    const one = await cli(['topics', hidden, ...as()]);
    expect(one).toMatchObject({ code: 1, out: '' });
    expect(one.err).toMatch(/^kafka\.rejected: topic "hidden-.*" cannot be described: TOPIC_AUTHORIZATION_FAILED/m);
  });

  it('groups says in the row of a group what may not be seen, and lists the rest', async () => {
    const run = await cli(['groups', ...as()]);
    expect(run.code).toBe(0);
    expect(row(run.out, group)).toMatch(/ Empty - 0 /);
    // Kafka leaves out of the offsets of a group the topics that the user may not describe.
    expect(run.out).not.toContain(hidden);
    expect(row(run.out, secret)).toContain('- - - - GROUP_AUTHORIZATION_FAILED');
    const one = await cli(['groups', secret, ...as()]);
    expect(one).toMatchObject({ code: 1, out: '' });
    expect(one.err).toMatch(/^kafka\.rejected: group "secret-.*" cannot be described: GROUP_AUTHORIZATION_FAILED/m);
  });
});

describe('groups of a cluster that has never had one', () => {
  it('are looked for until the cluster is ready for groups', async () => {
    const broker = await startBroker();
    try {
      const group = uniqueName('group');
      const run = await cli(['groups', group, ...settings(`servers=${broker.servers}`)]);
      expect(run.err).not.toContain('COORDINATOR');
      expect(run.code).toBe(2);
      expect(run.err).toContain(group);
    } finally {
      await broker.close();
    }
  });
});
