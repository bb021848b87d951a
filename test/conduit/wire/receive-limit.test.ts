/** `connectors.max-receive-record-size` of Conduit: the largest message that a plugin takes. */
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { DestinationEngine, ENGINES, SourceEngine } from '../../support/engine.ts';
import type { OpencdcRecord } from '../../support/protocol.ts';
import { encode } from '../../support/protocol.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, plugin, range, record, recordsFrom } from './support.ts';

afterEach(disposeAll);

const { servers } = sharedBroker();
const topics = new Topics(servers);
const LIMIT_BYTES = 100_000;
const limited = { env: { CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE: String(LIMIT_BYTES) } };

async function newTopic(): Promise<string> {
  const topic = uniqueName('limit');
  await topics.create(topic);
  return topic;
}

/** A record whose message has this length, over its whole way. */
function recordOfMessage(index: number, messageBytes: number): OpencdcRecord {
  const of = (bytes: number): OpencdcRecord => record(index, { payload: { after: { raw_data: Buffer.alloc(bytes, 'x') } } });
  const guess = messageBytes - 200;
  const over = encode('connector.v2.Destination.Run.Request', { records: [of(guess)] }).length - messageBytes;
  return of(guess - over);
}

describe('a destination', () => {
  test.for(ENGINES)('under arch-%s takes a message as long as the limit', async (engine) => {
    const topic = await newTopic();
    const destination = new DestinationEngine(await plugin(limited), engine);
    await destination.start({ servers, topic });
    const whole = recordOfMessage(0, LIMIT_BYTES);
    expect(encode('connector.v2.Destination.Run.Request', { records: [whole] }).length).toBe(LIMIT_BYTES);
    await destination.write([whole]);
    expect(destination.acks).toEqual([{ position: 'position 0', error: '' }]);
    await destination.stop();
    expect(await topics.count(topic)).toBe(1);
  });

  test('acknowledges what came before a message over the limit, and then ends its stream in the words of gRPC', async () => {
    const topic = await newTopic();
    const started = await plugin(limited);
    const destination = new DestinationEngine(started, 'v1');
    await destination.start({ servers, topic });
    const message = (each: OpencdcRecord): Buffer => encode('connector.v2.Destination.Run.Request', { records: [each] });
    for (const each of recordsFrom(0, 500)) destination.expectAck(each).stream.write(message(each));
    destination.stream.write(message(recordOfMessage(500, LIMIT_BYTES + 1)));
    destination.stream.write(message(record(501)));
    const status = await destination.stream.status;
    expect(status).toEqual({
      code: 8,
      details: expect.stringMatching(
        /^grpc: received message larger than max \(100001 vs\. 100000\): raise connectors\.max-receive-record-size .*; it begins with the record at position position 500$/,
      ),
    });
    destination.take();
    expect(destination.acks).toEqual(range(500).map((index) => ({ position: `position ${index}`, error: '' })));
    expect(await topics.count(topic)).toBe(500);
    await started.client.call('/connector.v2.DestinationPlugin/Teardown');
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });
});

// Only acknowledgements come to a source, as many in one message as it has sent records in one: the limit is not for them.
test('a source takes the acknowledgements of a batch in one message, however low the limit for records is', async () => {
  const topic = await newTopic();
  const groupID = uniqueName('group');
  await topics.fill(topic, 5_000, (index) => Buffer.from(`value ${index}`));
  const source = new SourceEngine(await plugin({ env: { CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE: '1000' } }), 'v2');
  await source.start({ servers, topics: topic, groupID, readFromBeginning: 'true' }, { acks: 'never' });
  await source.until(5_000);
  source.acknowledge();
  await topics.fill(topic, 1, () => Buffer.from('one more'), 5_000);
  await source.until(5_001);
  expect(source.stream.ended).toBe(false);
  await source.stop();
  expect(await topics.committed(groupID, topic)).toBe(5_000);
});

test('requests of Configure and of lifecycle events are settings, whose length the limit for records does not bound', async () => {
  const started = await plugin({ env: { CONDUIT_CONNECTOR_MAX_RECEIVE_RECORD_SIZE: '1000' } });
  const config = { servers, topics: await newTopic(), clientKey: 'x'.repeat(5_000) };
  await expect(started.client.call('/connector.v2.SourcePlugin/Configure', { config })).rejects.toMatchObject({
    message: expect.stringMatching(/^failed to parse configuration: config invalid: /),
  });
  expect(await started.client.call('/connector.v2.SourcePlugin/LifecycleOnCreated', { config })).toEqual({});
});
