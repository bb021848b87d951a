/** Every setting of the Go connector, v0.12.5 and its first release: what is valid, what is not, and its text. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Specification } from '../../host/runtime/contract.ts';
import { ADDED_SETTINGS } from '../support/added-settings.ts';
import { problemsOf, startGuest, type Guest } from '../support/guest.ts';

let guest: Guest;
let specification: Specification;
beforeAll(async () => {
  guest = await startGuest();
  specification = await guest.specifier.specify();
});

type Side = 'source' | 'destination';
interface Row {
  name: string;
  valid: readonly string[];
  /** Value, and the text that users know; ours may go on with what is expected. */
  invalid?: Readonly<Record<string, string>>;
  /** Settings beside it. */
  with?: Readonly<Record<string, string>>;
}

const BASE: Record<Side, Record<string, string>> = {
  source: { servers: 'a:1', topics: 'orders' },
  destination: { servers: 'a:1', topic: 'orders' },
};
const type = (name: string, value: string, what: string) =>
  `error validating "${name}": "${value}" value is not ${what}: invalid parameter type`;
const inclusion = (name: string, value: string, list: string) =>
  `error validating "${name}": "${value}" value must be included in the list [${list}]: inclusion validation failed`;
const greater = (name: string, value: string) =>
  `error validating "${name}": "${value}" should be greater than -1: greater-than validation failed`;
const each = (values: readonly string[], text: (value: string) => string) =>
  Object.fromEntries(values.map((value) => [value, text(value)]));

const boolean = (name: string): Row => ({
  name,
  valid: ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False', '', '   true'],
  invalid: each(['yes', 'on', 'tRUE', '2'], (value) => type(name, value, 'a boolean')),
});
const duration = (name: string, more: readonly string[] = []): Row => ({
  name,
  valid: ['', '0', '0s', '1ns', '500ms', '10s', '1h30m', '1.5h', ...more],
  invalid: each(['10', '1 s', '1d', 'nope, no integer here'], (value) => type(name, value, 'a duration')),
});
const size = (name: string): Row => ({
  name,
  valid: ['', '0', '1', '1000', '+5', '9223372036854775807'],
  invalid: {
    ...each(['-1', '-1000'], (value) => greater(name, value)),
    ...each(['1k', '1.5', '1e3', '9223372036854775808'], (value) => type(name, value, 'an integer')),
  },
});
const text = (name: string): Row => ({ name, valid: ['', 'anything', 'a, b', 'ü'] });

const MECHANISMS = 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512';
/** With those that the Go connector does not have. */
const ALL_MECHANISMS = `${MECHANISMS},OAUTHBEARER,AWS_MSK_IAM`;
const BOTH = 'invalid sasl auth, please specify both saslUsername and saslPassword';
const INCOMPLETE = 'invalid TLS config: client TLS configuration incomplete,';
const COMMON: Row[] = [
  {
    name: 'servers',
    valid: ['a', 'a:1', 'a:1,b:2', ' a:1 , b:2 ', '[::1]:1', '127.0.0.1'],
    invalid: {
      ',': 'invalid servers: empty 1. server\ninvalid servers: empty 2. server',
      'a:1,,b:2': 'invalid servers: empty 2. server',
      '     ': 'invalid servers: empty 1. server',
      'host:notanumber':
        'invalid servers: 1. server "host:notanumber": unable to parse port from addr: strconv.ParseInt: parsing "notanumber": invalid syntax',
    },
  },
  {
    name: 'clientID',
    valid: ['', 'a', 'a'.repeat(256)],
    invalid: { ['a'.repeat(257)]: 'invalid clientID: client id length 257 is larger than max allowed 256' },
  },
  boolean('tls.enabled'),
  { name: 'clientCert', valid: ['ref'], with: { clientKey: 'ref' } },
  { name: 'clientCert', valid: [''], invalid: { ref: `${INCOMPLETE} clientKey is missing` } },
  { name: 'clientKey', valid: [''], invalid: { ref: `${INCOMPLETE} clientCert is missing` } },
  { name: 'clientKey', valid: ['ref'], with: { clientCert: 'ref', caCert: 'ref' } },
  { name: 'caCert', valid: ['', 'ref'] },
  boolean('insecureSkipVerify'),
  {
    name: 'saslMechanism',
    valid: [...MECHANISMS.split(','), '', ' PLAIN '],
    with: { saslUsername: 'u', saslPassword: 'ref' },
    invalid: each(['plain', 'SCRAM-SHA-1024', 'GSSAPI'], (value) => inclusion('saslMechanism', value, ALL_MECHANISMS)),
  },
  {
    name: 'saslMechanism',
    valid: [''],
    invalid: each(MECHANISMS.split(','), () => 'invalid SASL config: SASL mechanism provided, but username and password are missing'),
  },
  { name: 'saslUsername', valid: ['u', 'ü,=', ' u '], with: { saslPassword: 'ref' }, invalid: { '': BOTH, '  ': BOTH } },
  { name: 'saslPassword', valid: ['ref'], with: { saslUsername: 'u' }, invalid: { '': BOTH, '  ': BOTH } },
  { name: 'saslPassword', valid: ['ref'], with: { saslUsername: 'u', saslMechanism: 'PLAIN' }, invalid: { '': BOTH } },
];

const TOPIC = (name: string) => `"${name}" cannot be the name of a topic`;
const SOURCE: Row[] = [
  {
    name: 'topics',
    valid: ['a', 'a,b', ' a , b ', 'a'.repeat(249)],
    invalid: {
      '': 'error validating "topics": required parameter is not provided',
      'a,,b': 'invalid topics: empty 2. topic',
      'a?': `invalid topics: ${TOPIC('a?')}`,
      ['a'.repeat(250)]: `invalid topics: ${TOPIC('a'.repeat(250))}`,
    },
  },
  { name: 'topic', valid: ['a', 'a'.repeat(249)], with: { topics: '' } },
  {
    name: 'topic',
    valid: [''],
    invalid: {
      a: 'can\'t provide both "topic" and "topics" parameters, "topic" is deprecated and will be removed, use the "topics" parameter instead',
    },
  },
  text('groupID'),
  boolean('readFromBeginning'),
  boolean('retryGroupJoinErrors'),
  size('commitOffsetsSize'),
  duration('commitOffsetsDelay', ['-1s']),
  size('sdk.batch.size'),
  duration('sdk.batch.delay'),
  boolean('sdk.schema.context.enabled'),
  text('sdk.schema.context.name'),
  {
    name: 'sdk.schema.extract.type',
    valid: ['', 'avro'],
    invalid: each(['json', 'AVRO'], (value) => inclusion('sdk.schema.extract.type', value, 'avro')),
  },
  boolean('sdk.schema.extract.key.enabled'),
  text('sdk.schema.extract.key.subject'),
  boolean('sdk.schema.extract.payload.enabled'),
  text('sdk.schema.extract.payload.subject'),
  // The first release took them on both sides.
  { name: 'acks', valid: ['all', 'anything'] },
  { name: 'deliveryTimeout', valid: ['10s', 'anything'] },
];

const NEITHER = 'topic is neither a valid static Kafka topic nor a valid Go template';
const DESTINATION: Row[] = [
  {
    name: 'topic',
    valid: ['', 'a', 'a'.repeat(249), '{{ index .Metadata "opencdc.collection" }}', '{{ .Metadata.foo }}'],
    invalid: {
      ['a'.repeat(250)]: 'topic is too long, maximum length is 249',
      ...each(['foo?', 'a,b', 'a b', '{{foo'], () => NEITHER),
      '{{ foo }}': `${NEITHER}: template: topic:1: function "foo" not defined`,
      '}} foo {{': `${NEITHER}: template: topic:1: unclosed action`,
    },
  },
  {
    name: 'acks',
    valid: ['', 'none', 'one', 'all', '0', '1', '-1'],
    invalid: each(['qwerty', 'ALL', '2'], (value) => inclusion('acks', value, 'none,one,all,0,1,-1')),
  },
  duration('deliveryTimeout'),
  { name: 'deliveryTimeout', valid: [], invalid: each(['-1ns', '-10s'], () => 'invalid delivery timeout: ') },
  {
    name: 'compression',
    valid: ['', 'none', 'gzip', 'snappy', 'lz4', 'zstd'],
    invalid: each(['brotli', 'GZIP'], (value) => inclusion('compression', value, 'none,gzip,snappy,lz4,zstd')),
  },
  {
    name: 'batchBytes',
    valid: ['', '512', '1000012', '104857600'],
    invalid: {
      ...each(['511', '0', '-5'], (value) => `invalid batchBytes: max record batch bytes ${value} is less than allowed 512`),
      '104857601': 'invalid batchBytes: max broker write bytes 104857600 is erroneously less than max record batch bytes 104857601',
      '3000000000': 'cannot parse \'batchBytes\' as int: strconv.ParseInt: parsing "3000000000": value out of range',
      ...each(['1k', '1.5'], (value) => type('batchBytes', value, 'an integer')),
    },
  },
  size('sdk.batch.size'),
  duration('sdk.batch.delay'),
  {
    name: 'sdk.rate.perSecond',
    valid: ['', '0', '0.5', '1e3', '-0.5'],
    invalid: {
      ...each(['-1', '-2.5'], (value) => greater('sdk.rate.perSecond', value)),
      ...each(['1,5', '1x'], (value) => type('sdk.rate.perSecond', value, 'a float')),
    },
  },
  size('sdk.rate.burst'),
  { name: 'sdk.record.format', valid: ['', 'opencdc/json'], invalid: { nonsense: 'invalid sdk.record.format: "nonsense" not found in [' } },
  { name: 'sdk.record.format.options', valid: [''] },
  boolean('sdk.schema.extract.key.enabled'),
  boolean('sdk.schema.extract.payload.enabled'),
  // The first release took it on both sides.
  { name: 'readFromBeginning', valid: ['true', 'anything'] },
];

const ROWS: Record<Side, Row[]> = { source: [...COMMON, ...SOURCE], destination: [...COMMON, ...DESTINATION] };
const DATA_FORMATS = [
  'keyFormat',
  'valueFormat',
  'onUndecodable',
  'keySchema',
  'valueSchema',
  'schemaRegistry.subjectStrategy',
  'schemaRegistry.autoRegister',
  'schemaRegistry.url',
  'schemaRegistry.username',
  'schemaRegistry.password',
  'schemaRegistry.token',
];
/** Settings that the Go connector does not have. */
const OURS = ['clientKeyPassword', 'writeHeaders', ...ADDED_SETTINGS, ...DATA_FORMATS];
const isOurs = (name: string): boolean => OURS.includes(name) || /^(oauth|aws)\./.test(name);

describe.each(['source', 'destination'] as const)('the %s', (side) => {
  const reasons = async (row: Row, value: string): Promise<string[]> => {
    const problems = await problemsOf(guest, side, { ...BASE[side], ...row.with, [row.name]: value });
    return problems.map(({ reason }) => reason);
  };
  const cases = ROWS[side].map((row, index) => [`${row.name} (row ${index})`, row] as const);

  test.each(cases)('takes the valid values of %s', async (_, row) => {
    for (const value of row.valid) expect(await reasons(row, value), `${row.name}=${value}`).toEqual([]);
  });

  test.each(cases.filter(([, { invalid }]) => Object.keys(invalid ?? {}).length > 0))(
    'refuses the invalid values of %s with their texts',
    async (_, row) => {
      for (const [value, expected] of Object.entries(row.invalid ?? {})) {
        const found = (await reasons(row, value)).join('\n');
        expect(found.slice(0, expected.length), `${row.name}=${value}`).toBe(expected);
        expect(found.split('\n')).toHaveLength(expected.split('\n').length);
      }
    },
  );

  test('has a row for each of its settings', () => {
    const params = side === 'source' ? specification.sourceParams : specification.destinationParams;
    const rows = new Set(ROWS[side].map(({ name }) => name));
    expect(params.map(({ name }) => name).filter((name) => !rows.has(name) && !isOurs(name))).toEqual([]);
  });

  test('refuses every setting of the other side and of nobody', async () => {
    const other = side === 'source' ? ['compression', 'batchBytes', 'sdk.record.format'] : ['topics', 'groupID', 'commitOffsetsSize'];
    for (const name of [...other, 'securityProtocol', 'Servers', 'sdk.batch'])
      expect(await reasons({ name, valid: [] }, 'x')).toEqual([`"${name}": unrecognized parameter`]);
  });
});

test.each([
  ['1ns', 1],
  ['1ms', 1],
  ['500ms', 500],
  ['0', 0],
  ['0s', 0],
  ['', 10_000],
  ['10s', 10_000],
])('deliveryTimeout "%s" is %i ms', async (value, expected) => {
  expect(await problemsOf(guest, 'destination', { ...BASE.destination, deliveryTimeout: value })).toEqual([]);
  await guest.destination.open();
  expect(guest.world.last('producer.open').options.deliveryTimeoutMs).toBe(expected);
  await guest.destination.teardown();
});
