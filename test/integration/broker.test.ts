import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Kafka } from 'kafkajs';
import { sharedBroker, startBroker, uniqueName, type Broker } from '../support/broker.ts';
import kafkajs from '../support/plain-kafkajs.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';

const split = (address: string): { host: string; port: number } => {
  const [host = '', port] = address.split(':');
  return { host, port: Number(port) };
};

function client(servers: string): Kafka {
  return new kafkajs.Kafka({
    brokers: servers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 1000 },
  });
}

async function produce(servers: string, topic: string, values: readonly string[]): Promise<void> {
  const producer = client(servers).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, messages: values.map((value) => ({ key: value, value })) });
  await producer.disconnect();
}

async function consume(servers: string, topic: string, count: number): Promise<string[]> {
  const consumer = client(servers).consumer({ groupId: uniqueName('group') });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: ({ message }) => {
          values.push(String(message.value));
          if (values.length === count) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return values.sort();
}

/** Resolves when the broker took the connection: TLS 1.3 tells a client of a refused certificate only after its own handshake. */
async function handshake(address: string, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ ...split(address), servername: 'localhost', ...options });
  await once(socket, 'secureConnect');
  const apiVersions = Buffer.from('0000000d00120000000000010003616263', 'hex');
  socket.write(apiVersions);
  const answered = await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
  socket.destroy();
  if (!answered) throw new Error('the broker closed the connection');
  return socket;
}

describe('the shared broker', () => {
  test('takes records and gives them back', async () => {
    const { servers } = sharedBroker();
    const topic = uniqueName('broker');
    const values = Array.from({ length: 100 }, (_, index) => `value ${index}`).sort();
    await produce(servers, topic, values);
    expect(await consume(servers, topic, values.length)).toEqual(values);
  });

  test('proves its name to a client that trusts its CA, and to no other', async (context) => {
    const { sslServers, tls } = sharedBroker();
    if (!sslServers || !tls) return context.skip('the cluster at KAFKA_SERVERS has no TLS listener that we know of');
    await handshake(sslServers, { ca: tls.caCert });
    await expect(handshake(sslServers, { ca: tls.otherCaCert })).rejects.toThrow('unable to verify the first certificate');
  });

  test('lets nobody without a client certificate in where it asks for one', async (context) => {
    const { mtlsServers, tls } = sharedBroker();
    if (!mtlsServers || !tls) return context.skip('the cluster at KAFKA_SERVERS has no TLS listener that we know of');
    await handshake(mtlsServers, { ca: tls.caCert, cert: tls.clientCert, key: tls.clientKey });
    await expect(handshake(mtlsServers, { ca: tls.caCert })).rejects.toThrow();
  });

  test('shows the name of another host where a test needs a wrong one', async (context) => {
    const { misnamedServers, tls } = sharedBroker();
    if (!misnamedServers || !tls) return context.skip('the cluster at KAFKA_SERVERS has no TLS listener that we know of');
    await expect(handshake(misnamedServers, { ca: tls.caCert })).rejects.toThrow(/localhost/);
    await handshake(misnamedServers, { ca: tls.caCert, servername: 'elsewhere.example' });
  });
});

describe.skipIf(brokersAreNotOurs !== null)(`a private broker${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker({ config: { 'message.max.bytes': '2000' } });
  });
  afterAll(() => broker?.close());

  test('obeys the settings that the test gave it', async () => {
    await expect(produce(broker.servers, uniqueName('large'), ['x'.repeat(5000)])).rejects.toThrow(/larger than the max message size/);
  });

  for (const way of ['stop', 'kill'] as const) {
    test(`keeps its data and its ports after ${way} and start`, async () => {
      const topic = uniqueName(way);
      await produce(broker.servers, topic, ['before']);
      await broker[way]();
      const refused = connectTcp(split(broker.servers));
      await expect(once(refused, 'connect')).rejects.toThrow(/ECONNREFUSED/);
      await broker.start();
      await produce(broker.servers, topic, ['after']);
      expect(await consume(broker.servers, topic, 2)).toEqual(['after', 'before']);
    });
  }
});

describe.skipIf(brokersAreNotOurs !== null)(`three brokers${skipped(brokersAreNotOurs)}`, () => {
  test('go on when one of them is killed, and take it back', async () => {
    await using cleanup = new AsyncDisposableStack();
    const broker = await startBroker({ nodes: 3 });
    cleanup.defer(() => broker.close());
    expect(broker.servers.split(',')).toHaveLength(3);
    const topic = uniqueName('three');
    await produce(broker.servers, topic, ['one']);
    await broker.kill(2);
    await produce(broker.servers, topic, ['two']);
    await broker.start(2);
    await produce(broker.servers, topic, ['three']);
    expect(await consume(broker.servers, topic, 3)).toEqual(['one', 'three', 'two']);
  }, 180_000);
});
