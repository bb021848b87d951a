/** Asking for a producer id, on a kafkajs whose one broker answers as told; the integration tests ask real brokers. */
import { expect, test } from 'vitest';
import { onAbort } from '../../../../host/base/abort.ts';
import type { ClientFactory } from '../../../../host/kafka/kafkajs/client.ts';
import { requestProducerId } from '../../../../host/kafka/kafkajs/producer-id.ts';
import { createErrorFromCode, KafkaJSServerDoesNotSupportApiKey } from '../kafkajs-errors.ts';

function ask(initProducerId: () => Promise<object>, abort = new AbortController()) {
  const destroyed: Error[] = [];
  const kafka = {
    [Symbol('private:Kafka:createCluster')]: () => ({ brokerPool: { findConnectedBroker: async () => ({ initProducerId }) } }),
  };
  const factory = {
    servers: [{}],
    create: ({ signal }: { signal: AbortSignal }) => {
      const destroy = (reason: Error): number => destroyed.push(reason);
      onAbort(signal, () => destroy(new Error('closed')));
      return { kafka, dialer: { destroy } };
    },
  } as unknown as ClientFactory;
  return { answer: requestProducerId(factory, abort.signal), abort, destroyed };
}

test('an id is a number of 64 bits with an epoch, and no connection is left', async () => {
  const { answer, destroyed } = ask(async () => ({ producerId: '9223372036854775807', producerEpoch: 3 }));
  expect(await answer).toEqual({ id: 9223372036854775807n, epoch: 3 });
  expect(destroyed).toHaveLength(1);
});

test.each([
  ['an ACL', createErrorFromCode(31), { kind: 'answer', type: 'CLUSTER_AUTHORIZATION_FAILED', retriable: false }],
  ['a broker that takes the request for nonsense', createErrorFromCode(42), { kind: 'answer', type: 'INVALID_REQUEST', retriable: false }],
  [
    'brokers that do not know the request',
    new KafkaJSServerDoesNotSupportApiKey!('The Kafka server does not support the requested API version', { apiKey: 22 }),
    { kind: 'unsupported', type: null, message: 'The Kafka server does not support the requested API version' },
  ],
  ['a coordinator that is not there yet', createErrorFromCode(15), { kind: 'answer', retriable: true }],
  ['a broker that does not say what it has', createErrorFromCode(-1), { kind: 'answer', type: 'UNKNOWN' }],
  ['a failed login', createErrorFromCode(58), { kind: 'login', type: 'SASL_AUTHENTICATION_FAILED' }],
  ['a lost connection', new Error('closed'), { kind: 'connection', type: null, retriable: true }],
])('%s is told as it is, and no connection is left', async (_name, error, fault) => {
  const { answer, destroyed } = ask(() => Promise.reject(error));
  await expect(answer).rejects.toMatchObject({ name: 'KafkaFault', ...fault });
  expect(destroyed).toHaveLength(1);
});

test('closing breaks the connection that is asked over', async () => {
  const { answer, abort, destroyed } = ask(() => new Promise((_, reject) => setTimeout(() => reject(new Error('closed')), 50)));
  abort.abort();
  expect(destroyed).toHaveLength(1);
  await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
});

test('after closing nobody is asked', async () => {
  const abort = new AbortController();
  abort.abort();
  const { answer } = ask(() => Promise.reject(new Error('somebody was asked')), abort);
  await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
});
