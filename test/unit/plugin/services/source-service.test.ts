import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import type { GrpcClient, Stream } from '../../../support/grpc-client.ts';
import { SOURCE, ackRequest, closeAll, positionsOf, serveSource, type DrivenSource } from '../support.ts';
import { eventually, sleep } from '../../../support/wait.ts';

afterEach(closeAll);

async function start(client: GrpcClient, connector: DrivenSource, position = ''): Promise<Stream> {
  await client.call(`${SOURCE}Configure`, { config: { topics: 't' } });
  await client.call(`${SOURCE}Open`, { position: Buffer.from(position) });
  const stream = client.stream(`${SOURCE}Run`);
  await eventually(() => connector.sink !== null);
  return stream;
}

describe('Configure', () => {
  test('hands the settings to the connector as they came', async () => {
    const { client, connector } = await serveSource();
    await client.call(`${SOURCE}Configure`, { config: { servers: 'a:1, b:2', 'sdk.batch.size': '10', __proto__x: '' } });
    expect(connector.told).toEqual(['configure {"servers":"a:1, b:2","sdk.batch.size":"10","__proto__x":""}']);
  });

  test('reports all invalid parameters in the words of the SDK', async () => {
    const { client, connector } = await serveSource();
    connector.invalid = [
      { name: 'servers', reason: 'error validating "servers": required parameter is not provided' },
      { name: 'foo', reason: '"foo": unrecognized parameter' },
    ];
    await expect(client.call(`${SOURCE}Configure`, { config: { foo: '1' } })).rejects.toMatchObject({
      message:
        'failed to parse configuration: config invalid: error validating "servers": required parameter is not provided\n"foo": unrecognized parameter',
    });
  });

  test('with bytes that are no message is an error', async () => {
    const { client } = await serveSource();
    await expect(client.raw(`${SOURCE}Configure`, Buffer.from([0x0a, 0xff, 0xff]))).rejects.toMatchObject({ code: 3 });
  });
});

describe('Open', () => {
  test('before Configure is an error that names the states', async () => {
    const { client } = await serveSource();
    await expect(client.call(`${SOURCE}Open`)).rejects.toMatchObject({
      code: 9,
      message: 'expected connector state [Configured], actual connector state is Initial',
    });
  });

  test('on a first run has no position', async () => {
    const { client, connector } = await serveSource();
    await start(client, connector);
    expect(connector.opened).toBeNull();
  });

  test('hands on the position byte for byte', async () => {
    const { client, connector } = await serveSource();
    await start(client, connector, '{"Offset":1}\u0000\u00ff');
    expect(Buffer.from(connector.opened!).toString()).toBe('{"Offset":1}\u0000\u00ff');
  });

  test('fails with the text of the connector', async () => {
    const { client, connector } = await serveSource();
    connector.openError = new ConnectorError('kafka.unreachable', 'failed to dial localhost:9092: connection refused');
    await client.call(`${SOURCE}Configure`, { config: {} });
    await expect(client.call(`${SOURCE}Open`)).rejects.toMatchObject({ message: 'failed to dial localhost:9092: connection refused' });
  });
});

describe('Run', () => {
  test('passes batches through as the connector gave them', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 3);
    connector.emit(3, 200, 1000);
    await stream.until(() => stream.received.length === 2);
    expect(stream.received.flatMap(positionsOf)).toEqual(Array.from({ length: 203 }, (_, index) => `p${index}`));
  });

  test('never sends an empty list of records', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.sink!.batch({ data: new Uint8Array(0), count: 0, lastPosition: new Uint8Array(0) });
    connector.emit(0, 1);
    await stream.until(() => stream.received.length > 0);
    expect(stream.received.map(positionsOf)).toEqual([['p0']]);
  });

  test('never sends a batch that ends without a position', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.sink!.batch({ data: Buffer.from([0x0a, 0]), count: 1, lastPosition: new Uint8Array(0) });
    expect((await stream.status).details).toContain('without a position');
    expect(stream.received).toEqual([]);
  });

  test('delivers acknowledgements that come one by one, in order', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 1000);
    const positions = Array.from({ length: 1000 }, (_, index) => `p${index}`);
    for (const position of positions) stream.write(ackRequest(position));
    await eventually(() => connector.acked.length === 1000);
    expect(connector.acked).toEqual(positions);
    expect(connector.told.filter((event) => event === 'ack').length).toBeLessThan(1000);
  });

  test('delivers acknowledgements that come many at once', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 3);
    stream.write(ackRequest('p0', 'p1'));
    stream.write(ackRequest('p2'));
    await eventually(() => connector.acked.length === 3);
    expect(connector.acked).toEqual(['p0', 'p1', 'p2']);
  });

  test('skips fields of an acknowledgement that it does not know', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 2);
    const unknown = Buffer.from([0x12, 0x03, 0x0a, 0x01, 0x78, 0x18, 0xac, 0x02]); // field 2 with bytes, field 3 with an integer
    stream.write(Buffer.concat([unknown, ackRequest('p0'), unknown]));
    stream.write(ackRequest('p1'));
    await eventually(() => connector.acked.length === 2);
    expect(connector.acked).toEqual(['p0', 'p1']);
  });

  test('ends with an error when an acknowledgement is garbage', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    stream.write(Buffer.from([0x0a, 0x20, 0x01]));
    expect(await stream.status).toMatchObject({ code: 3, details: expect.stringContaining('acknowledgements') });
  });

  test('a second time is an error, and the first stream goes on', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    expect((await client.stream(`${SOURCE}Run`).status).details).toBe(
      'expected connector state [Started], actual connector state is Running',
    );
    connector.emit(0, 1);
    await stream.until(() => stream.received.length === 1);
  });

  test('tells the connector to pause while Conduit does not read, and to resume after', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    stream.pause();
    let sent = 0;
    for (let isRoom = true; isRoom || sent < 200; sent++) {
      isRoom = connector.emit(sent * 100, 100, 1000);
      if (!isRoom) break;
      await sleep(1);
      expect(sent).toBeLessThan(1000);
    }
    expect(connector.told).not.toContain('resume');
    stream.resume();
    await eventually(() => connector.told.includes('resume'));
    await stream.until(() => stream.received.length === sent + 1);
  });

  test('ends with the text of a failure, which is also logged', async () => {
    const { client, connector, logged } = await serveSource();
    const stream = await start(client, connector);
    connector.sink!.failed(new ConnectorError('kafka.rejected', 'not authorized to read topic t'));
    expect((await stream.status).details).toBe('not authorized to read topic t');
    expect(logged).toContainEqual({ level: 'error', message: 'the source has failed: not authorized to read topic t' });
  });

  test('that is cancelled is no error: the connector is stopped and nothing is logged', async () => {
    const { client, connector, logged } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 1);
    stream.write(ackRequest('p0'));
    await stream.until(() => stream.received.length === 1);
    stream.cancel();
    await eventually(() => connector.told.includes('stop'));
    expect(connector.acked).toEqual(['p0']);
    expect(connector.emit(1, 1)).toBe(false);
    expect(logged).toEqual([]);
  });
});

describe('Stop', () => {
  test('answers the last position that was sent, and nothing follows it', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 2);
    connector.emit(2, 5);
    const { last_position } = await client.call<{ last_position: Buffer }>(`${SOURCE}Stop`);
    expect(last_position.toString()).toBe('p6');
    connector.emit(7, 1);
    await stream.until(() => stream.received.length === 2);
    await sleep(50);
    expect(stream.received.length).toBe(2);
  });

  test('answers an empty position if nothing was sent', async () => {
    const { client, connector } = await serveSource();
    await start(client, connector);
    expect(await client.raw(`${SOURCE}Stop`, Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });

  test('a second time answers the same', async () => {
    const { client, connector } = await serveSource();
    await start(client, connector);
    connector.emit(0, 2);
    await client.call(`${SOURCE}Stop`);
    expect((await client.call<{ last_position: Buffer }>(`${SOURCE}Stop`)).last_position.toString()).toBe('p1');
  });

  test('still takes acknowledgements afterwards', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 2);
    await client.call(`${SOURCE}Stop`);
    stream.write(ackRequest('p0', 'p1'));
    await eventually(() => connector.acked.length === 2);
  });

  test('sends what its connector still emits while it stops, and answers the position of that', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.stop = () => Promise.resolve((connector.emit(0, 4), connector.last));
    expect((await client.call<{ last_position: Buffer }>(`${SOURCE}Stop`)).last_position.toString()).toBe('p3');
    await stream.until(() => stream.received.length === 1);
  });
});

describe('Teardown', () => {
  test('of a process that did nothing is fine', async () => {
    const { client } = await serveSource();
    await client.call(`${SOURCE}Teardown`);
    await client.call(`${SOURCE}Teardown`);
  });

  test('delivers the acknowledgements that came before it', async () => {
    const { client, connector } = await serveSource();
    const stream = await start(client, connector);
    connector.emit(0, 500);
    await stream.until(() => stream.received.length === 1);
    for (let index = 0; index < 499; index++) stream.write(ackRequest(`p${index}`));
    await stream.sent(ackRequest('p499'));
    stream.cancel();
    await client.call(`${SOURCE}Teardown`);
    expect(connector.acked.length).toBe(500);
    expect(connector.told.at(-1)).toBe('teardown');
  });

  test('twice tears the connector down once', async () => {
    const { client, connector } = await serveSource();
    await start(client, connector);
    await Promise.all([client.call(`${SOURCE}Teardown`), client.call(`${SOURCE}Teardown`)]);
    expect(connector.told.filter((event) => event === 'teardown').length).toBe(1);
  });

  test('is final: Open after it is an error', async () => {
    const { client } = await serveSource();
    await client.call(`${SOURCE}Configure`, { config: {} });
    await client.call(`${SOURCE}Teardown`);
    await expect(client.call(`${SOURCE}Open`)).rejects.toMatchObject({ code: 9 });
  });
});

describe('lifecycle events', () => {
  test('are answered before Configure and without it', async () => {
    const deleted: unknown[] = [];
    const { client } = await serveSource({ deleted: (config) => Promise.resolve(void deleted.push({ ...config })) });
    await client.call(`${SOURCE}LifecycleOnCreated`, { config: { a: '1' } });
    await client.call(`${SOURCE}LifecycleOnUpdated`, { config_before: { a: '1' }, config_after: { a: '2' } });
    await client.call(`${SOURCE}LifecycleOnDeleted`, { config: { a: '2' } });
    await client.call(`${SOURCE}Teardown`);
    expect(deleted).toEqual([{ a: '2' }]);
  });
});
