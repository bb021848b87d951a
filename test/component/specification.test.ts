import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Param, Specification } from '../../host/runtime/contract.ts';
import { problemsOf, startGuest, type Guest } from '../support/guest.ts';

let guest: Guest;
let spec: Specification;
beforeAll(async () => {
  guest = await startGuest();
  spec = await guest.specifier.specify();
});

const names = (params: Param[]) => params.map((p) => p.name);
const find = (params: Param[], name: string) => params.find((p) => p.name === name);
const TLS = ['tls.enabled', 'clientCert', 'clientKey', 'clientKeyPassword', 'caCert', 'insecureSkipVerify'];
const OAUTH = ['tokenEndpoint', 'clientID', 'clientSecret', 'scope', 'extensions', 'caCert'].map((name) => `oauth.${name}`);
const AWS = ['region', 'accessKeyID', 'secretAccessKey', 'sessionToken'].map((name) => `aws.${name}`);
const SASL = ['saslMechanism', 'saslUsername', 'saslPassword', ...OAUTH, ...AWS];
const CONNECTION = ['servers', 'clientID', 'connectionTimeout', 'requestTimeout', ...TLS, ...SASL];

test('the specification names the connector, and its version is the one in package.json', () => {
  const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
  expect(spec).toMatchObject({ name: 'kafka-wasm', version: `v${version}`, author: 'conduit-connector-kafka-wasm contributors' });
  expect(spec.summary).not.toBe('');
  expect(spec.description).not.toBe('');
});

test('the source describes its settings, connection first, sdk last', () => {
  expect(names(spec.sourceParams)).toEqual([
    ...CONNECTION,
    'topics',
    'topic',
    'topicsRegex',
    'topicsRefreshInterval',
    'groupID',
    'readFromBeginning',
    'retryGroupJoinErrors',
    'startTimestamp',
    'startOffsets',
    'sessionTimeout',
    'heartbeatInterval',
    'rebalanceTimeout',
    'isolationLevel',
    'fetchMinBytes',
    'fetchMaxBytes',
    'maxPartitionFetchBytes',
    'fetchMaxWait',
    'rackID',
    'tombstonesAsDeletes',
    'keepAllHeaders',
    'includeKafkaMetadata',
    'commitOffsetsSize',
    'commitOffsetsDelay',
    'keyFormat',
    'valueFormat',
    'onUndecodable',
    'schemaRegistry.url',
    'schemaRegistry.username',
    'schemaRegistry.password',
    'schemaRegistry.token',
    'sdk.batch.size',
    'sdk.batch.delay',
    'sdk.schema.extract.type',
    'sdk.schema.extract.key.enabled',
    'sdk.schema.extract.key.subject',
    'sdk.schema.extract.payload.enabled',
    'sdk.schema.extract.payload.subject',
    'sdk.schema.context.enabled',
    'sdk.schema.context.name',
  ]);
});

test('the destination describes its settings, connection first, sdk last', () => {
  expect(names(spec.destinationParams)).toEqual([
    ...CONNECTION,
    'topic',
    'createTopics',
    'createTopicPartitions',
    'createTopicReplicationFactor',
    'createTopicConfigs',
    'partition',
    'partitioner',
    'acks',
    'deliveryTimeout',
    'compression',
    'batchBytes',
    'writeHeaders',
    'sdk.record.format',
    'sdk.record.format.options',
    'deletesAsTombstones',
    'messageTimestamp',
    'keyFormat',
    'valueFormat',
    'keySchema',
    'valueSchema',
    'schemaRegistry.subjectStrategy',
    'schemaRegistry.autoRegister',
    'schemaRegistry.url',
    'schemaRegistry.username',
    'schemaRegistry.password',
    'schemaRegistry.token',
    'sdk.batch.size',
    'sdk.batch.delay',
    'sdk.rate.perSecond',
    'sdk.rate.burst',
    'sdk.schema.extract.key.enabled',
    'sdk.schema.extract.payload.enabled',
  ]);
});

describe.each(['source', 'destination'] as const)('%s', (side) => {
  const params = () => (side === 'source' ? spec.sourceParams : spec.destinationParams);

  test('every setting has a name that Conduit allows, once, and a trimmed description', () => {
    expect(new Set(names(params())).size).toBe(params().length);
    for (const p of params()) {
      expect(p.name).toMatch(/^[a-zA-Z0-9.]+$/);
      expect(p.description.trim()).toBe(p.description);
      expect(p.description).toMatch(/\.$/);
    }
  });
  test('exactly the certificates, the keys, the passwords and the tokens are secrets', () => {
    expect(names(params().filter((p) => p.secret))).toEqual([
      'clientCert',
      'clientKey',
      'clientKeyPassword',
      'caCert',
      'saslPassword',
      'oauth.clientSecret',
      'oauth.caCert',
      'aws.accessKeyID',
      'aws.secretAccessKey',
      'aws.sessionToken',
      'schemaRegistry.password',
      'schemaRegistry.token',
    ]);
  });
  test('exactly the sdk settings but those of the format are the host’s to implement', () => {
    const sdk = names(params()).filter((name) => name.startsWith('sdk.') && !name.startsWith('sdk.record.'));
    expect(names(params().filter((p) => p.hostImplemented))).toEqual(sdk);
  });
  test('the defaults are valid values of their own settings', async () => {
    const defaults = Object.fromEntries(
      params()
        .filter((p) => p.defaultValue !== '')
        .map((p) => [p.name, p.defaultValue]),
    );
    expect(await problemsOf(guest, side, { ...defaults, servers: 'a:1', ...(side === 'source' ? { topics: 'x' } : {}) })).toEqual([]);
  });
  test('each required setting is missed when it is not there', async () => {
    const required = params().filter((p) => p.validations.some((v) => v.kind === 'required'));
    expect(names(required)).toEqual(side === 'source' ? ['servers', 'topics'] : ['servers']);
    for (const missing of required) {
      const rest = Object.fromEntries(required.filter((p) => p !== missing).map((p) => [p.name, 'x']));
      expect(await problemsOf(guest, side, rest)).toEqual([
        { name: missing.name, reason: `error validating "${missing.name}": required parameter is not provided` },
      ]);
    }
  });
});

test.each([
  ['clientID', 'text', 'conduit-connector-kafka', []],
  ['saslMechanism', 'text', '', [{ kind: 'inclusion', operand: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER,AWS_MSK_IAM' }]],
  ['saslUsername', 'text', '', []],
  ['saslPassword', 'text', '', []],
  ['readFromBeginning', 'boolean', 'false', []],
  ['commitOffsetsSize', 'int', '1000', [{ kind: 'greater-than', operand: '-1' }]],
  ['commitOffsetsDelay', 'duration', '5s', []],
  ['retryGroupJoinErrors', 'boolean', 'true', []],
  ['sdk.schema.extract.type', 'text', 'avro', [{ kind: 'inclusion', operand: 'avro' }]],
  ['sdk.schema.extract.payload.enabled', 'boolean', 'false', []],
  ['sdk.batch.size', 'int', '0', [{ kind: 'greater-than', operand: '-1' }]],
])('source setting %s is as in the official connector', (name, kind, defaultValue, validations) => {
  expect(find(spec.sourceParams, name)).toMatchObject({ kind, defaultValue, validations });
});

test.each([
  ['topic', 'text', '{{ index .Metadata "opencdc.collection" }}', []],
  ['acks', 'text', 'all', [{ kind: 'inclusion', operand: 'none,one,all,0,1,-1' }]],
  ['deliveryTimeout', 'duration', '10s', []],
  ['compression', 'text', 'snappy', [{ kind: 'inclusion', operand: 'none,gzip,snappy,lz4,zstd' }]],
  ['batchBytes', 'int', '1000012', []],
  ['sdk.record.format', 'text', 'opencdc/json', []],
  ['sdk.rate.perSecond', 'float', '0', [{ kind: 'greater-than', operand: '-1' }]],
  ['sdk.schema.extract.payload.enabled', 'boolean', 'true', []],
])('destination setting %s is as in the official connector or its first release', (name, kind, defaultValue, validations) => {
  expect(find(spec.destinationParams, name)).toMatchObject({ kind, defaultValue, validations });
});

test.each(['source', 'destination'] as const)(
  'AC-3: a %s that was configured but never opened tears down, any number of times',
  async (side) => {
    expect(await problemsOf(guest, side, { servers: 'a:1', ...(side === 'source' ? { topics: 'x' } : {}) })).toEqual([]);
    await guest[side].teardown();
    await guest[side].teardown();
    expect(guest.world.calls).toEqual([]);
  },
);
