/** Looking up topics while brokers are away, and producer ids that are not to be had, on a kafkajs of our making. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClientFactory } from '../../../../host/kafka/kafkajs/client.ts';
import type { requestProducerId } from '../../../../host/kafka/produce/producer-id.ts';
import { openProducer } from '../../../../host/kafka/produce/producer.ts';
import { numbered, section } from '../sections.ts';

/** Clients by number; those below `firstGood` have lost all their brokers. */
function clients(firstGood: number) {
  const lookups: number[] = [];
  const closed: number[] = [];
  /** Producer id and sequence number of what was written. */
  const stamps: string[] = [];
  const lines: string[] = [];
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
      send: async ({ messages }: { messages: { encoded: Buffer }[] }) => {
        stamps.push(`${messages[0]!.encoded.readBigInt64BE(43)}/${messages[0]!.encoded.readInt32BE(53)}`);
        return [{ topicName: 't', partition: 0, errorCode: 0 }];
      },
    };
    return {
      kafka: { admin: () => admin, producer: () => producer },
      dialer: { destroy: () => number >= 0 && closed.push(number), failure: () => undefined },
    };
  };
  const factory = { servers: [{ host: 'localhost', port: 9092 }], log: (_level: string, line: string) => lines.push(line), create };
  return { factory: factory as unknown as ClientFactory, lookups, closed, stamps, lines };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a client that has lost its brokers is replaced after five lookups in vain, as often as it takes', async () => {
  const { factory, lookups, closed } = clients(2);
  const handle = await openProducer(
    factory,
    { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 },
    { identify: async () => ({ id: 1n, epoch: 0 }) },
  );
  let failures: object[] | null = null;
  void handle.send([{ topic: 't', records: section(numbered(1)) }]).then((told) => (failures = told));
  await vi.advanceTimersByTimeAsync(60_000);
  // Nothing has failed, and it is done: on the third client.
  expect([lookups, closed, failures]).toEqual([[5, 5, 1], [0, 1], []]);
  const closing = handle.close();
  await vi.advanceTimersByTimeAsync(5_000);
  await closing;
});

describe('a cluster that', () => {
  const options = { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0 } as const;
  /** Sends three times. */
  async function send(identify: typeof requestProducerId) {
    const { factory, stamps, lines } = clients(0);
    const handle = await openProducer(factory, options, { identify });
    const sent = (async () => {
      for (let i = 0; i < 3; i++) expect(await handle.send([{ topic: 't', records: section(numbered(2)) }])).toEqual([]);
    })();
    await vi.advanceTimersByTimeAsync(5_000);
    await sent;
    const closing = handle.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await closing;
    return { stamps, lines };
  }

  test('gives no producer ids to this client is written to without, and the log says so once', async () => {
    const { stamps, lines } = await send(() => Promise.resolve({ refused: 'CLUSTER_AUTHORIZATION_FAILED: Cluster authorization failed.' }));
    expect(stamps).toEqual(['-1/-1', '-1/-1', '-1/-1']);
    expect(lines).toEqual([
      'disabling idempotent writes because the cluster does not allow them: CLUSTER_AUTHORIZATION_FAILED: Cluster authorization failed.',
    ]);
  });

  test('cannot give one now is asked again, and nothing is written without', async () => {
    let asked = 0;
    const { stamps } = await send(() => (++asked < 3 ? Promise.reject(new Error('closed')) : Promise.resolve({ id: 5n, epoch: 0 })));
    expect(stamps).toEqual(['5/0', '5/2', '5/4']);
    expect(asked).toBe(3);
  });
});
