/** A broker of its own, which is stopped, killed and started again while records flow. */
import { Net } from '../../host/net/net.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProducerOptions } from '../../host/kafka/contract.ts';
import type { ProducerHandle } from '../../host/kafka/handles.ts';
import { numbered, section, type TestRecord } from '../unit/kafka/sections.ts';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { commit, committed, createTopic, logged, read, subject, values, withAdmin, type Read, type Subject } from './kafka-client.ts';
import { sleep } from '../support/wait.ts';

const given = process.env['KAFKA_PROVIDER'] === 'address';
let broker: Broker;
let kafka: Subject;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  if (given) return;
  broker = await startBroker({ config: { 'auto.create.topics.enable': 'false', 'log.cleaner.backoff.ms': '300' } });
  kafka = subject(broker.servers);
});
beforeEach(() => {
  if (!given) kafka.lines.splice(0);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});
afterAll(() => broker?.close());

const names = (): { topic: string; group: string } => ({ topic: uniqueName('topic'), group: uniqueName('group') });
async function producer(options: Partial<ProducerOptions> = {}): Promise<ProducerHandle> {
  const handle = await kafka.producer(options);
  open.push(handle);
  return handle;
}
async function consumer(topics: string[], group: string) {
  const handle = await kafka.consumer({ topics, group });
  open.push(handle);
  return handle;
}
const send = (handle: ProducerHandle, topic: string, records: TestRecord[], partition?: number) =>
  handle.send([{ topic, partition, records: section(records) }]);

describe.skipIf(given)(`settings of a broker${given ? ' (skipped: the given cluster has its own)' : ''}`, () => {
  test("without leave to make topics, a missing one fails after a few tries, in Kafka's words", async () => {
    const { topic } = names();
    await createTopic(broker.servers, topic);
    const failures = await (
      await producer()
    ).send([
      { topic: uniqueName('missing'), records: section(numbered(2)) },
      { topic, records: section(numbered(2)) },
    ]);
    expect(failures).toEqual(
      [0, 1].map((index) => ({
        index,
        reason: { kind: 'rejected', text: 'UNKNOWN_TOPIC_OR_PARTITION: This server does not host this topic-partition.' },
      })),
    );
    expect(await withAdmin(broker.servers, (admin) => admin.fetchTopicOffsets(topic))).toMatchObject([{ high: '2' }]);
  });

  test('the gaps that compaction leaves are read over, with the offsets that remain', async () => {
    const { topic, group } = names();
    await createTopic(broker.servers, topic, 1, {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.001',
      'delete.retention.ms': '100',
    });
    const handle = await producer();
    const round = (n: number): TestRecord[] =>
      Array.from({ length: 20 }, (_, i) => ({ key: `key-${i % 10}`, value: `round ${n} record ${i}` }));
    for (let n = 0; n < 5; n++) {
      await send(handle, topic, round(n));
      await sleep(150);
    }
    // Only closed segments are compacted; each write may close one.
    let left: Read[] = [];
    await expect
      .poll(
        async () => {
          await send(handle, topic, [{ key: 'last', value: 'last' }]);
          const [end] = await withAdmin(broker.servers, (admin) => admin.fetchTopicOffsets(topic));
          const reader = await consumer([topic], uniqueName('group'));
          left = [];
          while (left.at(-1)?.offset !== Number(end!.high) - 1) left.push(...(await read(reader, 1)));
          await reader.close();
          return left.filter(({ key }) => key !== 'last').length;
        },
        { timeout: 40_000, interval: 500 },
      )
      .toBeLessThan(100);
    const offsets = left.map(({ offset }) => offset);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(new Set(left.map(({ key }) => key)).size).toBe(11);
    const whole = await consumer([topic], group);
    const records = await read(whole, left.length);
    await commit(whole, records);
    expect(await committed(broker.servers, group, topic)).toBe(records.at(-1).offset + 1);
  }, 90_000);
});

describe.skipIf(given)(`a broker that comes and goes${given ? ' (skipped: the given cluster is not stopped by tests)' : ''}`, () => {
  test('a consumer reads on after it without losing what was not acknowledged; a producer with a time limit says when it is over', async () => {
    const { topic, group } = names();
    await createTopic(broker.servers, topic);
    const writer = await producer({ deliveryTimeoutMs: 2_000 });
    expect(await send(writer, topic, numbered(5))).toEqual([]);
    const handle = await consumer([topic], group);
    const first = await read(handle, 5);
    await commit(handle, first.slice(0, 3));
    await broker.kill();
    const start = Date.now();
    const failures = await send(writer, topic, [{ value: 'never told as written' }]);
    expect(failures).toEqual([
      {
        index: 0,
        reason: { kind: 'unavailable', text: expect.stringMatching(/^records have timed out before they were able to be produced: ./) },
      },
    ]);
    expect(Date.now() - start).toBeLessThan(4_000);
    await logged(kafka.lines, ({ message }) => message === 'connection to Kafka lost, trying again...', 30_000);
    await expect(handle.commit([{ topic, partition: 0, epoch: first[0]!.epoch, nextOffset: 5n }])).rejects.toMatchObject({
      retryable: true,
    });
    expect(await handle.poll(10, 1000, 200)).toEqual([]);
    await broker.start();
    await expect.poll(() => send(writer, topic, [{ value: 'afterwards' }]), { timeout: 20_000 }).toEqual([]);
    const again: Read[] = [];
    while (again.at(-1)?.value !== 'afterwards') again.push(...(await read(handle, 1, 40_000)));
    // The member survives a short outage. A longer one needs a new session, and records whose offsets were not committed come again.
    const before = again.filter(({ value }) => value?.startsWith('value-'));
    expect([[], ['value-3', 'value-4']]).toContainEqual(values(before));
    await commit(handle, again);
    expect(await committed(broker.servers, group, topic)).toBe(again.at(-1).offset + 1);
    await logged(kafka.lines, ({ message }) => message === 'connection to Kafka is back' || message === 'joined the consumer group');
    // An outage of more than twenty seconds costs the rest of Kafka's session time-out.
  }, 120_000);

  test('a producer without a time limit waits it out; order holds in every partition', async () => {
    const { topic } = names();
    await createTopic(broker.servers, topic, 2);
    const handle = await producer({ deliveryTimeoutMs: 0 });
    expect(await send(handle, topic, numbered(10), 0)).toEqual([]);
    await broker.stop();
    const sending = [
      send(handle, topic, numbered(50, 10), 0),
      send(handle, topic, numbered(50, 60), 0),
      send(handle, topic, numbered(10), 1),
    ];
    await logged(
      kafka.lines,
      ({ message, fields }) => message === 'failed to produce records, trying again...' && fields['topic'] === topic,
    );
    await broker.start();
    expect(await Promise.all(sending)).toEqual([[], [], []]);
    const records = await read(await consumer([topic], uniqueName('group')), 120);
    const inOrder = (list: Read[]): (string | null)[] => values(list).filter((value, i, all) => all.indexOf(value) === i);
    expect(inOrder(records.filter(({ partition }) => partition === 0))).toEqual(numbered(110).map(({ value }) => value));
    expect(inOrder(records.filter(({ partition }) => partition === 1))).toEqual(numbered(10).map(({ value }) => value));
  });

  test('closing while it is away, the last thing here, is quick, and nothing dials afterwards', async () => {
    const { topic, group } = names();
    await createTopic(broker.servers, topic);
    const dials: string[] = [];
    const own = subject(broker.servers, {
      net: new Net({
        policy: ({ host, port }) => {
          dials.push(`${host}:${port}`);
          return null;
        },
      }),
    });
    const handle = await own.consumer({ topics: [topic], group });
    await logged(own.lines, ({ message }) => message === 'joined the consumer group');
    const writer = await own.producer({ deliveryTimeoutMs: 0 });
    await broker.kill();
    const sending = send(writer, topic, numbered(1));
    await logged(own.lines, ({ message }) => message === 'connection to Kafka lost, trying again...', 30_000);
    const start = Date.now();
    await Promise.all([handle.close(), writer.close()]);
    expect(Date.now() - start).toBeLessThan(4_500);
    expect(await sending).toEqual([{ index: 0, reason: { kind: 'cancelled', text: 'the producer is closed' } }]);
    const before = dials.length;
    await sleep(3_000);
    expect(dials.length).toBe(before);
  });
});
