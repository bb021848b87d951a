/** Settings that say where and how a source reads, on real Kafka. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, startBroker, uniqueName } from '../support/broker.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import { sleep } from '../support/wait.ts';
import { committed, createTopic, plainKafka, write, type LogLine } from './kafka-client.ts';
import { Connectors, reader, send, take, text } from './support/connector.ts';
import type { OpenCdcRecord } from '../../host/index.ts';
import type { Log } from '../../host/base/log.ts';

const { servers } = sharedBroker();
const connectors = new Connectors(servers);
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await connectors.close();
  for (const one of open.splice(0)) await one.close();
});

async function newTopic(partitions = 1, at = servers): Promise<string> {
  const topic = uniqueName('topic');
  await createTopic(at, topic, partitions);
  return topic;
}
/** Takes connections and never answers. */
async function silentServer(): Promise<{ port: number; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
const valuesOf = (records: readonly OpenCdcRecord[]): (string | null)[] => records.map(({ payload }) => text(payload.after));
function logTo(lines: LogLine[]): Log {
  return (level, message, fields = {}) => void lines.push({ level, message, fields });
}

describe('startTimestamp', () => {
  const T = 1_700_000_000_000;
  async function timedTopic(): Promise<string> {
    const topic = await newTopic(2);
    const at = (partition: number, value: string, ms: number) => ({ partition, value, timestamp: String(T + ms) });
    // One partition at a time: kafkajs could write the other one twice.
    await send(servers, topic, [at(0, 'a0', 0), at(0, 'a1', 1_000), at(0, 'a2', 2_000)]);
    await send(servers, topic, [at(1, 'b0', -5_000), at(1, 'b1', -4_000)]);
    return topic;
  }

  test('starts each partition at its first record of that time or later, and at its end where there is none', async () => {
    const topic = await timedTopic();
    const source = await connectors.source({ topics: topic, startTimestamp: String(T + 1) });
    expect(valuesOf(await take(source, 2))).toEqual(['a1', 'a2']);
  });

  test('takes a written time, and reads what is written behind the end afterwards', async () => {
    const topic = await timedTopic();
    const source = await connectors.source({ topics: topic, startTimestamp: new Date(T + 2_000).toISOString() });
    const records = take(source, 2);
    await sleep(1_500);
    await write(servers, topic, ['new'], 1);
    expect(valuesOf(await records).sort()).toEqual(['a2', 'new']);
  });

  test('has no effect where the group has committed an offset, nor after a start before the first acknowledgement', async () => {
    const topic = await timedTopic();
    const groupID = uniqueName('group');
    const first = await connectors.source({ topics: topic, groupID, startTimestamp: String(T + 1_000) });
    expect(valuesOf(await take(first, 2))).toEqual(['a1', 'a2']);
    await first.close();
    expect([await committed(servers, groupID, topic, 0), await committed(servers, groupID, topic, 1)]).toEqual([3, 2]);
    await write(servers, topic, ['a3'], 0);
    const second = await connectors.source({ topics: topic, groupID, startTimestamp: String(T) });
    expect(valuesOf(await take(second, 1))).toEqual(['a3']);
  });
});

describe('startOffsets', () => {
  test('starts the named partitions there, and the others as readFromBeginning says', async () => {
    const topic = await newTopic(3);
    for (const partition of [0, 1, 2])
      await write(
        servers,
        topic,
        ['x', 'y', 'z'].map((value) => `${value}${partition}`),
        partition,
      );
    const lines: LogLine[] = [];
    const startOffsets = `${topic}:0:2,${topic}:2:99`;
    const source = await connectors.source({ topics: topic, startOffsets }, logTo(lines));
    expect(valuesOf(await take(source, 7)).sort()).toEqual(['x1', 'x2', 'y1', 'y2', 'z0', 'z1', 'z2']);
    expect(lines).toContainEqual({
      level: 'error',
      message: 'the start offset is beyond the end of the partition: it is ignored',
      fields: { topic, partition: '2', expectedOffset: '99', endOffset: '3' },
    });
  });

  test('below the earliest offset starts there, with a warning', async () => {
    const topic = await newTopic();
    await write(servers, topic, ['a', 'b', 'c']);
    const admin = plainKafka(servers).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic); // kafkajs deletes only in topics that it has looked up
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
    await admin.disconnect();
    const lines: LogLine[] = [];
    const source = await connectors.source({ topics: topic, startOffsets: `${topic}:0:1` }, logTo(lines));
    expect(valuesOf(await take(source, 1))).toEqual(['c']);
    expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([
      {
        level: 'warn',
        message: 'the start offset is below the earliest one, at which reading starts',
        fields: { topic, partition: '0', expectedOffset: '1', earliestOffset: '2' },
      },
    ]);
  });

  test('comes before startTimestamp for its partition', async () => {
    const topic = await newTopic(2);
    for (const partition of [0, 1]) await write(servers, topic, [`a${partition}`, `b${partition}`], partition);
    const source = await connectors.source({ topics: topic, startOffsets: `${topic}:0:1`, startTimestamp: '0' });
    expect(valuesOf(await take(source, 3)).sort()).toEqual(['a1', 'b0', 'b1']);
  });
});

describe('isolationLevel', () => {
  async function withTransactions(): Promise<string> {
    const topic = await newTopic();
    const producer = plainKafka(servers).producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    open.push({ close: () => producer.disconnect() });
    for (const [value, commits] of [
      ['committed', true],
      ['aborted', false],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await (commits ? transaction.commit() : transaction.abort());
    }
    await write(servers, topic, ['plain']);
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'open' }] });
    open.push({ close: () => transaction.abort() });
    return topic;
  }

  test('read_committed reads what is committed', async () => {
    const source = await connectors.source({ topics: await withTransactions(), isolationLevel: 'read_committed' });
    expect(valuesOf(await take(source, 2))).toEqual(['committed', 'plain']);
  });

  test('read_uncommitted, the default, reads everything as it is written, and goes on behind an open transaction after a restart', async () => {
    const topic = await withTransactions();
    const groupID = uniqueName('group');
    const source = await connectors.source({ topics: topic, groupID });
    const records = await take(source, 4);
    expect(valuesOf(records)).toEqual(['committed', 'aborted', 'plain', 'open']);
    await source.close();
    await write(servers, topic, ['next']);
    const lines: LogLine[] = [];
    const again = await connectors.source({ topics: topic, groupID }, logTo(lines));
    expect(valuesOf(await take(again, 1))).toEqual(['next']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('the settings of the group member and of fetches', () => {
  // A cluster at KAFKA_SERVERS has the settings that it has.
  test.skipIf(brokersAreNotOurs !== null)(
    `sessionTimeout is what the brokers are asked for, and they refuse one that they do not allow${skipped(brokersAreNotOurs)}`,
    async () => {
      const broker = await startBroker({ config: { 'group.max.session.timeout.ms': '10000' } });
      open.push(broker);
      const topic = await newTopic(1, broker.servers);
      await write(broker.servers, topic, ['a']);
      const settings = { servers: broker.servers, topics: topic };
      await expect(take(await connectors.source(settings), 1)).rejects.toMatchObject({
        code: 'kafka.rejected',
        message: expect.stringContaining('INVALID_SESSION_TIMEOUT'),
      });
      const short = { sessionTimeout: '6s', heartbeatInterval: '500ms', rebalanceTimeout: '10s' };
      expect(valuesOf(await take(await connectors.source({ ...settings, ...short }), 1))).toEqual(['a']);
    },
  );

  test('fetchMaxBytes and maxPartitionFetchBytes bound an answer, and a larger batch comes all the same', async () => {
    const topic = await newTopic();
    for (let i = 0; i < 5; i++) await write(servers, topic, [`${i}`.padEnd(5_000, 'x')]);
    const source = await connectors.source({ topics: topic, fetchMaxBytes: '1024', maxPartitionFetchBytes: '1024' });
    expect(valuesOf(await take(source, 5)).map((value) => value!.trimEnd()[0])).toEqual(['0', '1', '2', '3', '4']);
  });

  test('fetchMinBytes waits for so many bytes, fetchMaxWait at most', async () => {
    const topic = await newTopic();
    const source = await connectors.source({ topics: topic, fetchMinBytes: '1000000', fetchMaxWait: '3s' });
    const records = take(source, 1);
    await sleep(2_000);
    await write(servers, topic, ['a']);
    const start = performance.now();
    expect(valuesOf(await records)).toEqual(['a']);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

// A cluster at KAFKA_SERVERS has the settings that it has.
describe.skipIf(brokersAreNotOurs !== null)(`rackID${skipped(brokersAreNotOurs)}`, () => {
  test('reads from the replica in its rack, and from the leader when that broker is down', async () => {
    const broker = await startBroker({
      nodes: 3,
      config: { 'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector' },
    });
    open.push(broker);
    const topic = uniqueName('topic');
    const admin = plainKafka(broker.servers).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, replicaAssignment: [{ partition: 0, replicas: [1, 2, 3] }] }] });
    await admin.disconnect();
    await write(broker.servers, topic, ['a']);
    const lines: LogLine[] = [];
    const source = await connectors.source(
      { servers: broker.servers, topics: topic, rackID: 'rack-2', connectionTimeout: '2s', requestTimeout: '5s' },
      logTo(lines),
    );
    const next = reader(source);
    expect(valuesOf(await next(1))).toEqual(['a']);
    await write(broker.servers, topic, ['b']);
    expect(valuesOf(await next(1))).toEqual(['b']);
    expect(lines.map(({ message }) => message)).toContain('Preferred read replica is now 2');
    await broker.kill(2);
    await write(broker.servers, topic, ['c']);
    // Records that are not committed come again if the coordinator was on the same broker.
    const after: (string | null)[] = [];
    while (!after.includes('c')) after.push(...valuesOf(await next(1)));
    expect([...new Set(after)].filter((value) => value !== 'c' && value !== 'b')).toEqual([]);
    expect(lines.filter(({ message }) => message.startsWith('offset out of range'))).toEqual([]);
  });
});

describe('connectionTimeout', () => {
  test('bounds the wait for the first answer of a broker', async () => {
    const silent = await silentServer();
    open.push(silent);
    const start = performance.now();
    await expect(connectors.source({ servers: `127.0.0.1:${silent.port}`, topics: 't', connectionTimeout: '1s' })).rejects.toMatchObject({
      code: 'kafka.unreachable',
    });
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
