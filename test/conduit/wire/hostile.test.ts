import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { DestinationEngine, SourceEngine } from '../../support/engine.ts';
import type { PluginProcess } from '../../support/plugin-process.ts';
import { encode } from '../../support/protocol.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, plugin, record, recordsFrom } from './support.ts';
import { sleep } from '../../support/wait.ts';

afterEach(disposeAll);

const { servers } = sharedBroker();
const topics = new Topics(servers);

interface SourceUnderTest {
  started: PluginProcess;
  engine: SourceEngine;
  committed(): Promise<number>;
}

async function source(count = 100): Promise<SourceUnderTest> {
  const topic = uniqueName('hostile');
  await topics.create(topic);
  await topics.fill(topic, count, (index) => Buffer.from(`value ${index}`));
  const started = await plugin();
  const engine = new SourceEngine(started, 'v1');
  const groupID = uniqueName('group');
  await engine.start({ servers, topics: topic, groupID, readFromBeginning: 'true' }, { acks: 'never' });
  await engine.until(count);
  return { started, engine, committed: () => topics.committed(groupID, topic) };
}

async function destination(): Promise<{ started: PluginProcess; engine: DestinationEngine; topic: string }> {
  const topic = uniqueName('hostile');
  await topics.create(topic);
  const started = await plugin();
  const engine = new DestinationEngine(started, 'v1');
  await engine.start({ servers, topic });
  return { started, engine, topic };
}

/** The process lives, answers, and ends as it should. */
async function endsWell(started: PluginProcess, side: 'Source' | 'Destination'): Promise<void> {
  expect(started.exit).toBeNull();
  await started.client.call('/grpc.health.v1.Health/Check', { service: 'plugin' });
  await started.client.call(`/connector.v2.${side}Plugin/Teardown`);
  expect(await started.shutdown()).toEqual({ code: 0, signal: null });
}

describe('a source is unharmed by', () => {
  test('garbage on its stream: it ends with an error, and commits what was acknowledged before', async () => {
    const { started, engine, committed } = await source();
    engine.acknowledge();
    engine.stream.write(Buffer.alloc(1_000, 0xff));
    expect(await engine.stream.status).toEqual({
      code: 3,
      details: expect.stringContaining('expected the protobuf bytes of acknowledgements'),
    });
    await endsWell(started, 'Source');
    expect(await committed()).toBe(100);
  });

  test('a message over every limit: it ends with an error, and commits what was acknowledged before', async () => {
    const { started, engine, committed } = await source();
    engine.acknowledge();
    engine.stream.write(Buffer.alloc(70_000_000));
    expect(await engine.stream.status).toEqual({
      code: 8,
      details: expect.stringContaining('grpc: received message larger than max (70000000 vs.'),
    });
    await endsWell(started, 'Source');
    expect(await committed()).toBe(100);
  });

  test('a million acks of records that it never sent: it ends with an error', async () => {
    const { started, engine } = await source();
    const burst = encode('connector.v2.Source.Run.Request', {
      ack_positions: Array.from({ length: 10_000 }, () => Buffer.from('{"GroupID":"g","Topic":"t","Partition":0,"Offset":1}')),
    });
    for (let count = 0; count < 100; count++) engine.stream.write(burst);
    expect((await engine.stream.status).code).not.toBe(0);
    await endsWell(started, 'Source');
  });

  test.each([
    ['that is no position', 'not a position'],
    ['that is empty', ''],
  ])('an ack %s: it ends with an error, and commits what was acknowledged before', async (_, position) => {
    const { started, engine, committed } = await source();
    const acknowledge = (positions: Buffer[]): void => {
      engine.stream.write(encode('connector.v2.Source.Run.Request', { ack_positions: positions }));
    };
    acknowledge(engine.records.slice(0, 50).map((each) => each.position));
    await sleep(300); // acks that come together are taken together, or not at all
    acknowledge([Buffer.from(position)]);
    expect(await engine.stream.status).toEqual({
      code: 3,
      details: `ack not possible: no record waits for it at position "${position}"`,
    });
    await endsWell(started, 'Source');
    expect(await committed()).toBe(50);
  });

  test('fields that a later protocol may have', async () => {
    const { started, engine, committed } = await source(2);
    const unknown = Buffer.from([0x12, 0x03, 0x0a, 0x01, 0x78, 0x18, 0xac, 0x02]);
    engine.stream.write(
      Buffer.concat([
        unknown,
        encode('connector.v2.Source.Run.Request', { ack_positions: engine.records.map(({ position }) => position) }),
      ]),
    );
    await started.client.call('/connector.v2.SourcePlugin/Stop');
    expect(engine.stream.ended).toBe(false);
    await endsWell(started, 'Source');
    expect(await committed()).toBe(2);
  });

  test('a second Run: it is refused, the first goes on', async () => {
    const { started, engine } = await source();
    expect((await started.client.stream('/connector.v2.SourcePlugin/Run').status).details).toContain('expected connector state');
    expect(engine.stream.ended).toBe(false);
    await endsWell(started, 'Source');
  });

  test('a position that is none: Open fails with a text', async () => {
    const started = await plugin();
    await started.client.call('/connector.v2.SourcePlugin/Configure', { config: { servers, topics: 't' } });
    await expect(
      started.client.call('/connector.v2.SourcePlugin/Open', { position: Buffer.from([0, 255, 254, 123]) }),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/position/i),
    });
    await endsWell(started, 'Source');
  });

  test('calls in any wrong order', async () => {
    const started = await plugin();
    const { client } = started;
    await expect(client.call('/connector.v2.SourcePlugin/Stop')).rejects.toMatchObject({ code: 9 });
    await expect(client.call('/connector.v2.SourcePlugin/Open')).rejects.toMatchObject({ code: 9 });
    expect((await client.stream('/connector.v2.SourcePlugin/Run').status).code).toBe(9);
    await client.call('/connector.v2.SourcePlugin/Teardown');
    await expect(client.call('/connector.v2.SourcePlugin/Configure', { config: {} })).rejects.toMatchObject({ code: 9 });
    await endsWell(started, 'Source');
  });
});

describe('a destination is unharmed by', () => {
  test('garbage on its stream: what came before is written, then it ends with an error', async () => {
    const { started, engine, topic } = await destination();
    for (const each of recordsFrom(0, 100)) engine.stream.write(encode('connector.v2.Destination.Run.Request', { records: [each] }));
    engine.stream.write(Buffer.from('garbage'));
    expect((await engine.stream.status).code).toBe(3);
    expect(await topics.count(topic)).toBe(100);
    await endsWell(started, 'Destination');
  });

  test('a record that does not decode: what was acknowledged before is written, an error ends the stream', async () => {
    const { started, engine, topic } = await destination();
    await engine.write([record(0)]);
    engine.stream.write(Buffer.from([0x0a, 0x05, 0x0a, 0xff, 0x01, 0x02, 0x03]));
    expect(await engine.stream.status).toEqual({ code: 2, details: 'the request is not a connector.v2.Destination.Run.Request' });
    expect(await topics.count(topic)).toBe(1);
    await endsWell(started, 'Destination');
  });

  test('a record without anything in it: it is written, and acknowledged with its empty position', async () => {
    const { started, engine, topic } = await destination();
    await engine.write([
      record(0),
      record(1, { position: Buffer.alloc(0), operation: 0, metadata: {}, key: null, payload: null }),
      record(2),
    ]);
    expect(engine.acks.map(({ error }) => error)).toEqual(['', '', '']);
    expect(await topics.count(topic)).toBe(3);
    await endsWell(started, 'Destination');
  });

  test('a record of 50 MB that the broker refuses: an error in its own ack, the others are written', async () => {
    const { started, engine, topic } = await destination();
    const large = record(1, { payload: { after: { raw_data: Buffer.alloc(50_000_000, 'x') } } });
    await engine.write([record(0), large, record(2)], 60_000);
    expect(engine.acks.map(({ error }) => error)).toEqual(['', expect.stringContaining('MESSAGE_TOO_LARGE'), '']);
    expect((await topics.read(topic)).map(({ key }) => key!.toString())).toEqual(['key 0', 'key 2']);
    await endsWell(started, 'Destination');
  });

  test('a message over the receive limit: RESOURCE_EXHAUSTED, and the process lives', async () => {
    const { started, engine } = await destination();
    engine.stream.write(Buffer.alloc(70_000_000));
    expect((await engine.stream.status).code).toBe(8);
    await endsWell(started, 'Destination');
  });

  test('unknown fields in requests and records', async () => {
    const { started, engine } = await destination();
    const unknown = Buffer.from([0xfa, 0x07, 0x02, 0x68, 0x69]); // field 127
    const whole = encode('connector.v2.Destination.Run.Request', { records: [record(0)] });
    const inner = Buffer.concat([encode('opencdc.v1.Record', record(1)), unknown]);
    const length: number[] = [];
    for (let rest = inner.length; ; rest >>>= 7) {
      length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) break;
    }
    engine.stream.write(Buffer.concat([unknown, whole, unknown, Buffer.from([0x0a, ...length]), inner]));
    engine.expectAck(record(0)).expectAck(record(1));
    await engine.until(2, 20_000);
    expect(engine.acks.map(({ error }) => error)).toEqual(['', '']);
    await endsWell(started, 'Destination');
  });

  test('a second Run: it is refused, the first goes on', async () => {
    const { started, engine } = await destination();
    expect((await started.client.stream('/connector.v2.DestinationPlugin/Run').status).details).toContain('expected connector state');
    await engine.write([record(0)]);
    await endsWell(started, 'Destination');
  });

  test('a client that cancels with data in flight', async () => {
    const { started, engine } = await destination();
    for (const each of recordsFrom(0, 5_000)) engine.stream.write(encode('connector.v2.Destination.Run.Request', { records: [each] }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    engine.stream.cancel();
    await endsWell(started, 'Destination');
  });
});
