/** A wall clock that is set back while something waits, as NTP or an operator does it: no wait gets longer. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openConsumer } from '../../../host/kafka/consume/consumer.ts';
import type { ClientFactory } from '../../../host/kafka/kafkajs/client.ts';
import type { Lookups } from '../../../host/kafka/client.ts';
import { KafkaFault } from '../../../host/kafka/fault.ts';
import { reach } from '../../../host/kafka/kafkajs/probe-brokers.ts';
import { openProducer } from '../../../host/kafka/produce/producer.ts';
import { fakeClient, fakeGroupConsumer, fakeLookups } from './fake-client.ts';
import { numbered, section } from './sections.ts';

const AN_HOUR_MS = 3_600_000;
const PRODUCER = { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 5_000, partitioner: 'murmur2' } as const;
const CONSUMER = { topics: ['t'], group: 'g', fromBeginning: true, resume: [] };

/** Clients of kafkajs that connect or not. */
function factory(connect: () => Promise<never>): ClientFactory {
  const cluster = { brokerPool: { findConnectedBroker: connect }, disconnect: async () => undefined };
  const client = {
    kafka: { [Symbol('private:Kafka:createCluster')]: () => cluster },
    dialer: { destroy: () => undefined, failure: () => new Error('no broker') },
  };
  return {
    servers: [{ host: 'localhost', port: 9092 }],
    connectTimeoutMs: 10_000,
    log: () => undefined,
    create: () => client,
  } as unknown as ClientFactory;
}
const NO_BROKER = new KafkaFault('connection', 'no broker');
const unreachable = (): Promise<never> => Promise.reject(NO_BROKER);
const hangs = (): Promise<never> => new Promise(() => undefined);

/** The state of `work` after a time at whose beginning the wall clock goes back by an hour. */
async function after(ms: number, work: Promise<unknown>): Promise<string> {
  let outcome = 'still waits';
  work.then(
    () => (outcome = 'done'),
    (error: Error) => (outcome = error.message),
  );
  await vi.advanceTimersByTimeAsync(100);
  vi.setSystemTime(Date.now() - AN_HOUR_MS);
  await vi.advanceTimersByTimeAsync(ms);
  return outcome;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('open of unreachable brokers gives up after its ten seconds all the same', async () => {
  expect(await after(12_000, reach(factory(unreachable)))).toContain('failed to dial broker');
});

test('open gives up looking for the topics after ten seconds all the same', async () => {
  const work = openConsumer(fakeClient({ lookups: () => fakeLookups({ partitionCounts: unreachable }) }), CONSUMER);
  expect(await after(12_000, work)).toContain('failed to look up the topics');
});

test('a send fails its records after deliveryTimeout all the same', async () => {
  const lookups = (): Lookups => fakeLookups({ partitionCounts: unreachable });
  const producer = await openProducer(fakeClient({ lookups }), PRODUCER);
  const sent = producer.send([{ topic: 't', records: section(numbered(1)) }]);
  expect(await after(6_000, sent)).toBe('done');
  expect(await sent).toMatchObject([{ index: 0, reason: { kind: 'unavailable' } }]);
  const closed = producer.close();
  await vi.advanceTimersByTimeAsync(5_000);
  await closed;
});

test('a poll returns after its maxWaitMs all the same', async () => {
  const consumer = await openConsumer(fakeClient({ groupConsumer: () => fakeGroupConsumer({ join: hangs }) }), CONSUMER);
  const polled = consumer.poll(10, 1_000, 2_000);
  expect(await after(2_100, polled)).toBe('done');
  expect(await polled).toEqual([]);
  const closed = consumer.close();
  await vi.advanceTimersByTimeAsync(5_000);
  await closed;
});
