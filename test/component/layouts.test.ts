// The layouts and classes that tools/wit/ writes, against jco's own: a guest built with our glue (assembly/) sends and receives
// a distinct value in every field of every type, and jco's generated code reads and writes the other end.
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorKind } from '../../host/base/errors.ts';
import { staleFiles } from '../../tools/wit/generate.mjs';
import { readWorld } from '../../tools/wit/parse.mjs';
import { buildComponent } from '../support/component-build.ts';
import { type Call, type Guest, errorOf, problemsOf, startGuest } from '../support/guest.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
let folder: string;
let guest: Guest;
beforeAll(async () => {
  ({ folder } = await buildComponent({ config: 'test/component/assembly/asconfig.json', folder: 'dist/test/echo' }));
}, 300_000);
beforeEach(async () => {
  guest = await startGuest(undefined, folder);
});

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined) => new TextDecoder().decode(data);
const KINDS: ErrorKind[] = [
  'invalid-config',
  'invalid-position',
  'permission-denied',
  'timeout',
  'unavailable',
  'rejected',
  'limit-exceeded',
  'cancelled',
  'other',
];
const OFFSETS = [
  { topic: 't1', partition: 2147483647, nextOffset: -9223372036854775808n },
  { topic: '', partition: -2, nextOffset: 9007199254740993n },
];
const COMMITS = [
  { topic: 't1', partition: 2147483647, epoch: 4294967295, nextOffset: -9223372036854775808n },
  { topic: '', partition: -2, epoch: 1, nextOffset: 9007199254740993n },
];
const FORMATS = ['json', 'avro', 'json-schema', 'protobuf'] as const;
const SUBJECTS = ['topic-name', 'record-name', 'topic-record-name'] as const;
const registry = (isFull: boolean) => ({
  urls: ['http://a:1', 'https://ż/✓'],
  login: isFull ? { username: 'ü', passwordRef: 'password' } : undefined,
  tokenRef: 'token',
  tls: isFull
    ? { clientCertRef: 'cert', clientKeyRef: 'key', clientKeyPasswordRef: 'key password', caCertRef: 'ca', insecureSkipVerify: true }
    : undefined,
});
const SERVERS = ['a:1', '', 'zażółć:3 😀'];

test('every generated file that is committed fits the WIT (else run `make generate`)', () => {
  expect(staleFiles()).toEqual([]);
});

test('these are the records, enums and variants of the world, and the tests below have a value for each field and case', () => {
  const found: Record<string, string[]> = {};
  for (const [name, { types }] of readWorld(path.join(ROOT, 'wit'), 'kafka-connector').interfaces)
    for (const [type, shape] of types) {
      if (shape.kind === 'record') found[`${name}.${type}`] = shape.fields!.map((f) => f.name);
      if (shape.kind === 'enum' || shape.kind === 'variant') found[`${name}.${type}`] = shape.cases!.map((c) => c.name);
    }
  expect(found).toEqual({
    'conduit:connector/errors@0.1.0.invalid-param': ['name', 'reason'],
    'conduit:connector/errors@0.1.0.error-kind': KINDS,
    'conduit:connector/errors@0.1.0.error': ['kind', 'text', 'code'],
    'conduit:connector/log@0.1.0.level': ['trace', 'debug', 'info', 'warn', 'error'],
    'conduit:connector/specifier@0.1.0.param-type': ['text', 'int', 'float', 'boolean', 'file', 'duration'],
    'conduit:connector/specifier@0.1.0.validation-kind': ['required', 'greater-than', 'less-than', 'inclusion', 'exclusion', 'regex'],
    'conduit:connector/specifier@0.1.0.validation': ['kind', 'operand'],
    'conduit:connector/specifier@0.1.0.param': [
      'name',
      'description',
      'default-value',
      'kind',
      'validations',
      'secret',
      'host-implemented',
    ],
    'conduit:connector/specifier@0.1.0.specification': [
      'name',
      'summary',
      'description',
      'version',
      'author',
      'source-params',
      'destination-params',
    ],
    'conduit:connector/source@0.1.0.credit': ['max-records', 'max-bytes', 'max-wait-ms'],
    'conduit:connector/source@0.1.0.batch': ['data', 'count', 'last-position'],
    'conduit:kafka/types@0.1.0.connection': ['servers', 'client-id', 'tls', 'sasl', 'timeouts'],
    'conduit:kafka/types@0.1.0.timeouts': ['connect-ms', 'request-ms'],
    'conduit:kafka/types@0.1.0.tls': [
      'client-cert-ref',
      'client-key-ref',
      'client-key-password-ref',
      'ca-cert-ref',
      'insecure-skip-verify',
    ],
    'conduit:kafka/types@0.1.0.sasl': ['plain', 'scram-sha256', 'scram-sha512', 'oauthbearer', 'aws-msk-iam'],
    'conduit:kafka/types@0.1.0.password-login': ['username', 'password-ref'],
    'conduit:kafka/types@0.1.0.oauth-client': ['token-endpoint', 'client-id', 'client-secret-ref', 'scope', 'extensions', 'ca-cert-ref'],
    'conduit:kafka/types@0.1.0.sasl-extension': ['name', 'value'],
    'conduit:kafka/types@0.1.0.aws-credentials': ['region', 'access-key-id-ref', 'secret-access-key-ref', 'session-token-ref'],
    'conduit:kafka/types@0.1.0.partition-offset': ['topic', 'partition', 'next-offset'],
    'conduit:kafka/types@0.1.0.record-set': ['base-offset', 'base-timestamp', 'count', 'records', 'log-append-time', 'leader-epoch'],
    'conduit:kafka/types@0.1.0.data-format': [...FORMATS],
    'conduit:kafka/types@0.1.0.schema-registry': ['urls', 'login', 'token-ref', 'tls'],
    'conduit:kafka/types@0.1.0.decoding': ['key', 'value', 'registry', 'keep-undecodable'],
    'conduit:kafka/types@0.1.0.subject-strategy': [...SUBJECTS],
    'conduit:kafka/types@0.1.0.target': ['format', 'subject', 'schema'],
    'conduit:kafka/types@0.1.0.encoding': ['key', 'value', 'registry', 'auto-register'],
    'conduit:kafka/consumer@0.1.0.options': ['topics', 'group', 'from-beginning', 'resume', 'start', 'membership', 'fetching', 'decoding'],
    'conduit:kafka/consumer@0.1.0.start': ['offsets', 'timestamp'],
    'conduit:kafka/consumer@0.1.0.membership': ['session-timeout-ms', 'heartbeat-interval-ms', 'rebalance-timeout-ms'],
    'conduit:kafka/consumer@0.1.0.isolation': ['read-committed', 'read-uncommitted'],
    'conduit:kafka/consumer@0.1.0.fetching': ['isolation', 'min-bytes', 'max-bytes', 'max-partition-bytes', 'max-wait-ms', 'rack'],
    'conduit:kafka/consumer@0.1.0.topic': ['name', 'partitions'],
    'conduit:kafka/consumer@0.1.0.fetched': ['topic', 'partition', 'epoch', 'records'],
    'conduit:kafka/consumer@0.1.0.partition-commit': ['topic', 'partition', 'epoch', 'next-offset'],
    'conduit:kafka/producer@0.1.0.acks': ['none', 'leader', 'all'],
    'conduit:kafka/producer@0.1.0.compression': ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    'conduit:kafka/producer@0.1.0.options': [
      'acks',
      'compression',
      'max-batch-bytes',
      'delivery-timeout-ms',
      'partitioner',
      'creation',
      'encoding',
    ],
    'conduit:kafka/producer@0.1.0.partitioner': ['murmur2', 'crc32', 'round-robin', 'sticky'],
    'conduit:kafka/producer@0.1.0.topic-creation': ['partitions', 'replication-factor', 'configs'],
    'conduit:kafka/producer@0.1.0.topic-config': ['name', 'value'],
    'conduit:kafka/producer@0.1.0.outgoing': ['topic', 'partition', 'records'],
    'conduit:kafka/producer@0.1.0.send-failure': ['index', 'reason'],
    'wasi:clocks/wall-clock@0.2.6.datetime': ['seconds', 'nanoseconds'],
  });
});

test('a specification arrives whole', async () => {
  const types = ['text', 'int', 'float', 'boolean', 'file', 'duration'];
  const checks = ['regex', 'exclusion', 'inclusion', 'less-than', 'greater-than', 'required'];
  expect(await guest.specifier.specify()).toEqual({
    name: 'name ✓',
    summary: 'summary',
    description: 'description 😀',
    version: 'version',
    author: '',
    sourceParams: types.map((kind, i) => ({
      name: `name ${kind}`,
      description: `description ${i}`,
      defaultValue: `default ${i}`,
      kind,
      secret: i % 2 === 1,
      hostImplemented: i % 2 === 0,
      validations: checks.slice(0, i).map((check) => ({ kind: check, operand: `operand ${check}` })),
    })),
    destinationParams: [
      { name: "destination's", description: '', defaultValue: '', kind: 'text', validations: [], secret: false, hostImplemented: false },
    ],
  });
});

test.each(['source', 'destination'] as const)('the configuration of a %s goes in, its problems come out', async (side) => {
  expect(await problemsOf(guest, side, {})).toEqual([]);
  expect(await problemsOf(guest, side, { a: 'b' })).toEqual([]);
  const config = { refuse: '', zażółć: '😀', long: 'x'.repeat(100_000) };
  expect(await problemsOf(guest, side, config)).toEqual(Object.entries(config).map(([name, reason]) => ({ name, reason })));
});

describe('consumer', () => {
  const open = async (config: Record<string, string>, resume?: Uint8Array) => {
    await guest.source.configure(Object.entries(config));
    await guest.source.open(resume);
    return guest.world.last('consumer.open');
  };
  test('open: everything given', async () => {
    expect(await open({ tls: 'insecure', mechanism: '2' }, bytes('pozycja ✓'))).toEqual({
      name: 'consumer.open',
      connection: {
        servers: SERVERS,
        clientId: 'client',
        tls: {
          clientCertRef: 'cert',
          clientKeyRef: 'key',
          clientKeyPasswordRef: 'key password',
          caCertRef: 'ca',
          insecureSkipVerify: true,
        },
        sasl: { tag: 'scram-sha512', val: { username: 'ü', passwordRef: 'password' } },
        timeouts: { connectMs: 4294967295, requestMs: 1 },
      },
      options: {
        topics: ['t1', 't2 ✓'],
        group: 'group',
        fromBeginning: true,
        resume: OFFSETS,
        start: { offsets: OFFSETS, timestamp: -9223372036854775808n },
        membership: { sessionTimeoutMs: 4294967295, heartbeatIntervalMs: 1, rebalanceTimeoutMs: 4294967294 },
        fetching: {
          isolation: 'read-uncommitted',
          minBytes: 1,
          maxBytes: 4294967295,
          maxPartitionBytes: 2,
          maxWaitMs: 4294967294,
          rack: 'zażółć',
        },
      },
    });
    expect(guest.world.logs.at(-1)?.message).toBe('resume pozycja ✓');
  });
  test('open: nothing optional given', async () => {
    expect(await open({})).toEqual({
      name: 'consumer.open',
      connection: { servers: SERVERS, clientId: 'client', tls: undefined, sasl: undefined, timeouts: undefined },
      options: {
        topics: [],
        group: 'group',
        fromBeginning: false,
        resume: [],
        start: undefined,
        membership: undefined,
        fetching: undefined,
        decoding: undefined,
      },
    });
  });
  test('open: TLS without SASL, and SASL without TLS with each mechanism', async () => {
    expect((await open({ tls: 'verify' })).connection).toMatchObject({ tls: { insecureSkipVerify: false }, sasl: undefined });
    for (const [i, tag] of ['plain', 'scram-sha256', 'scram-sha512'].entries())
      expect((await open({ mechanism: String(i) })).connection).toMatchObject({ tls: undefined, sasl: { tag, val: { username: 'ü' } } });
    expect((await open({ mechanism: '3' })).connection.sasl).toEqual({
      tag: 'oauthbearer',
      val: {
        tokenEndpoint: 'https://ü',
        clientId: 'id',
        clientSecretRef: 'secret',
        scope: 'a b',
        extensions: [
          { name: 'x', value: '1' },
          { name: 'y', value: 'ü' },
        ],
        caCertRef: 'ca',
      },
    });
    expect((await open({ mechanism: '4' })).connection.sasl).toEqual({
      tag: 'aws-msk-iam',
      val: { region: 'eu', accessKeyIdRef: 'id', secretAccessKeyRef: 'key', sessionTokenRef: 'ü' },
    });
  });
  test('open: a start without a timestamp, and committed records', async () => {
    const { options } = await open({ start: 'offsets', isolation: '0' });
    expect(options).toMatchObject({ start: { offsets: [], timestamp: undefined }, fetching: { isolation: 'read-committed' } });
  });
  test('open: decoding of each format, with and without a registry and its parts', async () => {
    for (const [i, format] of FORMATS.entries())
      expect((await open({ decoding: String(i) })).options.decoding).toEqual({
        key: i === 0 ? undefined : format,
        value: FORMATS[3 - i],
        registry: i === 0 ? undefined : registry(i === 1),
        keepUndecodable: i === 2,
      });
  });
  test('log: every level, with fields; clock and randomness come from the host', async () => {
    await open({});
    expect(guest.world.logs.slice(0, 5)).toEqual(
      ['trace', 'debug', 'info', 'warn', 'error'].map((level) => ({
        level,
        message: `${level} ✓`,
        fields: [
          ['now', '1700000000005.0'],
          ['random', '1,2,3,4,5,6,7,8,1'],
        ],
      })),
    );
  });
  test('poll and read: credit, record sets and batch', async () => {
    await open({});
    expect(await guest.source.read({ maxRecords: 1, maxBytes: 2, maxWaitMs: 3 })).toBeUndefined();
    guest.world.fetched.push([
      {
        topic: 'zażółć',
        partition: 2147483647,
        epoch: 4294967295,
        records: {
          baseOffset: 9223372036854775807n,
          baseTimestamp: -1n,
          count: 4294967294,
          records: bytes('dane'),
          logAppendTime: true,
          leaderEpoch: -2147483648,
        },
      },
      {
        topic: '',
        partition: -1,
        epoch: 0,
        records: {
          baseOffset: -9223372036854775808n,
          baseTimestamp: 2n ** 53n + 1n,
          count: 0,
          records: new Uint8Array(0),
          logAppendTime: false,
        },
      },
    ]);
    const batch = await guest.source.read({ maxRecords: 4294967295, maxBytes: 4294967294, maxWaitMs: 4294967293 });
    expect(guest.world.last('consumer.poll')).toEqual({
      name: 'consumer.poll',
      maxRecords: 4294967295,
      maxBytes: 4294967294,
      maxWaitMs: 4294967293,
    });
    expect(text(batch?.data)).toBe(
      'zażółć 2147483647 4294967295 9223372036854775807 -1 4294967294 dane true -2147483648\n -1 0 -9223372036854775808 9007199254740993 0  false none\n',
    );
    expect(batch?.count).toBe(4294967295);
    expect(text(batch?.lastPosition)).toBe('4294967295 4294967294 4294967293');
  });
  test('list-topics and subscribe', async () => {
    guest.world.topics = [
      { name: 'zażółć', partitions: 4294967295 },
      { name: '', partitions: 0 },
    ];
    await open({});
    expect(await errorOf(guest.source.ack(bytes('topics')))).toEqual({ kind: 'other', text: 'zażółć 4294967295, 0' });
    expect(guest.world.last('consumer.subscribe')).toEqual({ name: 'consumer.subscribe', topics: ['t1', 't2 ✓'] });
  });
  test('commit', async () => {
    await open({});
    await guest.source.ack(bytes('x'));
    expect(guest.world.last('consumer.commit')).toEqual({ name: 'consumer.commit', offsets: COMMITS });
  });
});

describe('producer', () => {
  const open = async (config: Record<string, string>) => {
    await guest.destination.configure(Object.entries(config));
    await guest.destination.open();
    return guest.world.last('producer.open');
  };
  test('open: connection and options, each acks and compression', async () => {
    expect((await open({ tls: 'insecure', mechanism: '1' })).connection).toEqual({
      servers: SERVERS,
      clientId: 'client',
      tls: { clientCertRef: 'cert', clientKeyRef: 'key', clientKeyPasswordRef: 'key password', caCertRef: 'ca', insecureSkipVerify: true },
      sasl: { tag: 'scram-sha256', val: { username: 'ü', passwordRef: 'password' } },
      timeouts: { connectMs: 4294967295, requestMs: 1 },
    });
    for (const [i, acks] of ['none', 'leader', 'all'].entries())
      for (const [j, compression] of ['none', 'gzip', 'snappy', 'lz4', 'zstd'].entries())
        expect((await open({ acks: String(i), compression: String(j) })).options).toEqual({
          acks,
          compression,
          maxBatchBytes: 4294967295,
          deliveryTimeoutMs: 4294967294,
          partitioner: 'murmur2',
          creation: undefined,
          encoding: undefined,
        });
    for (const [i, partitioner] of ['murmur2', 'crc32', 'round-robin', 'sticky'].entries())
      expect((await open({ partitioner: String(i), creation: '' })).options).toMatchObject({
        partitioner,
        creation: {
          partitions: -2147483648,
          replicationFactor: 2147483647,
          configs: [
            { name: 'a ✓', value: '' },
            { name: '', value: 'b' },
          ],
        },
      });
  });
  test('open: encoding with each subject', async () => {
    for (const [i, subject] of SUBJECTS.entries())
      expect((await open({ encoding: String(i) })).options.encoding).toEqual({
        key: i === 0 ? undefined : { format: 'avro', subject: SUBJECTS[2 - i], schema: '' },
        value: { format: FORMATS[i + 1], subject, schema: 'schema ✓' },
        registry: registry(i === 1),
        autoRegister: i === 2,
      });
  });
  test('send: outgoing record sets and failures of each kind', async () => {
    await open({});
    const code = (i: number) => (i % 2 === 0 ? `code ${i} ✓` : undefined);
    guest.world.failures = KINDS.map((kind, i) => ({ index: 4294967295 - i, reason: { kind, text: `${kind} ✓`, code: code(i) } }));
    const failed = await guest.destination.write(bytes('dane'));
    expect(text(failed)).toBe(KINDS.map((kind, i) => `${4294967295 - i}|${kind}|${kind} ✓|${code(i) ?? 'no code'}\n`).join(''));
    const records = bytes('dane');
    expect(guest.world.last('producer.send').outgoing).toEqual([
      {
        topic: 'topic 0',
        partition: undefined,
        records: {
          baseOffset: -1n,
          baseTimestamp: 9223372036854775807n,
          count: 4294967295,
          records,
          logAppendTime: false,
          leaderEpoch: undefined,
        },
      },
      {
        topic: 'topic 1',
        partition: 2147483647,
        records: {
          baseOffset: -2n,
          baseTimestamp: 9223372036854775806n,
          count: 4294967294,
          records,
          logAppendTime: false,
          leaderEpoch: undefined,
        },
      },
      {
        topic: 'topic 2',
        partition: 0,
        records: { baseOffset: -3n, baseTimestamp: 9223372036854775805n, count: 4294967293, records, logAppendTime: true, leaderEpoch: 7 },
      },
    ]);
  });
});

describe('errors', () => {
  test('an error that the guest makes itself', async () => {
    await guest.source.configure([]);
    await guest.source.open(undefined);
    expect(await errorOf(guest.source.ack(new Uint8Array(0)))).toEqual({ kind: 'limit-exceeded', text: 'nothing ✓' });
  });
  const through: [Call['name'], (g: Guest) => Promise<unknown>][] = [
    ['consumer.open', (g) => g.source.open(undefined)],
    ['consumer.poll', (g) => g.source.read({ maxRecords: 1, maxBytes: 1, maxWaitMs: 1 })],
    ['consumer.commit', (g) => g.source.ack(bytes('x'))],
    ['consumer.list-topics', (g) => g.source.ack(bytes('topics'))],
    ['consumer.subscribe', (g) => g.source.ack(bytes('topics'))],
    ['consumer.close', (g) => g.source.teardown()],
    ['producer.open', (g) => g.destination.open()],
    ['producer.send', (g) => g.destination.write(bytes('x'))],
    ['producer.close', (g) => g.destination.teardown()],
  ];
  test.each(through)(
    'every kind of error passes through %s, with and without a code, also with an empty and a long text',
    async (name, call) => {
      for (const kind of KINDS)
        for (const [message, code] of [
          ['text ✓ 😀', 'kafka.rejected'],
          ['', ''],
          ['x'.repeat(5000), undefined],
        ] as const) {
          await guest.source.open(undefined);
          await guest.destination.open();
          guest.world.fail.set(name, { kind, text: message, code });
          expect(await errorOf(call(guest))).toEqual({ kind, text: message, code });
          guest.world.fail.clear();
        }
    },
  );
});

test('memory stays flat over ten thousand calls with lists, strings and errors', async () => {
  await guest.source.configure([['tls', 'insecure']]);
  await guest.source.open(undefined);
  const round = async (times: number) => {
    for (let i = 0; i < times; i++) {
      guest.world.fetched.push([
        {
          topic: 't',
          partition: 0,
          epoch: 1,
          records: { baseOffset: 0n, baseTimestamp: 0n, count: 1, records: new Uint8Array(1000), logAppendTime: false },
        },
      ]);
      await guest.source.read({ maxRecords: 1, maxBytes: 1, maxWaitMs: 1 });
      await errorOf(guest.source.ack(new Uint8Array(0)));
    }
    guest.world.calls.length = 0;
  };
  await round(500);
  const before = guest.memoryBytes();
  await round(4500);
  expect(guest.memoryBytes()).toBe(before);
});
