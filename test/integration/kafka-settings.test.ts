/** Brokers and topics with settings that clients have stumbled over. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Net } from '../../host/net/net.ts';
import { sharedBroker, startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import { sleep } from '../support/wait.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { commit, committed, createTopic, read, readFor, subject, values, write } from './kafka-client.ts';

const shared = sharedBroker().servers;
const open: { close(): Promise<void> }[] = [];
const opened = async <T extends { close(): Promise<void> }>(handle: Promise<T>): Promise<T> => {
  open.push(await handle);
  return handle;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

async function newTopic(servers: string, config: Record<string, string> = {}): Promise<string> {
  const topic = uniqueName('topic');
  await createTopic(servers, topic, 1, config);
  return topic;
}

test('a topic that is named twice is read once', async () => {
  const topic = await newTopic(shared);
  await write(shared, topic, ['a', 'b']);
  const consumer = await opened(subject(shared).consumer({ topics: [topic, topic], group: uniqueName('group') }));
  expect(values([...(await read(consumer, 2)), ...(await readFor(consumer, 1_000))])).toEqual(['a', 'b']);
});

test('records whose timestamps the topic refuses fail alone, in the words of the broker', async () => {
  const topic = await newTopic(shared, { 'message.timestamp.before.max.ms': '3600000' });
  const producer = await opened(subject(shared).producer());
  const [old, fresh] = [section(numbered(1), { baseTimestamp: 1_000_000n }), section(numbered(1, 1))];
  expect(
    await producer.send([
      { topic, records: old },
      { topic, records: fresh },
    ]),
  ).toMatchObject([{ index: 0, reason: { kind: 'rejected', text: expect.stringMatching(/^(INVALID_TIMESTAMP|INVALID_RECORD): /) } }]);
  const consumer = await opened(subject(shared).consumer({ topics: [topic], group: uniqueName('group') }));
  expect(values(await read(consumer, 1))).toEqual(['value-1']);
});

test('a name of several addresses is good while one of them is, whether the others refuse or do not answer', async () => {
  const at = shared.split(',')[0]!;
  const port = at.slice(at.lastIndexOf(':') + 1);
  const topic = await newTopic(shared);
  // Nothing listens on the other addresses of this machine.
  const net = new Net({ resolve: async (name) => (name === 'kafka.test' ? ['127.0.0.2', '127.0.0.3', '127.0.0.1'] : [name]) });
  const producer = await opened(subject(`kafka.test:${port}`, { net }).producer());
  expect(await producer.send([{ topic, records: section(numbered(1)) }])).toEqual([]);
});

// A cluster at KAFKA_SERVERS has the settings that it has.
describe.skipIf(brokersAreNotOurs !== null)(`a broker${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker({ config: { 'connections.max.idle.ms': '2000', 'offset.metadata.max.bytes': '20' } });
  });
  afterAll(() => broker.close());

  test('that closes idle connections costs a producer and a look-up nothing', async () => {
    const topic = await newTopic(broker.servers);
    const kafka = subject(broker.servers);
    const producer = await opened(kafka.producer());
    expect(await producer.send([{ topic, records: section(numbered(1)) }])).toEqual([]);
    await sleep(5_000);
    const start = performance.now();
    expect(await producer.send([{ topic, records: section(numbered(1, 1)) }])).toEqual([]);
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(kafka.lines.filter(({ level, message }) => level === 'warn' && /advertised|look up/.test(message))).toEqual([]);
  });

  test('whose offset.metadata.max.bytes is too small for the metadata takes commits without it, told once', async () => {
    const topic = await newTopic(broker.servers);
    const group = uniqueName('group');
    await write(broker.servers, topic, ['a', 'b']);
    const kafka = subject(broker.servers, { commitMetadata: 'x'.repeat(40) });
    const consumer = await opened(
      kafka.consumer({ topics: [topic], group, fromBeginning: false, resume: [{ topic, partition: 0, nextOffset: 1n }] }),
    );
    const records = await read(consumer, 1);
    expect(values(records)).toEqual(['b']);
    await commit(consumer, records);
    expect(await committed(broker.servers, group, topic)).toBe(2);
    const told = kafka.lines.filter(({ message }) => message.includes('offset.metadata.max.bytes'));
    expect(told).toMatchObject([{ level: 'warn', fields: { metadataBytes: '40' } }]);
  });

  test('whose group.max.session.timeout.ms is below ours says so, and reading ends with that', async () => {
    const strict = await startBroker({ config: { 'group.max.session.timeout.ms': '10000' } });
    open.push(strict);
    const topic = await newTopic(strict.servers);
    const consumer = await opened(subject(strict.servers).consumer({ topics: [topic], group: uniqueName('group') }));
    await expect(consumer.poll(1, 1_000, 10_000)).rejects.toMatchObject({
      code: 'kafka.rejected',
      message: expect.stringContaining('INVALID_SESSION_TIMEOUT'),
    });
  });
});
