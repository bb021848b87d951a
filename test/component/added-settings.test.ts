/** Settings that the Go connector does not have: their defaults, what is valid, what is not, and what reaches the host. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { ConsumerOptions, ProducerOptions } from '../../host/kafka/contract.ts';
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
const BASE: Record<Side, Record<string, string>> = {
  source: { servers: 'a:1', topics: 'orders,returns' },
  destination: { servers: 'a:1', topic: 'orders' },
};

interface Row {
  name: string;
  side: Side;
  /** As the specification has it. */
  default: string;
  valid: readonly string[];
  /** Settings beside it. */
  with?: Record<string, string>;
  /** Value, and the text of its problem. */
  invalid: Readonly<Record<string, string>>;
}

const between = (name: string, values: readonly string[], least: string, most: string): Record<string, string> =>
  Object.fromEntries(values.map((value) => [value, `invalid ${name}: "${value}" is not between ${least} and ${most}`]));
const notOfType = (name: string, value: string, type: string): string =>
  `error validating "${name}": "${value}" value is not ${type}: invalid parameter type`;

function duration(side: Side, name: string, byDefault: string, least: string, most: string, outside: readonly string[]): Row {
  const invalid = { ...between(name, outside, least, most), '5': notOfType(name, '5', 'a duration') };
  return { name, side, default: byDefault, valid: ['', least, byDefault], invalid };
}
function int(side: Side, name: string, byDefault: string, least: string, most: string, outside: readonly string[]): Row {
  const invalid = { ...between(name, outside, least, most), '1k': notOfType(name, '1k', 'an integer') };
  return { name, side, default: byDefault, valid: ['', least, most, byDefault], invalid };
}
const boolean = (side: Side, name: string): Row => ({
  name,
  side,
  default: 'false',
  valid: ['', 'true', 'false'],
  invalid: { yes: notOfType(name, 'yes', 'a boolean') },
});
function choice(side: Side, name: string, byDefault: string, list: string): Row {
  const outside = `error validating "${name}": "x" value must be included in the list [${list}]: inclusion validation failed`;
  return { name, side, default: byDefault, valid: ['', ...list.split(',')], invalid: { x: outside } };
}

const MOST_BYTES = '67108864';
const element = (problem: string) => (value: string) => `invalid startOffsets: 1. element "${value}": ${problem}`;
const malformed = element('expected topic:partition:offset');
const noTime = (value: string): string =>
  `invalid startTimestamp: "${value}", expected a time such as 2026-11-25T10:00:00Z, or milliseconds since 1970`;
const each = (values: readonly string[], text: (value: string) => string): Record<string, string> =>
  Object.fromEntries(values.map((value) => [value, text(value)]));

const noPattern = (problem: string): string => `invalid topicsRegex: error parsing regexp: ${problem}`;

const ROWS: Row[] = [
  {
    name: 'topicsRegex',
    side: 'source',
    default: '',
    valid: ['.*', 'orders-[0-9]+', '(?i:ORDERS)|returns', '^a$'],
    with: { topics: '' },
    invalid: {
      '': 'error validating "topics": required parameter is not provided',
      '(': noPattern('missing closing ): `(`'),
      '[a': noPattern('missing closing ]: `[a`'),
      'a**': noPattern('invalid nested repetition operator: `**`'),
      '(?=a)': noPattern('invalid or unsupported Perl syntax: `(?=`'),
    },
  },
  {
    name: 'topicsRegex',
    side: 'source',
    default: '',
    valid: [''],
    invalid: { '.*': 'can\'t provide both "topics" and "topicsRegex" parameters, remove one of them' },
  },
  duration('source', 'topicsRefreshInterval', '10s', '1s', '1h', ['0', '999ms', '61m']),
  ...(['source', 'destination'] as const).flatMap((side) => [
    duration(side, 'connectionTimeout', '10s', '100ms', '5m', ['99ms', '0', '-1s', '301s']),
    duration(side, 'requestTimeout', '30s', '1s', '1h', ['999ms', '0', '61m']),
  ]),
  {
    name: 'startTimestamp',
    side: 'source',
    default: '',
    valid: ['', '0', '1700000000000', '2026-11-25T10:00:00Z', '2024-02-29T23:59:59.123456789+14:00', '1970-01-01t00:00:00z'],
    invalid: each(
      [
        '-1',
        'now',
        '2026-11-25',
        '2026-11-25 10:00:00Z',
        '2026-11-25T10:00:00',
        '2025-02-29T00:00:00Z',
        '2026-13-01T00:00:00Z',
        '2026-11-25T24:00:00Z',
      ],
      noTime,
    ),
  },
  {
    name: 'startOffsets',
    side: 'source',
    default: '',
    valid: ['', 'orders:0:0', ' orders:0:1200 , returns:7:9223372036854775807'],
    invalid: {
      ...each(
        ['orders', 'orders:0', 'orders:0:x', 'orders:-1:0', 'orders:0:-1', 'orders:0:0:0', 'a b:0:0', 'orders:2147483648:0'],
        malformed,
      ),
      'other:0:0': element('the source does not read this topic')('other:0:0'),
      'orders:0:1,orders:0:2': 'invalid startOffsets: 2. element "orders:0:2": the partition is there already',
    },
  },
  duration('source', 'sessionTimeout', '30s', '10s', '30m', []),
  { ...duration('source', 'sessionTimeout', '30s', '1s', '30m', ['0', '999ms', '31m']), valid: [] },
  duration('source', 'heartbeatInterval', '3s', '100ms', '10m', ['0', '99ms', '11m']),
  {
    ...duration('source', 'heartbeatInterval', '3s', '100ms', '10m', []),
    invalid: { '11s': 'invalid heartbeatInterval: "11s" is more than a third of sessionTimeout, "30s"' },
  },
  duration('source', 'rebalanceTimeout', '60s', '1s', '1h', ['0', '61m']),
  choice('source', 'isolationLevel', 'read_uncommitted', 'read_uncommitted,read_committed'),
  int('source', 'fetchMinBytes', '1', '1', MOST_BYTES, ['0', '-1', '67108865']),
  int('source', 'fetchMaxBytes', '8388608', '1024', MOST_BYTES, ['0', '1023', '67108865', '9223372036854775807']),
  int('source', 'maxPartitionFetchBytes', '1048576', '1024', MOST_BYTES, ['0', '1023', '67108865']),
  duration('source', 'fetchMaxWait', '250ms', '1ms', '30s', ['0', '31s']),
  {
    ...duration('source', 'fetchMaxWait', '250ms', '1ms', '30s', []),
    invalid: { '27s': 'invalid fetchMaxWait: "27s" and heartbeatInterval are together not less than sessionTimeout' },
  },
  {
    name: 'rackID',
    side: 'source',
    default: '',
    valid: ['', 'eu-west-1a', 'ü'.repeat(128)],
    invalid: { ['x'.repeat(257)]: 'invalid rackID: it is longer than 256 bytes' },
  },
  boolean('source', 'tombstonesAsDeletes'),
  boolean('source', 'keepAllHeaders'),
  boolean('source', 'includeKafkaMetadata'),
  boolean('destination', 'createTopics'),
  int('destination', 'createTopicPartitions', '-1', '1', '100000', ['0', '-2', '100001']),
  int('destination', 'createTopicReplicationFactor', '-1', '1', '32767', ['0', '-2', '32768']),
  {
    name: 'createTopicConfigs',
    side: 'destination',
    default: '',
    valid: ['', 'a=b', 'retention.ms=1,cleanup.policy=compact,delete', 'a='],
    invalid: each(
      ['x', '=x', ' '.repeat(0) + ',a=b'],
      (value) => `invalid createTopicConfigs: 1. element "${value.split(',')[0]}": expected name=value`,
    ),
  },
  {
    name: 'partition',
    side: 'destination',
    default: '',
    valid: ['', '0', '2147483647', 'metadata'],
    invalid: each(
      ['-1', '2147483648', 'first', '1.5'],
      (value) => `invalid partition: "${value}", expected a number from 0 to 2147483647, or metadata`,
    ),
  },
  choice('destination', 'partitioner', 'murmur2', 'murmur2,crc32,roundRobin,sticky'),
  boolean('destination', 'deletesAsTombstones'),
  choice('destination', 'messageTimestamp', 'writeTime', 'writeTime,createdAt'),
];

const reasons = async ({ name, side, with: more }: Row, value: string): Promise<string> =>
  (await problemsOf(guest, side, { ...BASE[side], ...more, [name]: value })).map(({ reason }) => reason).join('\n');
const cases = ROWS.map((row, index) => [`${row.name} of a ${row.side} (row ${index})`, row] as const);

test.each(cases)('%s has its default, takes valid values and refuses others', async (_, row) => {
  const params = row.side === 'source' ? specification.sourceParams : specification.destinationParams;
  expect(params.find(({ name }) => name === row.name)?.defaultValue).toBe(row.default);
  for (const value of row.valid) expect(await reasons(row, value), value).toBe('');
  for (const [value, expected] of Object.entries(row.invalid)) {
    const found = await reasons(row, value);
    expect(found.slice(0, expected.length), value).toBe(expected);
    expect(found.split('\n'), value).toHaveLength(1);
  }
});

test('every added setting has a row, and a description that says what the Go connector does', () => {
  const rows = new Set(ROWS.map(({ name }) => name));
  expect(ADDED_SETTINGS.filter((name) => !rows.has(name))).toEqual([]);
  const own = [...specification.sourceParams, ...specification.destinationParams].filter(({ name }) => ADDED_SETTINGS.includes(name));
  // The settings of a created topic go with createTopics.
  const silent = own.filter(({ name, description }) => !name.startsWith('createTopic') && !description.includes('the Go connector'));
  expect(silent.filter(({ description }) => !description.includes('The Go connector')).map(({ name }) => name)).toEqual([]);
});

async function consumer(config: Record<string, string>): Promise<ConsumerOptions> {
  expect(await problemsOf(guest, 'source', { ...BASE.source, groupID: 'g', ...config })).toEqual([]);
  await guest.source.open(undefined);
  await guest.source.teardown();
  return guest.world.last('consumer.open').options;
}

async function producer(config: Record<string, string>): Promise<ProducerOptions> {
  expect(await problemsOf(guest, 'destination', { ...BASE.destination, ...config })).toEqual([]);
  await guest.destination.open();
  await guest.destination.teardown();
  return guest.world.last('producer.open').options;
}

describe('what the host gets', () => {
  test('of a source without these settings', async () => {
    expect(await consumer({})).toEqual({
      topics: ['orders', 'returns'],
      group: 'g',
      fromBeginning: false,
      resume: [],
      membership: { sessionTimeoutMs: 30_000, heartbeatIntervalMs: 3_000, rebalanceTimeoutMs: 60_000 },
      fetching: {
        isolation: 'read-uncommitted',
        minBytes: 1,
        maxBytes: 8_388_608,
        maxPartitionBytes: 1_048_576,
        maxWaitMs: 250,
        rack: '',
      },
    });
    expect(guest.world.last('consumer.open').connection.timeouts).toEqual({ connectMs: 10_000, requestMs: 30_000 });
  });

  test('of a source with all of them', async () => {
    const options = await consumer({
      startTimestamp: '2026-11-25T10:00:00.5+01:00',
      startOffsets: 'orders:1:5',
      sessionTimeout: '1m',
      heartbeatInterval: '1s',
      rebalanceTimeout: '2m',
      isolationLevel: 'read_committed',
      fetchMinBytes: '2',
      fetchMaxBytes: '4096',
      maxPartitionFetchBytes: '2048',
      fetchMaxWait: '1s',
      rackID: 'a',
      connectionTimeout: '1s',
      requestTimeout: '2s',
    });
    expect(options).toMatchObject({
      start: { offsets: [{ topic: 'orders', partition: 1, nextOffset: 5n }], timestamp: BigInt(Date.parse('2026-11-25T09:00:00.500Z')) },
      membership: { sessionTimeoutMs: 60_000, heartbeatIntervalMs: 1_000, rebalanceTimeoutMs: 120_000 },
      fetching: { isolation: 'read-committed', minBytes: 2, maxBytes: 4096, maxPartitionBytes: 2048, maxWaitMs: 1_000, rack: 'a' },
    });
    expect(guest.world.last('consumer.open').connection.timeouts).toEqual({ connectMs: 1_000, requestMs: 2_000 });
  });

  test.each([
    '2000-02-29T12:00:00Z',
    '1999-12-31T23:59:59.999Z',
    '2100-03-01T00:00:00Z',
    '1970-01-01T00:00:00Z',
    '2026-11-25T10:00:00.1-07:30',
  ])('of the start timestamp %s', async (startTimestamp) => {
    expect((await consumer({ startTimestamp })).start).toEqual({ offsets: [], timestamp: BigInt(Date.parse(startTimestamp)) });
  });

  test('of a destination', async () => {
    expect(await producer({})).toMatchObject({ partitioner: 'murmur2', creation: undefined });
    expect(await producer({ createTopics: 'true', partitioner: 'roundRobin' })).toMatchObject({
      partitioner: 'round-robin',
      creation: { partitions: -1, replicationFactor: -1, configs: [] },
    });
    const configs = { createTopics: 'true', createTopicPartitions: '3', createTopicReplicationFactor: '1' };
    expect(await producer({ ...configs, createTopicConfigs: ' retention.ms = 5 , cleanup.policy=compact, delete' })).toMatchObject({
      creation: {
        partitions: 3,
        replicationFactor: 1,
        configs: [
          { name: 'retention.ms', value: '5' },
          { name: 'cleanup.policy', value: 'compact,delete' },
        ],
      },
    });
  });
});
