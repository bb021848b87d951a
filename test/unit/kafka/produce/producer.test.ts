/** Looking up topics while no broker answers, and requests for producer ids that fail. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KafkaClient } from '../../../../host/kafka/client.ts';
import { KafkaFault } from '../../../../host/kafka/fault.ts';
import { openProducer } from '../../../../host/kafka/produce/producer.ts';
import { fakeClient, fakeLookups, fakeWriter } from '../fake-client.ts';
import { numbered, section } from '../sections.ts';

const OPTIONS = { acks: 'all', compression: 'none', maxBatchBytes: 1 << 20, deliveryTimeoutMs: 0, partitioner: 'murmur2' } as const;

/** Connections by number; those below `firstGood` have lost all their brokers. */
function connections(firstGood: number) {
  const lookups: number[] = [];
  const closed: number[] = [];
  /** Producer id and sequence number of what was written. */
  const written: string[] = [];
  const lines: string[] = [];
  let made = 0;
  const client: Partial<KafkaClient> = {
    log: (_level, line) => lines.push(line),
    lookups: () => {
      const number = made++;
      return fakeLookups({
        partitionCounts: async () => {
          lookups[number] = (lookups[number] ?? 0) + 1;
          if (number < firstGood) throw new KafkaFault('connection', 'Failed to connect to seed broker');
          return new Map([['t', 1]]);
        },
        close: async () => void closed.push(number),
      });
    },
    writer: () =>
      fakeWriter({
        write: async (_topic, _partition, batch) => void written.push(`${batch.readBigInt64BE(43)}/${batch.readInt32BE(53)}`),
      }),
  };
  return { client, lookups, closed, written, lines };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('connections that have lost their brokers are replaced after five lookups in vain, as often as it takes', async () => {
  const { client, lookups, closed } = connections(2);
  const handle = await openProducer(fakeClient(client), OPTIONS);
  let failures: object[] | null = null;
  void handle.send([{ topic: 't', records: section(numbered(1)) }]).then((told) => (failures = told));
  await vi.advanceTimersByTimeAsync(60_000);
  // Nothing has failed, and it is done: on the third connection.
  expect([lookups, closed, failures]).toEqual([[5, 5, 1], [0, 1], []]);
  const closing = handle.close();
  await vi.advanceTimersByTimeAsync(5_000);
  await closing;
  expect(closed).toEqual([0, 1, 2]);
});

describe('a cluster that', () => {
  /** Sends three times. */
  async function send(producerId: KafkaClient['producerId']) {
    const { client, written, lines } = connections(0);
    const handle = await openProducer(fakeClient({ ...client, producerId }), OPTIONS);
    const sent = (async () => {
      for (let i = 0; i < 3; i++) expect(await handle.send([{ topic: 't', records: section(numbered(2)) }])).toEqual([]);
    })();
    await vi.advanceTimersByTimeAsync(5_000);
    await sent;
    const closing = handle.close();
    await vi.advanceTimersByTimeAsync(5_000);
    await closing;
    return { written, lines };
  }
  const answer = (type: string, message: string, retriable: boolean) => new KafkaFault('answer', message, { type, retriable });

  test.each([
    ['an ACL', answer('CLUSTER_AUTHORIZATION_FAILED', 'Cluster authorization failed', false)],
    [
      'a broker that takes the request for nonsense',
      answer('INVALID_REQUEST', 'This most likely occurs because of a malformed request', false),
    ],
    ['brokers that do not know the request', new KafkaFault('unsupported', 'The Kafka server does not support the requested API version')],
  ])('gives no producer ids to this client (%s) is written to without, and the log says so once', async (_name, fault) => {
    const { written, lines } = await send(() => Promise.reject(fault));
    expect(written).toEqual(['-1/-1', '-1/-1', '-1/-1']);
    expect(lines).toEqual([`disabling idempotent writes because the cluster does not allow them: ${fault.message}`]);
  });

  test.each([
    ['a coordinator that is not there yet', answer('GROUP_COORDINATOR_NOT_AVAILABLE', 'not available', true)],
    ['a broker that does not say what it has', answer('UNKNOWN', 'unexpected', false)],
    ['a failed login', new KafkaFault('login', 'failed', { type: 'SASL_AUTHENTICATION_FAILED', retriable: false })],
    ['a login in the wrong state', answer('ILLEGAL_SASL_STATE', 'state', false)],
    ['a lost connection', new KafkaFault('connection', 'closed')],
  ])('cannot give one now (%s) is asked again, and nothing is written without', async (_name, fault) => {
    let asked = 0;
    const { written } = await send(() => (++asked < 3 ? Promise.reject(fault) : Promise.resolve({ id: 5n, epoch: 0 })));
    expect(written).toEqual(['5/0', '5/2', '5/4']);
    expect(asked).toBe(3);
  });
});
