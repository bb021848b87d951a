/** How a consumer of kafkajs becomes a group consumer: the events that it reports, in Kafka's terms, and the results of a handler that reach kafkajs. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { KafkaFault } from '../../../../host/kafka/fault.ts';
import type { FetchedPartition, GroupListener } from '../../../../host/kafka/group-consumer.ts';
import type { ClientFactory, ClientOptions } from '../../../../host/kafka/kafkajs/client.ts';
import { KafkajsGroupConsumer } from '../../../../host/kafka/kafkajs/group-consumer.ts';
import kafkajs from '../../../../host/kafka/kafkajs/kafkajs.ts';
import { FETCHING, TIMES } from '../../../../host/kafka/consume/session-times.ts';
import { createErrorFromCode } from '../kafkajs-errors.ts';

type Options = Record<string, unknown>;
type EachBatch = (payload: object) => Promise<void>;
const REBALANCE_IN_PROGRESS = 27;

/** A group consumer on a kafkajs consumer that does nothing; `told` holds the events that the listener got. */
function rig(handle: GroupListener['handle'] = async () => undefined) {
  const told: unknown[] = [];
  const calls: string[] = [];
  const emitter = new EventEmitter();
  const { events } = new kafkajs.Kafka({ brokers: ['127.0.0.1:1'] }).consumer({ groupId: 'g' });
  let consumerOptions: Options = {};
  let clientOptions: ClientOptions = {};
  let eachBatch: EachBatch = async () => undefined;
  const step = (name: string) => async (): Promise<void> => void calls.push(name);
  const consumer = {
    events,
    on: (name: string, listener: (event: object) => void) => emitter.on(name, listener),
    connect: step('connect'),
    subscribe: async ({ topics, fromBeginning }: Options) => void calls.push(`subscribe ${String(topics)} ${String(fromBeginning)}`),
    run: async (options: { eachBatch: EachBatch } & Options) => {
      eachBatch = options.eachBatch;
      calls.push(`run autoCommit=${String(options['autoCommit'])} autoResolve=${String(options['eachBatchAutoResolve'])}`);
    },
    disconnect: step('disconnect'),
    seek: ({ offset }: Options) => {
      if (offset === '13') throw new kafkajs.KafkaJSNonRetriableError('no');
      calls.push(`seek ${String(offset)}`);
    },
    commitOffsets: () => Promise.reject(createErrorFromCode(REBALANCE_IN_PROGRESS)),
  };
  const admin = { connect: step('connect admin'), disconnect: step('disconnect admin') };
  const factory = {
    commitMetadata: null,
    create: (options: ClientOptions) => {
      clientOptions = options;
      const kafka = { admin: () => admin, consumer: (given: Options) => ((consumerOptions = given), consumer) };
      return { kafka, dialer: { destroy: () => calls.push('destroy') } };
    },
  } as unknown as ClientFactory;
  const tell =
    (name: string) =>
    (...facts: unknown[]): void =>
      void told.push([name, ...facts]);
  const subject = new KafkajsGroupConsumer(factory, {
    group: 'g',
    times: TIMES,
    fetching: { ...FETCHING, maxBytes: 1_000 },
    maxHandlers: 3,
    retries: 13,
    assigner: {
      names: [],
      attach: () => undefined,
      metadata: () => Buffer.alloc(0),
      joining: (_memberId, metadata) => metadata,
      assign: async () => [],
      wantsToJoin: () => false,
    },
    listener: {
      joined: tell('joined'),
      rebalancing: tell('rebalancing'),
      revoking: async () => tell('revoking')(),
      ignored: tell('ignored'),
      fetchAnswered: tell('fetch answered'),
      heartbeatAnswered: tell('heartbeat answered'),
      connectionLost: tell('connection lost'),
      throttled: tell('throttled'),
      committed: tell('committed'),
      outOfRange: tell('out of range'),
      passedOver: tell('passed over'),
      refused: tell('refused'),
      crashed: tell('crashed'),
      handle,
    },
  });
  return {
    subject,
    told,
    calls,
    join: () => subject.join(['a', 'b'], new AbortController().signal),
    emit: (name: keyof typeof events, payload: object) => emitter.emit(events[name], { payload }),
    eachBatch: (payload: object) => eachBatch(payload),
    consumerOptions: () => consumerOptions,
    clientOptions: () => clientOptions,
  };
}

/** As kafkajs calls its handler. */
const payloadOf = (facts: object = {}): object => ({
  batch: { topic: 'a', partition: 1, messages: [{ batch: 'first' }], fetchedOffset: '7', lastOffset: () => '9' },
  isRunning: () => true,
  isStale: () => false,
  heartbeat: async () => undefined,
  resolveOffset: () => undefined,
  ...facts,
});

test("joins from the beginning where nothing is committed, without kafkajs' commits and restarts", async () => {
  const { join, calls, consumerOptions, clientOptions } = rig();
  await join();
  expect(calls).toEqual(['connect', 'subscribe a,b true', 'run autoCommit=false autoResolve=false']);
  expect(consumerOptions()).toMatchObject({ groupId: 'g', maxBytes: 1_000, allowAutoTopicCreation: false, sessionTimeout: 30_000 });
  const retry = consumerOptions()['retry'] as { retries: number; restartOnFailure(): Promise<boolean> };
  expect([retry.retries, await retry.restartOnFailure(), clientOptions().retries]).toEqual([13, false, 13]);
});

test('goes no further in its join once the signal has aborted', async () => {
  const { subject, calls } = rig();
  await expect(subject.join(['a'], AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  expect(calls).toEqual(['connect']);
});

test("tells kafkajs' events in Kafka's words", async () => {
  const { join, emit, told, clientOptions } = rig();
  await join();
  emit('FETCH', {});
  emit('HEARTBEAT', {});
  emit('GROUP_JOIN', { memberAssignment: { a: [1] }, isLeader: true, groupProtocol: 'sticky' });
  emit('REBALANCING', {});
  emit('RECEIVED_UNSUBSCRIBED_TOPICS', { topicsNotSubscribed: ['c'] });
  emit('END_BATCH_PROCESS', { topic: 'a', partition: 1, batchSize: 4, lastOffset: '3' });
  emit('END_BATCH_PROCESS', { topic: 'a', partition: 1, batchSize: 0, lastOffset: '9007199254740993' });
  clientOptions().onLost?.('::1', 9092, new Error('read ECONNRESET'));
  const refused = new ConnectorError('policy.denied', 'x');
  clientOptions().onRefused?.(refused);
  emit('CRASH', { error: new kafkajs.KafkaJSNumberOfRetriesExceeded(createErrorFromCode(30), { retryCount: 1, retryTime: 1 }) });
  expect(told).toEqual([
    ['fetch answered'],
    ['heartbeat answered'],
    ['joined', { assignment: { a: [1] }, isLeader: true, protocol: 'sticky', generation: -1 }],
    ['rebalancing'],
    ['ignored', ['c']],
    ['passed over', 'a', 1, 9_007_199_254_740_993n],
    ['connection lost', '[::1]:9092', 'Connection error: read ECONNRESET'],
    ['refused', refused],
    ['crashed', expect.objectContaining({ name: 'KafkaFault', type: 'GROUP_AUTHORIZATION_FAILED', isPermanent: true })],
  ]);
});

test('hands a fetched partition over, and resolves up to an offset', async () => {
  const seen: unknown[] = [];
  const stale = { is: false };
  const { join, eachBatch } = rig(async (fetched) => {
    const { topic, partition, fetchOffset, lastOffset, batches } = fetched;
    seen.push(topic, partition, fetchOffset, lastOffset, batches[0]?.batch, fetched.isCurrent());
    stale.is = true;
    seen.push(fetched.isCurrent());
    fetched.resolve(8n);
  });
  await join();
  await eachBatch(payloadOf({ isStale: () => stale.is, resolveOffset: (offset: string) => seen.push(offset) }));
  expect(seen).toEqual(['a', 1, 7n, 9n, 'first', true, false, '8']);
});

test("passes kafkajs' own heartbeat error on as it was, and shows the handler a fault", async () => {
  const seen: unknown[] = [];
  const { join, eachBatch } = rig(async (fetched: FetchedPartition) => {
    await fetched.heartbeat().catch((error: unknown) => {
      seen.push(error);
      throw error;
    });
  });
  await join();
  const error = createErrorFromCode(REBALANCE_IN_PROGRESS);
  await expect(eachBatch(payloadOf({ heartbeat: () => Promise.reject(error) }))).rejects.toBe(error);
  expect(seen).toEqual([expect.any(KafkaFault)]);
  expect(seen).toMatchObject([{ type: 'REBALANCE_IN_PROGRESS' }]);
});

test.each([new TypeError('injected'), new ConnectorError('internal', 'injected'), new KafkaFault('answer', 'injected')])(
  'a handler that rejects with a $name makes kafkajs fetch again: with a TypeError it would end for good',
  async (failure) => {
    const { join, eachBatch } = rig(() => Promise.reject(failure));
    await join();
    await expect(eachBatch(payloadOf())).rejects.toMatchObject({ name: 'KafkaJSError', retriable: true, message: 'injected' });
  },
);

test('a TypeError of its heartbeat does not reach kafkajs either', async () => {
  const { join, eachBatch } = rig((fetched) => fetched.heartbeat());
  await join();
  await expect(eachBatch(payloadOf({ heartbeat: () => Promise.reject(new TypeError('broken')) }))).rejects.toMatchObject({
    name: 'KafkaJSError',
  });
});

test('what fails is a fault or an error of the host', async () => {
  const { subject, join } = rig();
  expect(() => subject.seek('a', 1, 1n)).toThrow(expect.objectContaining({ code: 'kafka.unreachable' }));
  await expect(subject.commit([], () => true)).rejects.toMatchObject({ code: 'kafka.unreachable' });
  await join();
  expect(() => subject.seek('a', 1, 13n)).toThrow(KafkaFault);
  await expect(subject.commit([{ topic: 'a', partition: 1, nextOffset: 2n }], () => true)).rejects.toMatchObject({
    name: 'KafkaFault',
    type: 'REBALANCE_IN_PROGRESS',
  });
});

test('leaves the group before its connections break', async () => {
  const { subject, join, calls } = rig();
  await join();
  calls.length = 0;
  await subject.close(100);
  expect(calls).toEqual(['disconnect', 'disconnect admin', 'destroy']);
});
