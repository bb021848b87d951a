/** The guards of producing, against kafkajs' own `sendMessages` with a cluster that fails on demand, and against answers of our making. */
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { Deadline } from '../../../../host/base/deadline.ts';
import '../../../../host/kafka/kafkajs/kafkajs.ts';
import type { Delivery } from '../../../../host/kafka/produce/delivery.ts';
import { divide } from '../../../../host/kafka/records/outgoing-batch.ts';
import { PartitionLane, type LaneOptions } from '../../../../host/kafka/produce/partition-lane.ts';
import { openBatch, readBatches } from '../../../../host/kafka/records/record-batch.ts';
import type { SendFailure } from '../../../../host/kafka/contract.ts';
import { decode, numbered, section } from '../sections.ts';

const require = createRequire(import.meta.url);
const createSendMessages = require('kafkajs/src/producer/sendMessages') as (options: object) => (request: object) => Promise<never>;
const createRetry = require('kafkajs/src/retry') as (options: object) => unknown;
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
const NOT_LEADER = 6;
const REQUEST_TIMED_OUT = 7;
const MESSAGE_TOO_LARGE = 10;

type Send = Awaited<ReturnType<LaneOptions['producer']>>['send'];
type SendRequest = Parameters<Send>[0];
type Answer = Awaited<ReturnType<Send>>;

const valuesOf = (messages: object[]): string[] =>
  messages.flatMap((message) =>
    readBatches((message as { encoded: Buffer }).encoded).flatMap((batch) => decode(openBatch(batch, 1 << 24)).map(({ value }) => value!)),
  );
const confirm = ({ topic, messages }: SendRequest): Answer => [{ topicName: topic, partition: messages[0]!.partition!, errorCode: 0 }];

/** A lane whose producer answers as told; what it was asked to write is in `asked`. */
function lane(answer: (request: SendRequest, attempt: number) => Promise<Answer> | Answer, partition = 0) {
  const asked: string[][] = [];
  const renewed: unknown[] = [];
  const partitionLane = new PartitionLane({
    topic: 't',
    partition,
    options: { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 },
    log: () => undefined,
    producer: async () => ({
      send: async (request) => {
        asked.push(valuesOf(request.messages));
        return answer(request, asked.length);
      },
    }),
    producerId: async () => null,
    unknownTopic: () => undefined,
    renew: (producer) => renewed.push(producer),
  });
  return { partitionLane, asked, renewed };
}

function delivery(timeoutMs = Number.POSITIVE_INFINITY): Delivery & { failures: SendFailure[]; abort: AbortController } {
  const failures: SendFailure[] = [];
  const abort = new AbortController();
  return {
    failures,
    abort,
    deadline: Deadline.after(timeoutMs),
    signal: abort.signal,
    fail: (indexes, kind, text) => {
      for (const index of indexes) failures.push({ index, reason: { kind, text } });
    },
  };
}
const batch = (count: number, from = 0) => divide(section(numbered(count, from)), from, () => 0, 1 << 20).batches[0]!;

describe('a send that resolved', () => {
  test.each([
    ['with nothing', () => []],
    ['with another partition only', () => [{ topicName: 't', partition: 1, errorCode: 0 }]],
    ['with another topic only', () => [{ topicName: 'other', partition: 0, errorCode: 0 }]],
    ['with an error code', () => [{ topicName: 't', partition: 0, errorCode: 3 }]],
  ])('%s is not believed: it is sent again', async (_name, lie) => {
    const { partitionLane, asked } = lane((request, attempt) => (attempt === 1 ? lie() : confirm(request)));
    const outcome = delivery();
    await partitionLane.deliver(batch(2), outcome);
    expect(asked).toHaveLength(2);
    expect(outcome.failures).toEqual([]);
  });

  test('without acks asked for has no answer to check', async () => {
    const { asked } = lane(() => []);
    const none = new PartitionLane({
      topic: 't',
      partition: 0,
      options: { acks: 'none', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 },
      log: () => undefined,
      producer: async () => ({
        send: async (request) => {
          asked.push(valuesOf(request.messages));
          return [];
        },
      }),
      producerId: async () => null,
      unknownTopic: () => undefined,
      renew: () => undefined,
    });
    await none.deliver(batch(2), delivery());
    expect(asked).toHaveLength(1);
  });
});

/** kafkajs' own producing over two brokers; partition 0 is led by broker 1, partition 1 by broker 2. */
function cluster(failFirst: (moveLeader: (partition: number, node: number) => void) => Error) {
  const leaders: Record<number, number> = { 0: 1, 1: 2 };
  const written: string[] = [];
  let failed = false;
  const broker = (nodeId: number) => ({
    nodeId,
    produce: async ({ topicData }: { topicData: { topic: string; partitions: { partition: number; messages: object[] }[] }[] }) => {
      if (nodeId === 2 && !failed) {
        failed = true;
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw failFirst((partition, node) => {
          leaders[partition] = node;
        });
      }
      const topics = topicData.map(({ topic, partitions }) => ({
        topicName: topic,
        partitions: partitions.map(({ partition, messages }) => {
          written.push(...valuesOf(messages).map((value) => `${value}@${partition}`));
          return { partition, errorCode: 0, baseOffset: '0' };
        }),
      }));
      return { topics };
    },
  });
  const brokers: Record<number, object> = { 1: broker(1), 2: broker(2) };
  const logger = { debug() {}, error() {}, info() {}, warn() {}, namespace: () => logger };
  const send = createSendMessages({
    logger,
    partitioner: ({ message }: { message: { partition: number } }) => message.partition,
    retrier: createRetry({ initialRetryTime: 10, retries: 0 }),
    cluster: {
      targetTopics: new Set(),
      isConnected: () => true,
      addMultipleTargetTopics: async () => undefined,
      refreshMetadataIfNecessary: async () => undefined,
      refreshMetadata: async () => undefined,
      findTopicPartitionMetadata: () => [0, 1].map((partitionId) => ({ partitionId, leader: leaders[partitionId] })),
      findLeaderForPartitions: (_topic: string, partitions: string[]) => {
        const byLeader: Record<number, number[]> = {};
        for (const partition of partitions.map(Number)) (byLeader[leaders[partition]!] ??= []).push(partition);
        return byLeader;
      },
      findBroker: async ({ nodeId }: { nodeId: string }) => brokers[Number(nodeId)],
      removeBroker: () => undefined,
    },
    eosManager: {
      isTransactional: () => false,
      acquireBrokerLock: async () => undefined,
      releaseBrokerLock: async () => undefined,
      getSequence: () => 0,
      updateSequence: () => undefined,
      getProducerId: () => -1,
      getProducerEpoch: () => 0,
    },
  });
  return {
    written,
    send: (request: SendRequest) =>
      send({ acks: request.acks, timeout: request.timeout, topicMessages: [{ topic: request.topic, messages: request.messages }] }),
  };
}

test.each([
  [
    'a leader that moves to a broker which has answered already',
    (move: (partition: number, node: number) => void) => (move(1, 1), createErrorFromCode(NOT_LEADER)),
  ],
  ['a broker that fails once', () => createErrorFromCode(REQUEST_TIMED_OUT)],
])('over kafkajs, no record is lost or moved by %s', async (_name, failFirst) => {
  const { written, send } = cluster(failFirst);
  const outcomes = [delivery(), delivery()];
  await Promise.all(
    [0, 1].map((partition) => {
      const records = divide(section(numbered(3, partition * 3)), 0, () => partition, 1 << 20).batches[0]!;
      return lane((request) => send(request), partition).partitionLane.deliver(records, outcomes[partition]!);
    }),
  );
  expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
  expect(written.sort()).toEqual(['value-0@0', 'value-1@0', 'value-2@0', 'value-3@1', 'value-4@1', 'value-5@1']);
});

describe('order', () => {
  test('a batch is begun only when the one before is over, also over retries', async () => {
    let failures = 2;
    const { partitionLane, asked } = lane(async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (failures-- > 0) throw createErrorFromCode(REQUEST_TIMED_OUT);
      return confirm(request);
    });
    await Promise.all([
      partitionLane.deliver(batch(1, 0), delivery()),
      partitionLane.deliver(batch(1, 1), delivery()),
      partitionLane.deliver(batch(1, 2), delivery()),
    ]);
    expect(asked.flat()).toEqual(['value-0', 'value-0', 'value-0', 'value-1', 'value-2']);
  });

  test('a batch whose time is over holds the next one back until kafkajs has let go of it', async () => {
    const first = Promise.withResolvers<Answer>();
    const { partitionLane, asked } = lane((request, attempt) => (attempt === 1 ? first.promise : confirm(request)));
    const late = delivery(30);
    await partitionLane.deliver(batch(2), late);
    expect(late.failures).toEqual(
      [0, 1].map((index) => ({ index, reason: { kind: 'timeout', text: 'records have timed out before they were able to be produced' } })),
    );
    const next = partitionLane.deliver(batch(1, 2), delivery());
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(asked).toHaveLength(1);
    first.resolve([{ topicName: 't', partition: 0, errorCode: 0 }]);
    await next;
    expect(asked.flat()).toEqual(['value-0', 'value-1', 'value-2']);
    expect(late.failures).toHaveLength(2);
  });
});

describe('splitting', () => {
  test('finds the records that are too large, and writes the others in order, each once', async () => {
    const written: string[] = [];
    const { partitionLane } = lane((request) => {
      const list = valuesOf(request.messages);
      if (list.includes('value-5') || list.includes('value-12')) throw createErrorFromCode(MESSAGE_TOO_LARGE);
      written.push(...list);
      return confirm(request);
    });
    const outcome = delivery();
    await partitionLane.deliver(batch(20), outcome);
    expect(outcome.failures.map(({ index }) => index)).toEqual([5, 12]);
    expect(outcome.failures[0]!.reason).toEqual({
      kind: 'rejected',
      text: 'MESSAGE_TOO_LARGE: The request included a message larger than the max message size the server will accept.',
    });
    expect(written).toEqual(
      numbered(20)
        .map(({ value }) => value)
        .filter((value) => value !== 'value-5' && value !== 'value-12'),
    );
  });

  test('at the deadline, what is written stays written and the rest is told', async () => {
    const { partitionLane } = lane(async (request) => {
      const list = valuesOf(request.messages);
      if (list.length > 2) throw createErrorFromCode(MESSAGE_TOO_LARGE);
      if (list.includes('value-2')) await new Promise((resolve) => setTimeout(resolve, 150));
      return confirm(request);
    });
    const outcome = delivery(60);
    await partitionLane.deliver(batch(4), outcome);
    expect(outcome.failures.map(({ index }) => index)).toEqual([2, 3]);
  });
});

describe('giving up', () => {
  test('what Kafka calls final is not tried again', async () => {
    const { partitionLane, asked } = lane(() => {
      throw createErrorFromCode(29);
    });
    const outcome = delivery();
    await partitionLane.deliver(batch(1), outcome);
    expect(asked).toHaveLength(1);
    expect(outcome.failures).toEqual([
      {
        index: 0,
        reason: { kind: 'rejected', text: 'TOPIC_AUTHORIZATION_FAILED: Not authorized to access topics: [Topic authorization failed].' },
      },
    ]);
  });

  test('a topic that is gone is tried four times', async () => {
    const { partitionLane, asked } = lane(() => {
      throw createErrorFromCode(3);
    });
    const outcome = delivery();
    await partitionLane.deliver(batch(1), outcome);
    expect(asked).toHaveLength(4);
    expect(outcome.failures[0]!.reason.text).toBe('UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.');
  });

  test('a kafkajs that broke inside is replaced, and the records are tried again', async () => {
    const { partitionLane, asked, renewed } = lane((request, attempt) => {
      if (attempt === 1) throw new TypeError("Cannot read properties of undefined (reading 'nodeId')");
      return confirm(request);
    });
    const outcome = delivery();
    await partitionLane.deliver(batch(1), outcome);
    expect([asked.length, renewed.length, outcome.failures]).toEqual([2, 1, []]);
  });

  test('closing ends the tries', async () => {
    const { partitionLane } = lane(() => {
      throw createErrorFromCode(REQUEST_TIMED_OUT);
    });
    const outcome = delivery();
    setTimeout(() => outcome.abort.abort(), 20);
    await partitionLane.deliver(batch(1), outcome);
    expect(outcome.failures).toEqual([{ index: 0, reason: { kind: 'cancelled', text: 'the producer is closed' } }]);
  });
});
