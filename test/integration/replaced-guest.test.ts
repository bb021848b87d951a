import { afterEach, describe, expect, test } from 'vitest';
import { decodeAcks, encodeAckRequest } from '../../host/conduit/acks.ts';
import { createDestination, createSource } from '../../host/connector.ts';
import { ConnectorError } from '../../host/base/errors.ts';
import { Net } from '../../host/net/net.ts';
import { withKafka } from '../../host/capability/index.ts';
import { createKafka } from '../../host/kafka/index.ts';
import type { Log } from '../../host/base/log.ts';
import type { ConsumerHandle, ProducerHandle } from '../../host/kafka/handles.ts';
import type { Batch } from '../../host/runtime/contract.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { committed, createTopic, plainKafka, read, subject, values, write } from './kafka-client.ts';
import { sleep } from '../support/wait.ts';

const { servers } = sharedBroker();
const PARTITIONS = 2;
const PER_PARTITION = 500;
const numbers = (partition: number): string[] => Array.from({ length: PER_PARTITION }, (_, i) => `p${partition}-${i}`);

const teardowns: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const teardown of teardowns.splice(0).reverse()) await teardown();
});

/** Kafka whose polls and sends with these numbers, counted over all handles, fail with a bug of the host, which ends the guest's instance. */
function faulty(polls: readonly number[], sends: readonly number[]) {
  let polled = 0;
  let sent = 0;
  const fail = (): never => {
    throw new TypeError('a fault for the test');
  };
  return withKafka((secrets, log) => {
    const kafka = createKafka({ secrets, log, net: new Net() });
    return {
      openConsumer: async (...given): Promise<ConsumerHandle> => {
        const consumer = await kafka.openConsumer(...given);
        return {
          poll: async (...args) => {
            const fetched = await consumer.poll(...args);
            if (fetched.length > 0 && polls.includes(++polled)) fail();
            return fetched;
          },
          wake: () => consumer.wake(),
          commit: (offsets) => consumer.commit(offsets),
          listTopics: () => consumer.listTopics(),
          subscribe: (topics) => consumer.subscribe(topics),
          close: () => consumer.close(),
        };
      },
      openProducer: async (...given): Promise<ProducerHandle> => {
        const producer = await kafka.openProducer(...given);
        return {
          send: async (outgoing) => (sends.includes(++sent) ? fail() : producer.send(outgoing)),
          close: () => producer.close(),
        };
      },
    };
  });
}

async function members(group: string): Promise<number> {
  const admin = plainKafka(servers).admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([group]);
  await admin.disconnect();
  return groups[0]!.members.length;
}

describe.each(['inline', 'worker'] as const)('guests that are replaced under way, %s', (placement) => {
  test('lose nothing between two topics, keep the order of partitions, and leave one member in the group and then none', async () => {
    const [from, to, group] = [uniqueName('from'), uniqueName('to'), uniqueName('group')];
    await createTopic(servers, from, PARTITIONS);
    await createTopic(servers, to, 1);
    for (let partition = 0; partition < PARTITIONS; partition++) await write(servers, from, numbers(partition), partition);

    const warnings: string[] = [];
    const log: Log = (level, message) => {
      if (level === 'warn') warnings.push(message);
    };
    const source = createSource({ log, placement, capabilities: faulty([4, 9], []) });
    const destination = createDestination({ log, placement, capabilities: faulty([], [3]) });
    teardowns.push(
      () => destination.teardown(),
      () => source.teardown(),
    );
    expect(await source.configure({ servers, topics: from, groupID: group, readFromBeginning: 'true' })).toEqual([]);
    expect(await destination.configure({ servers, topic: to, 'sdk.record.format': 'raw' })).toEqual([]);
    await destination.open();
    await source.open(null);

    let writing = Promise.resolve();
    let failure: ConnectorError | null = null;
    const move = async (batch: Batch): Promise<void> => {
      const acks = decodeAcks(await destination.write(batch.data));
      expect(acks.filter((ack) => ack.error !== '')).toEqual([]);
      source.ack(encodeAckRequest(acks));
    };
    source.run(
      {
        batch: (batch) => {
          writing = writing.then(() => move(batch)).catch((error: unknown) => void (failure ??= ConnectorError.from(error)));
          return true;
        },
        failed: (error) => (failure = error),
      },
      { credit: { maxRecords: 50 } },
    );
    const all = Array.from({ length: PARTITIONS }, (_, partition) => numbers(partition))
      .flat()
      .sort();
    const reader = await subject(servers).consumer({ topics: [to], group: uniqueName('reader') });
    teardowns.push(() => reader.close());
    const seen: string[] = [];
    const deadline = Date.now() + 45_000;
    while (new Set(seen).size < all.length && failure === null && Date.now() < deadline) {
      seen.push(...values(await read(reader, 1, 1_000)).map(String));
    }
    expect(failure).toBeNull();
    expect([...new Set(seen)].sort()).toEqual(all);
    // Records that come again do so in order: each first appearance is the next one of its partition.
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const firsts = [...new Set(seen.filter((value) => value.startsWith(`p${partition}-`)))];
      expect(firsts).toEqual(numbers(partition));
    }
    expect(warnings.filter((line) => line.startsWith('the guest is replaced'))).toHaveLength(2);
    expect(warnings.filter((line) => line.includes('the guest is replaced and the write repeated'))).toHaveLength(1);
    expect(await members(group)).toBe(1);

    await source.stop();
    await writing;
    await source.settled();
    await source.teardown();
    for (let partition = 0; partition < PARTITIONS; partition++)
      expect(await committed(servers, group, from, partition)).toBe(PER_PARTITION);
    for (let i = 0; i < 50 && (await members(group)) > 0; i++) await sleep(100);
    expect(await members(group)).toBe(0);
  });
});

test('a guest that is replaced before its group has an offset goes on where the first one began, not at a later "latest"', async () => {
  const topic = uniqueName('topic');
  await createTopic(servers, topic);
  await write(servers, topic, ['before the start']);
  let opened = 0;
  const capabilities = withKafka((secrets, log) => {
    const kafka = createKafka({ secrets, log, net: new Net() });
    return {
      ...kafka,
      openConsumer: async (...given): Promise<ConsumerHandle> => {
        const consumer = await kafka.openConsumer(...given);
        if (++opened > 1) return consumer;
        await consumer.close();
        const poll = async (): Promise<never> => {
          expect(await committed(servers, given[1].group, topic)).toBe(-1);
          await write(servers, topic, ['in between']);
          throw new TypeError('a fault for the test');
        };
        return {
          poll,
          listTopics: async () => [],
          subscribe: async () => undefined,
          wake: () => undefined,
          commit: async () => undefined,
          close: async () => undefined,
        };
      },
    };
  });
  const source = createSource({ log: () => undefined, capabilities });
  teardowns.push(() => source.teardown());
  expect(await source.configure({ servers, topics: topic })).toEqual([]);
  await source.open(null);
  const emitted: string[] = [];
  source.run({ batch: ({ data }) => emitted.push(Buffer.from(data).toString()) > 0, failed: (error) => emitted.push(error.message) });
  await expect.poll(() => opened, { timeout: 20_000 }).toBe(2);
  await write(servers, topic, ['afterwards']);
  await expect.poll(() => emitted.join(), { timeout: 20_000 }).toContain('afterwards');
  expect(emitted.join()).toContain('in between');
  expect(emitted.join()).not.toContain('before the start');
});
