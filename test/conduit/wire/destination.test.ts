import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { DestinationEngine, ENGINES } from '../../support/engine.ts';
import { encode } from '../../support/protocol.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, plugin, range, record, recordsFrom } from './support.ts';
import { sleep } from '../../support/wait.ts';

afterEach(disposeAll);

const { servers } = sharedBroker();
const topics = new Topics(servers);

async function newTopic(partitions = 1, config: Record<string, string> = {}): Promise<string> {
  const topic = uniqueName('destination');
  await topics.create(topic, partitions, config);
  return topic;
}

const keysOf = async (topic: string): Promise<string[]> => (await topics.read(topic)).map(({ key }) => key!.toString());

describe.each(ENGINES)('a destination under arch-%s', (engine) => {
  test('opens with a valid configuration, and closes without a record', async () => {
    const topic = await newTopic();
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic });
    expect(destination.stream.ended).toBe(false);
    await destination.stop();
    expect(await topics.count(topic)).toBe(0);
  });

  test('writes every record once, in order, and acknowledges each with its position', async () => {
    const topic = await newTopic();
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic });
    for (let round = 0; round < 5; round++) await destination.write(recordsFrom(round * 1_000, 1_000));
    expect(destination.acks.every(({ error }) => error === '')).toBe(true);
    await destination.stop();
    expect(await keysOf(topic)).toEqual(range(5_000).map((index) => `key ${index}`));
  });

  test('acknowledges with the bytes of the position, whatever they are', async () => {
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic: await newTopic() });
    const positions = [Buffer.from([0]), Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]), Buffer.alloc(20_000, 0x80), Buffer.from('{"a": 1}')];
    // The engine compares every ack with what it has sent.
    await destination.write(positions.map((position, index) => record(index, { position })));
    expect(destination.acks).toHaveLength(positions.length);
    await destination.stop();
  });

  test('acknowledges a lone record at once', async () => {
    const topic = await newTopic();
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic });
    for (let index = 0; index < 20; index++) await destination.write([record(index)], 5_000);
    await destination.stop();
    expect((await keysOf(topic)).length).toBe(20);
  });

  test('acknowledges an unfinished batch of sdk.batch.size', async () => {
    const topic = await newTopic();
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic, 'sdk.batch.size': '1000' });
    await destination.write(recordsFrom(0, 10), 5_000);
    await destination.stop();
  });

  test('acknowledges an unfinished batch when sdk.batch.delay is over', async () => {
    const topic = await newTopic();
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic, 'sdk.batch.size': '1000', 'sdk.batch.delay': '200ms' });
    await destination.write(recordsFrom(0, 10), 5_000);
    await destination.stop();
  });

  test('reports a record that Kafka refuses by its own ack, and writes the others', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '20000' });
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic, compression: 'none' });
    await destination.write([record(0)]);
    await destination.write([record(1, { payload: { after: { raw_data: Buffer.alloc(100_000, 'x') } } })]);
    await destination.write([record(2)]);
    expect(destination.acks.map(({ error }) => error === '')).toEqual([true, false, true]);
    await destination.stop();
    expect(await keysOf(topic)).toEqual(['key 0', 'key 2']);
  });

  test('refuses one record in the middle of many by its own ack, in its place, and writes the others in order', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '20000' });
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic, compression: 'none' });
    const large = record(150, { payload: { after: { raw_data: Buffer.alloc(100_000, 'x') } } });
    await destination.write([...recordsFrom(0, 150), large, ...recordsFrom(151, 149)]);
    expect(destination.acks.map(({ position }) => position)).toEqual(range(300).map((index) => `position ${index}`));
    const refused = destination.acks.filter(({ error }) => error !== '');
    expect(refused).toEqual([{ position: 'position 150', error: expect.stringMatching(/MESSAGE_TOO_LARGE|larger than/i) }]);
    // The stream goes on.
    await destination.write(recordsFrom(300, 10));
    await destination.stop();
    expect(await keysOf(topic)).toEqual([...range(150), ...range(159, 151)].map((index) => `key ${index}`));
  });

  test('writes what Conduit gives a dead-letter queue: one structured record at a time, no lifecycle event', async () => {
    const topic = await newTopic();
    const started = await plugin();
    const { client } = started;
    await client.call('/connector.v2.DestinationPlugin/Configure', { config: { servers, topic } });
    await client.call('/connector.v2.DestinationPlugin/Open');
    const stream = client.stream('/connector.v2.DestinationPlugin/Run');
    for (let index = 0; index < 3; index++) {
      const failed = record(index, {
        position: Buffer.from(`p:src/position ${index}`),
        key: null,
        metadata: { 'opencdc.createdAt': '1', 'conduit.dlq.nack.error': 'it broke', 'conduit.dlq.nack.node.id': 'p:dst' },
        payload: { after: { structured_data: { fields: { position: { stringValue: 'cDE=' }, n: { numberValue: index } } } } },
      });
      stream.write(encode('connector.v2.Destination.Run.Request', { records: [failed] }));
      await stream.until(() => stream.received.length === index + 1);
    }
    await client.call('/connector.v2.DestinationPlugin/Stop', { last_position: Buffer.from('p:src/position 2') });
    stream.cancel();
    await client.call('/connector.v2.DestinationPlugin/Teardown');
    await started.shutdown();
    const written = (await topics.read(topic)).map(({ value }) => JSON.parse(value!.toString()) as { payload: { after: { n: number } } });
    expect(written.map(({ payload }) => payload.after.n)).toEqual([0, 1, 2]);
  });

  test('has written all that it acknowledged when it is killed', async () => {
    const topic = await newTopic();
    const started = await plugin();
    const destination = new DestinationEngine(started, engine);
    await destination.start({ servers, topic });
    await destination.write(recordsFrom(0, 1_000));
    started.child.kill('SIGKILL');
    await started.exited;
    expect(await keysOf(topic)).toEqual(range(1_000).map((index) => `key ${index}`));
  });

  test('that wrote nothing stops at once', async () => {
    const destination = new DestinationEngine(await plugin(), engine);
    await destination.start({ servers, topic: await newTopic() });
    await destination.stop();
  });
});

describe('a destination', () => {
  test('gathers records that come one by one into few writes', async () => {
    const topic = await newTopic();
    const destination = new DestinationEngine(await plugin(), 'v1');
    await destination.start({ servers, topic });
    await destination.write(recordsFrom(0, 20_000));
    expect(destination.stream.received.length).toBeLessThan(2_000);
    await destination.stop();
    expect(await topics.count(topic)).toBe(20_000);
  });

  test('has everything written and acknowledged when Stop answers, though Stop came before the data', async () => {
    const topic = await newTopic();
    const started = await plugin();
    const destination = new DestinationEngine(started, 'v1');
    await destination.start({ servers, topic });
    let isStopped = false;
    const stopped = started.client
      .call('/connector.v2.DestinationPlugin/Stop', { last_position: Buffer.from('position 499') })
      .then(() => (isStopped = true));
    await sleep(100);
    expect(isStopped).toBe(false);
    await destination.write(recordsFrom(0, 500));
    await stopped;
    expect(await topics.count(topic)).toBe(500);
    await destination.stop();
  });

  test('answers a Stop after its stream is dead', async () => {
    const started = await plugin();
    const destination = new DestinationEngine(started, 'v1');
    await destination.start({ servers, topic: await newTopic() });
    await destination.write([record(0)]);
    destination.stream.cancel();
    await sleep(50);
    await started.client.call('/connector.v2.DestinationPlugin/Stop', { last_position: Buffer.from('position 9') });
    await started.client.call('/connector.v2.DestinationPlugin/Teardown');
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });

  test('keeps to sdk.rate.perSecond', async () => {
    const destination = new DestinationEngine(await plugin(), 'v2');
    await destination.start({ servers, topic: await newTopic(), 'sdk.rate.perSecond': '100', 'sdk.rate.burst': '10' });
    const start = Date.now();
    await destination.write(recordsFrom(0, 110));
    expect(Date.now() - start).toBeGreaterThan(900);
    await destination.stop();
  });
});
