import { afterEach, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { createTopic, factoryOf, plainKafka, subject, write } from './kafka-client.ts';

const { servers } = sharedBroker();
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

test('a partition ends where the first open transaction begins, and behind a transaction that is over', async () => {
  const topic = uniqueName('stable');
  await createTopic(servers, topic);
  await write(servers, topic, ['a', 'b']);
  const producer = plainKafka(servers).producer({ transactionalId: uniqueName('transaction'), maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  open.push({ close: () => producer.disconnect() });
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: 'c' }] });
  await write(servers, topic, ['d']);
  const lookups = factoryOf(subject(servers)).lookups();
  open.push({ close: () => lookups.close(500) });
  await lookups.connect();
  expect(await lookups.ranges(topic)).toEqual([{ partition: 0, low: 0n, high: 2n }]);
  await transaction.commit();
  // a, b, c, d and the marker of the commit.
  await expect.poll(async () => (await lookups.ranges(topic))[0]!.high, { timeout: 10_000 }).toBe(5n);
});
