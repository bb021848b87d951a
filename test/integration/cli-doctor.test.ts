import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../../host/kafka/doctor/check.ts';
import { sharedBroker, startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { advertisingDoor } from '../support/advertising-door.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import { Cli, cli } from '../unit/cli/spawned.ts';
import { createTopic, withAdmin } from './kafka-client.ts';
import { admin, filled, kafka, servers, settings, topic, useAdmin } from './support/cli-topics.ts';

const { sslServers, mtlsServers, misnamedServers, expiredServers, saslServers, tls, login } = sharedBroker();
const noListeners = skipped(tls === null ? 'the given cluster names no TLS and SASL listeners' : null);
useAdmin();

interface Outcome {
  code: number | null;
  checks: Check[];
  error: { code: string; message: string; check: string; of: string } | null;
  text: string;
}

async function doctor(side: 'source' | 'destination', ...pairs: string[]): Promise<Outcome> {
  const { code, out, err } = await cli(['doctor', side, '--json', ...settings(...pairs)]);
  const { result, error } = JSON.parse(out) as { result: { checks: Check[] }; error: Outcome['error'] };
  return { code, checks: result.checks, error, text: out + err };
}
const one = ({ checks }: Outcome, check: string): Check | undefined => checks.find((candidate) => candidate.check === check);
const failures = ({ checks }: Outcome): string[] => checks.filter(({ status }) => status === 'failed').map(({ check }) => check);

describe('doctor, where all is well', () => {
  it('passes a source whose topic exists, and joins no group', async () => {
    const name = await filled(3, 2);
    const group = uniqueName('group');
    const outcome = await doctor('source', `servers=${servers}`, `topics=${name}`, `groupID=${group}`);
    expect(outcome).toMatchObject({ code: 0, error: null });
    expect(one(outcome, 'topic')).toMatchObject({ of: name, status: 'ok', found: 'exists, 2 partitions' });
    expect(one(outcome, 'authorisation')).toMatchObject({ status: 'ok', found: 'the user may read' });
    expect(one(outcome, 'api versions')?.found).toMatch(/Produce \d+, Fetch \d+/);
    expect(one(outcome, 'group')).toMatchObject({ of: group, status: 'ok', found: 'does not exist yet' });
    const { groups } = await admin.listGroups();
    expect(groups.map(({ groupId }) => groupId)).not.toContain(group);
  });

  it('passes a destination, and neither creates its topic nor writes to it', async () => {
    const name = await topic();
    const there = await doctor('destination', `servers=${servers}`, `topic=${name}`);
    expect(there).toMatchObject({ code: 0, error: null });
    expect(one(there, 'authorisation')).toMatchObject({ status: 'ok', found: 'the user may write' });
    expect(one(there, 'batch size')).toMatchObject({ status: 'ok' });
    expect((await admin.fetchTopicOffsets(name))[0]).toMatchObject({ high: '0' });

    const missing = uniqueName('missing');
    expect(one(await doctor('destination', `servers=${servers}`, `topic=${missing}`), 'topic')).toMatchObject({
      status: 'warning',
      fix: 'create it',
    });
    expect(await admin.listTopics()).not.toContain(missing);
  });

  it('prints a line for each check, with the fix at its end', async () => {
    const { code, lines, err } = await cli(['doctor', 'source', ...settings(`servers=${servers}`, `topics=${uniqueName('missing')}`)]);
    expect(code).toBe(3);
    expect(lines.find((line) => line.startsWith('FAIL'))).toMatch(
      /^FAIL +topic +missing-.*: does not exist\. Fix: check the spelling of the name/,
    );
    expect(err).toContain('environment: topic of missing-');
    expect(lines.every((line) => /^(ok|warn|FAIL|-) /.test(line))).toBe(true);
  });

  it('prints each line when it is known, and ends with 0 on Ctrl-C', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const run = new Cli(['doctor', 'source', ...settings(`servers=127.0.0.1:${(silent.address() as AddressInfo).port}`, 'topics=any')]);
    await run.until('connects');
    run.process.kill('SIGINT');
    const { code, lines, err } = await run.done;
    silent.close();
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('stopped') });
    expect(lines.at(-1)).toMatch(/^ok +tcp /);
  });
});

describe('doctor, for a group', () => {
  it('tells lag and members, with the assignor that they agreed on', async () => {
    const name = await filled(5);
    const group = uniqueName('group');
    const source = [`servers=${servers}`, `topics=${name}`, `groupID=${group}`];
    await cli(['source', '-q', ...settings(...source, 'readFromBeginning=true'), '--limit', '2']);
    expect(one(await doctor('source', ...source), 'lag')).toMatchObject({ status: 'ok', found: '3 records' });

    const member = kafka.consumer({ groupId: group });
    await member.connect();
    await member.subscribe({ topics: [name] });
    const joined = new Promise<void>((resolve) => member.on('consumer.group_join', () => resolve()));
    await member.run({ autoCommit: false, eachMessage: async () => undefined });
    await joined;
    const outcome = await doctor('source', ...source);
    await member.disconnect();
    expect(one(outcome, 'group')).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/^Stable, 1 member by RoundRobinAssigner: kafkajs at /),
    });
    expect(outcome.code).toBe(0);
  });

  it('refuses one whose members use an assignor that it does not have', async () => {
    const name = await topic();
    const group = uniqueName('group');
    const foreign = kafka.consumer({
      groupId: group,
      partitionAssigners: [
        () => ({
          name: 'cooperative-sticky',
          version: 0,
          protocol: () => ({ name: 'cooperative-sticky', metadata: Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) }),
          assign: async ({ members }) => members.map(({ memberId }) => ({ memberId, memberAssignment: Buffer.alloc(10) })),
        }),
      ],
    });
    await foreign.connect();
    await foreign.subscribe({ topics: [name] });
    const joined = new Promise<void>((resolve) => foreign.on('consumer.group_join', () => resolve()));
    await foreign.run({ eachMessage: async () => undefined });
    await joined;
    const outcome = await doctor('source', `servers=${servers}`, `topics=${name}`, `groupID=${group}`);
    await foreign.disconnect();
    expect(one(outcome, 'group')).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('cooperative-sticky'),
      fix: expect.stringContaining('this client can sticky and RoundRobinAssigner'),
    });
    expect(outcome.code).toBe(3);
  });
});

describe('doctor, where something is wrong', () => {
  it('names wrong settings, and goes no further', async () => {
    const outcome = await doctor('source', 'servers=127.0.0.1:1', 'topicz=x');
    expect(outcome.code).toBe(3);
    expect(outcome.checks).toMatchObject([
      { check: 'settings', status: 'failed', found: expect.stringContaining('did you mean "topics"?') },
    ]);
  });

  it('tells the lag of the topics that exist beside one that does not', async () => {
    const name = await filled(4);
    const group = uniqueName('group');
    const reading = settings(`servers=${servers}`, `topics=${name}`, `groupID=${group}`, 'readFromBeginning=true');
    await cli(['source', '-q', ...reading, '--limit', '1']);
    const outcome = await doctor('source', `servers=${servers}`, `topics=${name},${uniqueName('missing')}`, `groupID=${group}`);
    expect(failures(outcome)).toEqual(['topic']);
    expect(one(outcome, 'lag')).toMatchObject({ status: 'ok', found: '3 records' });
  });

  it('names a host that does not exist and a port where nothing listens, and still checks a server that answers', async () => {
    const name = await topic();
    const outcome = await doctor('source', `servers=no-such-host.invalid:9092,127.0.0.1:1,${servers.split(',')[0]}`, `topics=${name}`);
    expect(outcome.checks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'name', of: 'no-such-host.invalid:9092', status: 'failed', fix: expect.stringContaining('DNS') }),
        expect.objectContaining({
          check: 'tcp',
          of: '127.0.0.1:1',
          status: 'failed',
          found: expect.stringContaining('connection refused'),
        }),
        expect.objectContaining({ check: 'topic', of: name, status: 'ok' }),
      ]),
    );
    expect(outcome).toMatchObject({ code: 3, error: { code: 'environment', check: 'name', of: 'no-such-host.invalid:9092' } });
  });

  it('names an advertised address that cannot be reached', async () => {
    const name = await topic();
    const door = await advertisingDoor(servers.split(',')[0]!, { host: 'no-such-host.invalid', port: 9092 });
    const outcome = await doctor('source', `servers=${door.address}`, `topics=${name}`);
    door.close();
    expect(one(outcome, 'advertised')).toMatchObject({
      of: 'no-such-host.invalid:9092',
      status: 'failed',
      fix: expect.stringContaining('advertised.listeners'),
    });
    expect(outcome.code).toBe(3);
  });
});

describe.skipIf(tls === null)(`doctor, for TLS and SASL${noListeners}`, () => {
  const source = (...pairs: string[]): Promise<Outcome> => doctor('source', `topics=${uniqueName('any')}`, ...pairs);
  const ca = `caCert=${tls?.caCert}`;

  it('shows the certificate of a broker, its issuer and its end', async () => {
    const outcome = await source(`servers=${sslServers}`, ca);
    expect(one(outcome, 'tls')?.found).toMatch(/^TLSv1\.\d, certificate of .+ by .+, valid until \d{4}-\d\d-\d\d/);
    expect(failures(outcome)).toEqual(['topic']);
  });

  it.each([
    ['an unknown CA', () => [`servers=${sslServers}`, 'tls.enabled=true'], 'tls', 'unknown authority'],
    ['another host name', () => [`servers=${misnamedServers}`, ca], 'tls', 'not valid for the host name'],
    ['an expired certificate', () => [`servers=${expiredServers}`, ca], 'tls', 'expired'],
    ['TLS against a plaintext listener', () => [`servers=${servers}`, ca], 'tls', 'turn TLS off'],
    ['no TLS against a TLS listener', () => [`servers=${sslServers}`], 'login', 'set tls.enabled to true'],
    ['no client certificate where one is demanded', () => [`servers=${mtlsServers}`, ca], 'login', 'check clientCert and clientKey'],
    ['no login where one is demanded', () => [`servers=${saslServers}`], 'login', 'is SASL missing?'],
    [
      'a wrong password',
      () => [`servers=${saslServers}`, 'saslMechanism=SCRAM-SHA-256', `saslUsername=${login?.username}`, 'saslPassword=not-this-one'],
      'login',
      'SASL SCRAM-SHA-256 login at ',
    ],
  ])('finds %s', async (_name, pairs, check, text) => {
    const outcome = await source(...pairs());
    expect(outcome.code).toBe(3);
    expect(failures(outcome)[0]).toBe(check);
    expect(outcome.error?.message).toContain(text);
    expect(outcome.checks.find(({ status }) => status === 'failed')?.fix).not.toBe('');
    expect(outcome.text).not.toContain('not-this-one');
  });

  it('warns of insecureSkipVerify', async () => {
    expect(one(await source(`servers=${sslServers}`, 'tls.enabled=true', 'insecureSkipVerify=true'), 'tls')).toMatchObject({
      status: 'warning',
    });
  });
});

describe.skipIf(login === null || brokersAreNotOurs !== null)(`doctor, for permissions${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  const name = uniqueName('acl');
  const hidden = uniqueName('hidden');
  const group = uniqueName('group');

  beforeAll(async () => {
    // The plaintext listener is for the administrator, the SASL listener for the user.
    broker = await startBroker({
      config: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
    });
    await createTopic(broker.servers, name);
    await createTopic(broker.servers, hidden);
    const allowed = { principal: `User:${login!.username}`, host: '*', permissionType: AclPermissionTypes.ALLOW };
    const literal = { resourcePatternType: ResourcePatternTypes.LITERAL };
    await withAdmin(broker.servers, (owner) =>
      owner.createAcls({
        acl: [{ ...allowed, ...literal, resourceType: AclResourceTypes.TOPIC, resourceName: name, operation: AclOperationTypes.READ }],
      }),
    );
  }, 120_000);
  afterAll(() => broker?.close());

  const as = (): string[] => [
    `servers=${broker.saslServers}`,
    'saslMechanism=PLAIN',
    `saslUsername=${login!.username}`,
    `saslPassword=${login!.password}`,
  ];

  it('says what the user may do with a topic, without trying it', async () => {
    const reading = await doctor('source', ...as(), `topics=${name}`);
    expect(one(reading, 'authorisation')).toMatchObject({ status: 'ok', found: 'the user may read' });
    const writing = await doctor('destination', ...as(), `topic=${name}`);
    expect(one(writing, 'authorisation')).toMatchObject({
      status: 'failed',
      found: 'the user may not write',
      fix: expect.stringContaining('WRITE'),
    });
    expect(writing.code).toBe(3);
  });

  it('names a topic and a group that the user may not see', async () => {
    const outcome = await doctor('source', ...as(), `topics=${hidden}`, `groupID=${group}`);
    expect(one(outcome, 'authorisation')).toMatchObject({
      of: hidden,
      status: 'failed',
      found: expect.stringContaining('TOPIC_AUTHORIZATION_FAILED'),
    });
    expect(one(outcome, 'group')).toMatchObject({ of: group, status: 'failed', found: 'the user may not use the group' });
  });
});
