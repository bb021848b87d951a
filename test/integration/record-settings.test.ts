/** Settings that say how Kafka records become OpenCDC records, and back, on real Kafka. */
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { skipped } from '../support/skipped.ts';
import { createTopic } from './kafka-client.ts';
import { Connectors, messages, record, send, take, text } from './support/connector.ts';
import { LIBRDKAFKA, writeByKey } from './support/other-clients.ts';

const { servers } = sharedBroker();
const noKcat = await LIBRDKAFKA.whyNot();
const connectors = new Connectors(servers);
afterEach(() => connectors.close());

async function newTopic(partitions = 1, config: Record<string, string> = {}): Promise<string> {
  const topic = uniqueName('topic');
  await createTopic(servers, topic, partitions, config);
  return topic;
}

describe('a tombstone', () => {
  test.each([
    ['a create without data', {}, 'create'],
    ['a delete with tombstonesAsDeletes', { tombstonesAsDeletes: 'true' }, 'delete'],
  ])('is %s', async (_, settings, operation) => {
    const topic = await newTopic();
    await send(servers, topic, [
      { key: 'a', value: '1' },
      { key: 'a', value: null },
      { key: 'b', value: '' },
    ]);
    const records = await take(await connectors.source({ topics: topic, ...settings }), 3);
    expect(records.map((one) => [one.operation, text(one.key), text(one.payload.after)])).toEqual([
      ['create', 'a', '1'],
      [operation, 'a', null],
      ['create', 'b', ''],
    ]);
  });

  test.each([
    ['opencdc/json', {}, /"operation":"delete"/],
    ['opencdc/json', { deletesAsTombstones: 'true' }, null],
    ['raw', {}, null],
    ['raw', { deletesAsTombstones: 'true' }, null],
    ['debezium/json', { deletesAsTombstones: 'true' }, null],
    ['template', { deletesAsTombstones: 'true', 'sdk.record.format.options': '{{ .Operation }}' }, null],
  ])('is what %s writes of a delete, with %j: %s', async (format, settings, expected) => {
    const topic = await newTopic();
    const destination = await connectors.destination({ topic, 'sdk.record.format': format, ...settings });
    const deleted = record('old', { operation: 'delete' });
    expect(await destination.write([deleted, record('new')])).toEqual([null, null]);
    const [first, second] = await messages(servers, topic, 2);
    // debezium/json writes keys in the form of Kafka Connect, with the bytes as base64.
    expect(first!.key?.toString()).toMatch(format === 'debezium/json' ? /"payload":"aw=="/ : /^k$/);
    if (expected === null) expect(first!.value).toBeNull();
    else expect(first!.value?.toString()).toMatch(expected);
    expect(second!.value?.toString()).toMatch(/new|create|bmV3/);
  });
});

describe('headers', () => {
  const binary = Buffer.from([0xff, 0x00, 0xfe]);
  const HEADERS = {
    once: Buffer.from('text'),
    binary,
    empty: Buffer.alloc(0),
    trace: [Buffer.from('1'), binary, Buffer.from('3'), Buffer.alloc(0)],
    same: [Buffer.from('x'), Buffer.from('x')],
  };

  async function through(settings: Record<string, string>, sent: object = HEADERS) {
    const [from, to] = [await newTopic(), await newTopic()];
    await send(servers, from, [{ key: 'k', value: 'v', headers: sent }]);
    const source = await connectors.source({ topics: from, ...settings });
    const destination = await connectors.destination({ topic: to, 'sdk.record.format': 'raw' });
    const records = await take(source, 1);
    expect(await destination.write(records)).toEqual([null]);
    const [message] = await messages(servers, to, 1);
    return { metadata: records[0]!.metadata, headers: message!.headers };
  }

  test('with repeated names and binary values are the same behind Conduit, with keepAllHeaders', async () => {
    const { metadata, headers } = await through({ keepAllHeaders: 'true' });
    expect(headers).toEqual(HEADERS);
    expect(metadata).toMatchObject({
      'kafka.header.once': 'text',
      'kafka.headerBase64.binary': '/wD+',
      'kafka.header.trace': '',
      'kafka.headerRepeated.3.header.trace': '1',
      'kafka.headerRepeated.4.headerBase64.trace': '/wD+',
      'kafka.headerRepeated.5.header.trace': '3',
      'kafka.header.same': 'x',
      'kafka.headerRepeated.7.header.same': 'x',
    });
  });

  test('of twelve with one name keep their order', async () => {
    const many = { h: Array.from({ length: 12 }, (_, i) => Buffer.from(`value ${i}`)) };
    const { headers, metadata } = await through({ keepAllHeaders: 'true' }, many);
    expect(headers).toEqual(many);
    expect(metadata).toMatchObject({ 'kafka.headerRepeated.00.header.h': 'value 0', 'kafka.headerRepeated.10.header.h': 'value 10' });
  });

  test('with one name are the last one without keepAllHeaders, as in the Go connector', async () => {
    const { metadata, headers } = await through({});
    expect(headers).toEqual({ once: HEADERS.once, binary, empty: HEADERS.empty, trace: Buffer.alloc(0), same: Buffer.from('x') });
    expect(Object.keys(metadata).filter((key) => key.startsWith('kafka.headerRepeated'))).toEqual([]);
  });
});

describe('the timestamp of a message', () => {
  const CREATED_MS = 1_700_000_000_123;
  const records = [
    record('a', { metadata: { 'opencdc.createdAt': `${CREATED_MS}456789` } }),
    record('b'),
    record('c', { metadata: { 'opencdc.createdAt': 'yesterday' } }),
    record('d', { metadata: { 'opencdc.createdAt': String(BigInt(Date.now()) * 1_000_000n) } }),
  ];

  test('is opencdc.createdAt with messageTimestamp=createdAt, or the time of the write where that is missing', async () => {
    const topic = await newTopic();
    const destination = await connectors.destination({ topic, messageTimestamp: 'createdAt', 'sdk.record.format': 'raw' });
    const before = Date.now() - 1_000;
    expect(await destination.write(records)).toEqual([
      null,
      null,
      'failed to prepare record: metadata opencdc.createdAt is not a number of nanoseconds in 64 bits',
      null,
    ]);
    const found = await messages(servers, topic, 3);
    expect(found.map(({ value }) => value?.toString())).toEqual(['a', 'b', 'd']);
    expect(Number(found[0]!.timestamp)).toBe(CREATED_MS);
    expect(Number(found[1]!.timestamp)).toBeGreaterThanOrEqual(before);
    expect(found[2]!.timestamp).toBe(records[3]!.metadata['opencdc.createdAt']!.slice(0, -6));
  });

  test('is the time of the write by default', async () => {
    const topic = await newTopic();
    const destination = await connectors.destination({ topic, 'sdk.record.format': 'raw' });
    const before = Date.now() - 1_000;
    expect(await destination.write(records.slice(0, 1))).toEqual([null]);
    const [message] = await messages(servers, topic, 1);
    expect(Number(message!.timestamp)).toBeGreaterThanOrEqual(before);
  });
});

describe("Kafka's own facts", () => {
  test.each([
    ['CreateTime', {}],
    ['LogAppendTime', { 'message.timestamp.type': 'LogAppendTime' }],
  ])('are metadata on demand, with timestamps of type %s', async (timestampType, config) => {
    const topic = await newTopic(2, config);
    await send(servers, topic, [
      { partition: 1, value: 'a' },
      { partition: 1, value: 'b' },
    ]);
    const records = await take(await connectors.source({ topics: topic, includeKafkaMetadata: 'true' }), 2);
    expect(records.map(({ metadata }) => metadata)).toMatchObject(
      ['0', '1'].map((offset) => ({
        'kafka.partition': '1',
        'kafka.offset': offset,
        'kafka.timestampType': timestampType,
        'kafka.leaderEpoch': '0',
        'opencdc.collection': topic,
      })),
    );
  });

  test('are not in the metadata by default', async () => {
    const topic = await newTopic();
    await send(servers, topic, [{ value: 'a' }]);
    const [first] = await take(await connectors.source({ topics: topic }), 1);
    expect(Object.keys(first!.metadata).sort()).toEqual(['opencdc.collection', 'opencdc.createdAt', 'opencdc.readAt']);
  });
});

describe('a partition', () => {
  const PARTITIONS = 5;
  const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
  async function written(settings: Record<string, string>, records = keys.map((key) => record(key, { key: Buffer.from(key) }))) {
    const topic = await newTopic(PARTITIONS);
    const destination = await connectors.destination({ topic, 'sdk.record.format': 'raw', ...settings });
    const outcomes = await destination.write(records);
    const count = outcomes.filter((outcome) => outcome === null).length;
    const found = count === 0 ? [] : await messages(servers, topic, count);
    return { outcomes, at: new Map(found.map(({ value, partition }) => [value!.toString(), partition])) };
  }

  test('that is fixed gets all records', async () => {
    const { at } = await written({ partition: '3' });
    expect([...new Set(at.values())]).toEqual([3]);
  });

  test('that the topic does not have is refused', async () => {
    const { outcomes } = await written({ partition: '5' });
    expect(new Set(outcomes)).toEqual(new Set([expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION')]));
  });

  test('comes from the metadata of the record, or from its key', async () => {
    const to = (partition: string, value: string) =>
      record(value, { metadata: { 'kafka.partition': partition }, key: Buffer.from('key-1') });
    const records = [to('4', 'a'), to('0', 'b'), record('c', { key: Buffer.from('key-1') }), to('4', 'd'), to('-1', 'e'), to('9', 'f')];
    const { at, outcomes } = await written({ partition: 'metadata' }, records);
    const { at: byKey } = await written({});
    expect(at).toEqual(new Map(Object.entries({ a: 4, b: 0, c: byKey.get('key-1'), d: 4 })));
    expect(outcomes).toEqual([
      null,
      null,
      null,
      null,
      'failed to prepare record: metadata kafka.partition is not a number from 0 to 2147483647',
      expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION'),
    ]);
  });

  test('of a source is that of the destination, with includeKafkaMetadata and partition=metadata', async () => {
    const [from, to] = [await newTopic(3), await newTopic(3)];
    await send(
      servers,
      from,
      [0, 1, 2].map((partition) => ({ partition, value: `p${partition}` })),
    );
    const records = await take(await connectors.source({ topics: from, includeKafkaMetadata: 'true' }), 3);
    const destination = await connectors.destination({ topic: to, partition: 'metadata', 'sdk.record.format': 'raw' });
    expect(await destination.write(records)).toEqual([null, null, null]);
    expect((await messages(servers, to, 3)).map(({ partition, value }) => [partition, value?.toString()])).toEqual([
      [0, 'p0'],
      [1, 'p1'],
      [2, 'p2'],
    ]);
  });

  test('of roundRobin is one after the other, whatever the key', async () => {
    const { at } = await written(
      { partitioner: 'roundRobin' },
      keys.map((key) => record(key)),
    );
    const partitions = keys.map((key) => at.get(key)!);
    expect(partitions).toEqual(partitions.map((_, i) => (partitions[0]! + i) % PARTITIONS));
  });

  test('of sticky is one for each batch, whatever the key', async () => {
    const { at } = await written({ partitioner: 'sticky' });
    expect(new Set(at.values()).size).toBe(1);
  });

  test.skipIf(noKcat !== null)(`of crc32 is the one that librdkafka chooses for the key${skipped(noKcat)}`, async () => {
    const topic = await newTopic(PARTITIONS);
    await writeByKey(servers, topic, keys);
    const theirs = new Map((await messages(servers, topic, keys.length)).map(({ value, partition }) => [value!.toString(), partition]));
    expect((await written({ partitioner: 'crc32' })).at).toEqual(theirs);
    expect((await written({})).at).not.toEqual(theirs);
  });
});
