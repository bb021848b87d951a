/** Writing batches over kafkajs' connections: which answers count, and how connections are repaired after a failure. */
import { describe, expect, test } from 'vitest';
import { KafkajsBatchWriter } from '../../../../host/kafka/kafkajs/batch-writer.ts';
import type { Broker, Cluster, ProduceAnswer } from '../../../../host/kafka/kafkajs/cluster.ts';
import { createErrorFromCode, KafkaJSConnectionClosedError, KafkaJSConnectionError } from '../kafkajs-errors.ts';

const NOT_LEADER = 6;
const REQUEST_TIMED_OUT = 7;
const UNKNOWN_TOPIC = 3;
const MESSAGE_TOO_LARGE = 10;
const BATCH = Buffer.from('a batch');

interface Fakes {
  /** Node of the leader of each partition; changed by tests. */
  leaders?: Record<number, number>;
  /** Topics that do not exist. */
  gone?: Set<string>;
  produce?: (nodeId: number, partition: number, attempt: number) => Promise<ProduceAnswer | undefined> | ProduceAnswer | undefined;
  version?: number;
}
const confirm = (topic: string, partition: number): ProduceAnswer => ({
  topics: [{ topicName: topic, partitions: [{ partition, errorCode: 0 }] }],
});

/** A cluster like those of kafkajs; `calls` holds the calls to it, `written` the records that its brokers have. */
function cluster({ leaders = { 0: 1 }, gone = new Set(), produce, version = 7 }: Fakes = {}) {
  const calls: string[] = [];
  const written: string[] = [];
  let isConnected = true;
  let attempts = 0;
  const refresh = async (): Promise<void> => {
    calls.push(`refresh ${[...fake.targetTopics].join('+')}`);
    if ([...fake.targetTopics].some((topic) => gone.has(topic))) throw createErrorFromCode(UNKNOWN_TOPIC);
    fake.brokerPool.metadata = {};
  };
  const broker = (nodeId: number): Broker => ({
    versions: { 0: { maxVersion: version } },
    initProducerId: () => Promise.reject(new Error('not asked for')),
    connectionPool: { send: () => Promise.reject(new Error('not asked for')) },
    produce: async ({ topicData }) => {
      const [{ topic, partitions } = { topic: '', partitions: [] }] = topicData;
      const [{ partition, batch } = { partition: -1, batch: BATCH }] = partitions;
      const answer = produce === undefined ? confirm(topic, partition) : await produce(nodeId, partition, ++attempts);
      written.push(`${topic}/${partition}@${nodeId}:${batch.toString()}`);
      return answer;
    },
  });
  const fake = {
    targetTopics: new Set<string>(),
    brokerPool: { findConnectedBroker: async () => broker(1), metadata: null as object | null },
    connect: async () => {
      calls.push('connect');
      isConnected = true;
    },
    disconnect: async () => undefined,
    isConnected: () => isConnected,
    addTargetTopic: async (topic: string) => {
      const before = new Set(fake.targetTopics);
      fake.targetTopics.add(topic);
      await refresh().catch((error: unknown) => {
        fake.targetTopics = before;
        throw error;
      });
    },
    refreshMetadata: refresh,
    refreshMetadataIfNecessary: async () => undefined,
    findTopicPartitionMetadata: () => Object.entries(leaders).map(([id, leader]) => ({ partitionId: Number(id), leader })),
    findBroker: async ({ nodeId }: { nodeId: number }) => broker(nodeId),
    removeBroker: ({ host, port }: { host: string; port: number }) => calls.push(`remove ${host}:${port}`),
  } satisfies Cluster;
  return {
    fake,
    calls,
    written,
    disconnect: () => (isConnected = false),
    writer: new KafkajsBatchWriter(fake, () => calls.push('destroy')),
  };
}

describe('an answer', () => {
  test('that names the partition without an error is believed', async () => {
    const { writer, written } = cluster();
    await writer.write('t', 0, BATCH, 'all');
    expect(written).toEqual(['t/0@1:a batch']);
  });

  test.each([
    ['that is empty', { topics: [] }],
    ['that names another partition only', confirm('t', 1)],
    ['that names another topic only', confirm('other', 0)],
    ['with an error code', { topics: [{ topicName: 't', partitions: [{ partition: 0, errorCode: 3 }] }] }],
    ['that is missing', undefined],
  ])('%s is not believed', async (_name, answer) => {
    const { writer } = cluster({ produce: () => answer });
    await expect(writer.write('t', 0, BATCH, 'all')).rejects.toMatchObject({
      kind: 'connection',
      type: null,
      message: "the broker's answer does not confirm partition 0 of topic t",
    });
  });

  test('is not asked for with acks none', async () => {
    const { writer, written } = cluster({ produce: () => undefined });
    await writer.write('t', 0, BATCH, 'none');
    expect(written).toHaveLength(1);
  });
});

describe('after a failure', () => {
  test.each([
    ['a leader that has moved', NOT_LEADER, 'NOT_LEADER_FOR_PARTITION', true],
    ['a broker that was slow', REQUEST_TIMED_OUT, 'REQUEST_TIMED_OUT', true],
    ['a batch that is refused', MESSAGE_TOO_LARGE, 'MESSAGE_TOO_LARGE', false],
  ])('of %s the error is told, and the metadata is asked for again if it may be old', async (_name, code, type, refreshes) => {
    const { writer, calls } = cluster({ produce: () => Promise.reject(createErrorFromCode(code)) });
    await expect(writer.write('t', 0, BATCH, 'all')).rejects.toMatchObject({ kind: 'answer', type });
    expect(calls).toEqual(refreshes ? ['refresh t', 'refresh t'] : ['refresh t']);
  });

  test('the next write goes to the new leader, and what was written is there once', async () => {
    const leaders: Record<number, number> = { 0: 1, 1: 2 };
    const { writer, written } = cluster({
      leaders,
      produce: (nodeId, partition, attempt) => {
        if (attempt !== 2) return confirm('t', partition);
        leaders[1] = 1;
        throw createErrorFromCode(NOT_LEADER);
      },
    });
    await writer.write('t', 0, BATCH, 'all');
    await expect(writer.write('t', 1, BATCH, 'all')).rejects.toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION' });
    await writer.write('t', 1, BATCH, 'all');
    expect(written).toEqual(['t/0@1:a batch', 't/1@1:a batch']);
  });

  test('a broker whose connection is closed is taken out, and a lost cluster is connected again', async () => {
    const lost = new KafkaJSConnectionClosedError!('Closed connection', { host: 'h', port: 9092 });
    const rig = cluster({
      produce: (_nodeId, partition, attempt) => {
        if (attempt > 1) return confirm('t', partition);
        rig.disconnect();
        throw lost;
      },
    });
    await expect(rig.writer.write('t', 0, BATCH, 'all')).rejects.toMatchObject({ kind: 'connection', type: null });
    expect(rig.calls).toEqual(['refresh t', 'remove h:9092', 'connect', 'refresh t']);
    await rig.writer.write('t', 0, BATCH, 'all');
  });

  test('the first error is told, also where connecting again fails', async () => {
    const rig = cluster({
      produce: () => {
        rig.disconnect();
        rig.fake.connect = () => Promise.reject(new KafkaJSConnectionError!('connect ECONNREFUSED'));
        throw createErrorFromCode(NOT_LEADER);
      },
    });
    await expect(rig.writer.write('t', 0, BATCH, 'all')).rejects.toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION' });
  });

  test('a kafkajs that has lost all its brokers and breaks inside says so: only a new one helps', async () => {
    const rig = cluster({
      produce: () => {
        rig.disconnect();
        rig.fake.connect = () => Promise.reject(new TypeError("Cannot read properties of undefined (reading 'nodeId')"));
        throw new KafkaJSConnectionError!('Connection error: read ECONNRESET');
      },
    });
    await expect(rig.writer.write('t', 0, BATCH, 'all')).rejects.toMatchObject({ kind: 'client' });
  });
});

describe('a topic that is gone', () => {
  test('does not keep the others from being written to', async () => {
    const gone = new Set<string>();
    const { writer, written } = cluster({ gone });
    await writer.write('a', 0, BATCH, 'all');
    gone.add('a');
    await writer.write('b', 0, BATCH, 'all');
    await writer.write('b', 0, BATCH, 'all');
    await expect(writer.write('a', 0, BATCH, 'all')).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(written).toEqual(['a/0@1:a batch', 'b/0@1:a batch', 'b/0@1:a batch']);
  });

  test('nor from finding their new leaders', async () => {
    const gone = new Set<string>();
    const leaders: Record<number, number> = { 0: 1 };
    const { writer, written, calls } = cluster({
      gone,
      leaders,
      produce: (_nodeId, partition, attempt) => {
        if (attempt !== 3) return confirm(attempt === 1 ? 'a' : 'b', partition);
        leaders[0] = 2;
        throw createErrorFromCode(NOT_LEADER);
      },
    });
    await writer.write('a', 0, BATCH, 'all');
    await writer.write('b', 0, BATCH, 'all');
    gone.add('a');
    await expect(writer.write('b', 0, BATCH, 'all')).rejects.toMatchObject({ type: 'NOT_LEADER_FOR_PARTITION' });
    expect(calls.slice(2)).toEqual(['refresh a+b', 'refresh b']);
    await writer.write('b', 0, BATCH, 'all');
    expect(written).toEqual(['a/0@1:a batch', 'b/0@1:a batch', 'b/0@2:a batch']);
  });

  test('cannot be made where brokers make no topics', async () => {
    const { writer } = cluster({ gone: new Set(['a']) });
    await expect(writer.createTopic('a')).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
  });
});

test('a broker that does not know record batches is refused', async () => {
  const { writer } = cluster({ version: 2 });
  await expect(writer.write('t', 0, BATCH, 'all')).rejects.toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining('Kafka 0.11'),
  });
});

test('closing breaks what does not end by itself', async () => {
  const { writer, fake, calls } = cluster();
  fake.disconnect = () => new Promise(() => undefined);
  await writer.close(5);
  expect(calls).toEqual(['destroy']);
});
