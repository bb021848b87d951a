import { Net } from '../../host/net/net.ts';
import type { DialPolicy } from '../../host/net/policy.ts';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { uniqueName, sharedBroker } from '../support/broker.ts';
import { logged, subject } from './kafka-client.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('with no broker, open fails after ten seconds and names every address as Go does', async () => {
  const [one, two] = [await freePort(), await freePort()];
  const kafka = subject(`127.0.0.1:${one},127.0.0.1:${two}`);
  const start = Date.now();
  await expect(kafka.producer()).rejects.toMatchObject({
    code: 'kafka.unreachable',
    message: `failed to dial broker: unable to dial: dial tcp 127.0.0.1:${one}: connect: connection refused; dial tcp 127.0.0.1:${two}: connect: connection refused`,
  });
  expect(Date.now() - start).toBeGreaterThan(8_500);
  expect(Date.now() - start).toBeLessThan(11_000);
  expect(kafka.lines.filter(({ message }) => message === 'failed to dial broker, trying again...').length).toBeGreaterThanOrEqual(8);
});

test('a name that nobody knows is named', async () => {
  const kafka = subject('no-such-host.invalid:9092');
  await expect(kafka.consumer({ topics: ['t'], group: 'g' })).rejects.toMatchObject({
    message: expect.stringMatching(/dial tcp: lookup no-such-host\.invalid: /),
  });
});

test('one server of several that answers is enough', async () => {
  const kafka = subject(`127.0.0.1:${await freePort()},${sharedBroker().servers}`);
  const producer = await kafka.producer();
  await producer.close();
});

test('every dial is asked of the policy, and none follows the end of a consumer', async () => {
  const dialled: string[] = [];
  const policy: DialPolicy = ({ host, port, address }) => {
    dialled.push(`${host}:${port} ${address}`);
    return null;
  };
  const kafka = subject(sharedBroker().servers, { net: new Net({ policy }) });
  const consumer = await kafka.consumer({ topics: [uniqueName('topic')], group: uniqueName('group') });
  await logged(kafka.lines, ({ message }) => message === 'waiting for topics that do not exist');
  await consumer.close();
  const before = dialled.length;
  expect(before).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(dialled.length).toBe(before);
});

test('servers that the policy refuses fail the open at once, with its reason', async () => {
  const kafka = subject(sharedBroker().servers, { net: new Net({ policy: () => 'not in this house' }) });
  await expect(kafka.consumer({ topics: ['t'], group: 'g' })).rejects.toMatchObject({
    code: 'policy.denied',
    message: expect.stringContaining('the policy denies the consumer of group "g" a connection to '),
  });
  await expect(kafka.producer()).rejects.toMatchObject({ code: 'policy.denied', message: expect.stringContaining('not in this house') });
});
