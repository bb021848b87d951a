/** Looking up topics while brokers are away, on a kafkajs of our making. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ClientFactory } from '../../host/kafka/client.ts';
import { openProducer } from '../../host/kafka/producer.ts';
import { numbered, section } from './sections.ts';

/** Clients by number; those below `firstGood` have lost all their brokers. */
function clients(firstGood: number) {
  const lookups: number[] = [];
  const closed: number[] = [];
  let made = 0;
  const create = ({ servers }: { servers?: object[] } = {}): object => {
    // With servers named it is the dial at the start, which keeps no client.
    const number = servers === undefined ? made++ : -1;
    const admin = {
      connect: async () => undefined,
      disconnect: async () => undefined,
      fetchTopicMetadata: async () => {
        lookups[number] = (lookups[number] ?? 0) + 1;
        if (number < firstGood) throw new Error('Failed to connect to seed broker');
        return { topics: [{ name: 't', partitions: [{ partitionId: 0 }] }] };
      },
    };
    const producer = {
      connect: async () => undefined,
      disconnect: async () => undefined,
      send: async () => [{ topicName: 't', partition: 0, errorCode: 0 }],
    };
    return {
      kafka: { admin: () => admin, producer: () => producer },
      dialer: { destroy: () => number >= 0 && closed.push(number), failure: () => undefined },
    };
  };
  const factory = { servers: [{ host: 'localhost', port: 9092 }], log: () => undefined, create } as unknown as ClientFactory;
  return { factory, lookups, closed };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a client that has lost its brokers is replaced after five lookups in vain, as often as it takes', async () => {
  const { factory, lookups, closed } = clients(2);
  const handle = await openProducer(factory, { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 }, 'raw');
  let failures: object[] | null = null;
  void handle.send([{ topic: 't', records: section(numbered(1)) }]).then((told) => (failures = told));
  await vi.advanceTimersByTimeAsync(60_000);
  // Nothing has failed, and it is done: on the third client.
  expect([lookups, closed, failures]).toEqual([[5, 5, 1], [0, 1], []]);
  const closing = handle.close();
  await vi.advanceTimersByTimeAsync(5_000);
  await closing;
});
