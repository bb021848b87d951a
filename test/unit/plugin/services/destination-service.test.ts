import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import type { GrpcClient, Stream } from '../../../support/grpc-client.ts';
import { DESTINATION, acksOf, closeAll, positionsOf, records, serveDestination, type FakeDestination } from '../support.ts';
import { encode } from '../../../support/protocol.ts';
import { eventually, sleep } from '../../../support/wait.ts';

afterEach(closeAll);

async function start(client: GrpcClient, connector: FakeDestination): Promise<Stream> {
  await client.call(`${DESTINATION}Configure`, { config: { servers: 's' } });
  await client.call(`${DESTINATION}Open`);
  expect(connector.told).toEqual(['configure', 'open']);
  return client.stream(`${DESTINATION}Run`);
}

function gate(connector: FakeDestination): () => void {
  let open = (): void => {};
  connector.gate = new Promise((resolve) => (open = resolve));
  return open;
}

const positions = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `p${from + index}`);
const stop = (client: GrpcClient, position: string): Promise<unknown> =>
  client.call(`${DESTINATION}Stop`, { last_position: Buffer.from(position) });

describe('Configure and Open', () => {
  test('report invalid parameters in the words of the SDK', async () => {
    const { client, connector } = await serveDestination();
    connector.invalid = [{ name: 'servers', reason: 'error validating "servers": required parameter is not provided' }];
    await expect(client.call(`${DESTINATION}Configure`, {})).rejects.toMatchObject({
      message: 'failed to parse configuration: config invalid: error validating "servers": required parameter is not provided',
    });
  });

  test('come in order', async () => {
    const { client } = await serveDestination();
    await expect(client.call(`${DESTINATION}Open`)).rejects.toMatchObject({ code: 9 });
    expect((await client.stream(`${DESTINATION}Run`).status).details).toBe(
      'expected connector state [Started], actual connector state is Initial',
    );
  });
});

describe('Run', () => {
  test('writes a lone request at once and acknowledges each record in order', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 3));
    await stream.until(() => stream.received.length === 1);
    expect(connector.writes).toEqual([positions(3)]);
    expect(acksOf(stream.received)).toEqual(positions(3).map((position) => ({ position, error: '' })));
  });

  test('writes everything that came during a write in the next one', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    const open = gate(connector);
    stream.write(records(0, 1));
    await eventually(() => connector.writes.length === 1);
    for (let index = 1; index < 500; index++) stream.write(records(index, 1));
    await stream.sent(records(500, 1));
    await sleep(50);
    connector.gate = Promise.resolve();
    open();
    await stream.until(() => acksOf(stream.received).length === 501);
    expect(connector.writes.length).toBeLessThan(10);
    expect(connector.writes.flat()).toEqual(positions(501));
    expect(acksOf(stream.received).map((ack) => ack.position)).toEqual(positions(501));
  });

  test('lets a sender that waits for each ack never wait for a batch to fill', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    for (let index = 0; index < 20; index++) {
      stream.write(records(index, 1));
      await stream.until(() => stream.received.length === index + 1);
    }
    expect(connector.writes.length).toBe(20);
  });

  test('keeps the write of a request that exceeds the size of a usual write whole', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 30, 100_000));
    await stream.until(() => acksOf(stream.received).length === 30);
    expect(connector.writes).toEqual([positions(30)]);
  });

  test('takes a record of 50 MB', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 1, 50_000_000));
    stream.write(records(1, 1));
    await stream.until(() => acksOf(stream.received).length === 2, 20_000);
    expect(connector.writes.flat()).toEqual(['p0', 'p1']);
  });

  test('never answers with an empty list of acks', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(Buffer.alloc(0));
    stream.write(Buffer.from([0x18, 0x01])); // a field that the protocol does not know, and no record
    stream.write(records(0, 1));
    await stream.until(() => stream.received.length === 1);
    await sleep(20);
    expect(acksOf(stream.received)).toEqual([{ position: 'p0', error: '' }]);
  });

  test('passes on the error of a record and keeps the stream open', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    connector.respond = (all) =>
      all.map((position) => ({ position: Buffer.from(position), error: position === 'p1' ? 'message too large' : '' }));
    stream.write(records(0, 3));
    await stream.until(() => stream.received.length === 1);
    expect(acksOf(stream.received).map((ack) => ack.error)).toEqual(['', 'message too large', '']);
    stream.write(records(3, 1));
    await stream.until(() => stream.received.length === 2);
  });

  test('ends with an error instead of passing on a wrong number of acks', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    connector.respond = () => [];
    stream.write(records(0, 1));
    expect((await stream.status).details).toContain('expected 1 acks');
    expect(stream.received).toEqual([]);
  });

  test('ends with the text of a failed write, which is also logged', async () => {
    const { client, connector, logged } = await serveDestination();
    const stream = await start(client, connector);
    connector.write = () => Promise.reject(new ConnectorError('guest.restarts', 'the connector failed six times in a minute'));
    stream.write(records(0, 1));
    expect((await stream.status).details).toBe('the connector failed six times in a minute');
    expect(logged).toContainEqual({ level: 'error', message: 'the destination has failed: the connector failed six times in a minute' });
  });

  test('writes and acknowledges what came before garbage, and then ends with an error', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 2));
    stream.write(Buffer.from('garbage'));
    stream.write(records(2, 2));
    expect(await stream.status).toMatchObject({ code: 3, details: expect.stringContaining('records') });
    expect(acksOf(stream.received).map((ack) => ack.position)).toEqual(['p0', 'p1']);
    expect(connector.writes.flat()).toEqual(['p0', 'p1']);
  });

  test('does not let a truncated request swallow the next one', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    const open = gate(connector);
    stream.write(records(0, 1));
    await eventually(() => connector.writes.length === 1);
    stream.write(records(1, 1).subarray(0, -2));
    stream.write(records(2, 1));
    open();
    expect((await stream.status).code).toBe(3);
    expect(connector.writes.flat()).toEqual(['p0']);
  });

  test('skips fields that it does not know', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(Buffer.concat([Buffer.from([0x12, 0x02, 0x0a, 0x00, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4]), records(0, 2)]));
    await stream.until(() => stream.received.length === 1);
    expect(connector.writes).toEqual([['p0', 'p1']]);
  });

  test('a second time is an error, and the first stream goes on', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    await stream.until(() => stream.received.length === 1);
    expect((await client.stream(`${DESTINATION}Run`).status).code).toBe(9);
    stream.write(records(1, 1));
    await stream.until(() => stream.received.length === 2);
  });

  test('stops Conduit while more than a bound waits to be written, and loses nothing', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    const open = gate(connector);
    let isSent = false;
    for (let index = 0; index < 400; index++) stream.write(records(index, 1, 100_000));
    void stream.sent(records(400, 1)).then(() => (isSent = true));
    await sleep(400);
    expect(isSent).toBe(false); // 40 MB do not fit into the queue and the windows
    connector.gate = Promise.resolve();
    open();
    await stream.until(() => acksOf(stream.received).length === 401, 20_000);
    expect(connector.writes.flat()).toEqual(positions(401));
  });

  test('collects requests as its connector asks', async () => {
    const { client, connector } = await serveDestination({
      collecting: { gathering: { maxRecords: 10, maxDelayMs: 5_000 } },
    });
    const stream = await start(client, connector);
    for (let index = 0; index < 10; index++) stream.write(records(index, 1));
    await stream.until(() => acksOf(stream.received).length === 10, 2_000);
    expect(connector.writes).toEqual([positions(10)]);
  });

  test('writes an unfinished batch when its time is over', async () => {
    const { client, connector } = await serveDestination({
      collecting: { gathering: { maxRecords: 10, maxDelayMs: 100 } },
    });
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    await sleep(30);
    expect(connector.writes).toEqual([]);
    await stream.until(() => stream.received.length === 1, 2_000);
  });

  test('joins requests only up to the records that its connector asks for, so that acks do not wait for more', async () => {
    const { client, connector } = await serveDestination({
      collecting: { gathering: { maxRecords: 10, maxDelayMs: 5_000 }, maxWriteRecords: 4 },
    });
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    stream.write(records(1, 2));
    stream.write(records(3, 2));
    stream.write(records(5, 6)); // cannot be cut
    await stream.until(() => acksOf(stream.received).length === 11, 2_000);
    expect(connector.writes).toEqual([positions(3), positions(2, 3), positions(6, 5)]);
  });

  test('that is half-closed writes what came, and ends with OK', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    stream.write(records(1, 1));
    stream.halfClose();
    expect(await stream.status).toEqual({ code: 0, details: '' });
    expect(acksOf(stream.received).length).toBe(2);
  });

  test('that is cancelled drops what was not written', async () => {
    const { client, connector, logged } = await serveDestination();
    const stream = await start(client, connector);
    const open = gate(connector);
    stream.write(records(0, 1));
    await eventually(() => connector.writes.length === 1);
    await stream.sent(records(1, 1));
    stream.cancel();
    await sleep(30);
    open();
    await client.call(`${DESTINATION}Teardown`);
    expect(connector.writes).toEqual([['p0']]);
    expect(connector.told.at(-1)).toBe('teardown');
    expect(logged).toEqual([]);
  });
});

describe('Stop', () => {
  test('without a position answers at once', async () => {
    const { client, connector } = await serveDestination();
    await start(client, connector);
    await stop(client, '');
  });

  test('before Run answers at once', async () => {
    const { client } = await serveDestination();
    await stop(client, 'p0');
  });

  test('waits until the named record is written and acknowledged', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    const open = gate(connector);
    stream.write(records(0, 1));
    await eventually(() => connector.writes.length === 1);
    await stream.sent(records(1, 2));
    let isStopped = false;
    const stopped = stop(client, 'p2').then(() => (isStopped = true));
    await sleep(50);
    expect(isStopped).toBe(false);
    connector.gate = Promise.resolve();
    open();
    await stopped;
    await stream.until(() => acksOf(stream.received).length === 3);
  });

  test('that overtakes the data waits for the record to arrive', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    let isStopped = false;
    const stopped = stop(client, 'p9').then(() => (isStopped = true));
    await sleep(100);
    expect(isStopped).toBe(false);
    stream.write(records(8, 2));
    await stopped;
    await stream.until(() => acksOf(stream.received).length === 3);
  });

  test('does not wait for a batch to fill', async () => {
    const { client, connector } = await serveDestination({
      collecting: { gathering: { maxRecords: 1000, maxDelayMs: 60_000 } },
    });
    const stream = await start(client, connector);
    await stream.sent(records(0, 1));
    await stop(client, 'p0');
    await stream.until(() => stream.received.length === 1);
  });

  test('answers when the stream is dead, before or while it waits', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    await stream.until(() => stream.received.length === 1);
    const waiting = stop(client, 'p9');
    await sleep(30);
    stream.cancel();
    await waiting;
    await stop(client, 'p9');
  });

  test('is followed by more records without harm', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    await stop(client, 'p0');
    stream.write(records(1, 1));
    await stream.until(() => stream.received.length === 2);
  });
});

describe('Teardown', () => {
  test('in any state is fine', async () => {
    const { client } = await serveDestination();
    await client.call(`${DESTINATION}LifecycleOnDeleted`, { config: {} });
    await client.call(`${DESTINATION}Teardown`);
    await client.call(`${DESTINATION}Teardown`);
  });

  test('during a slow write acknowledges what it wrote until then', async () => {
    let close = (): void => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const { client, connector } = await serveDestination();
    connector.write = async (request) => {
      connector.writes.push(positionsOf(request));
      await closed;
      return encode('connector.v2.Destination.Run.Response', { acks: [{ position: Buffer.from('p0') }] });
    };
    connector.teardown = () => Promise.resolve(close());
    const stream = await start(client, connector);
    stream.write(records(0, 3));
    await eventually(() => connector.writes.length === 1);
    await client.call(`${DESTINATION}Teardown`);
    expect(await stream.status).toEqual({ code: 0, details: '' });
    expect(acksOf(stream.received)).toEqual([{ position: 'p0', error: '' }]);
  });

  test('without a Stop ends the connector once', async () => {
    const { client, connector } = await serveDestination();
    const stream = await start(client, connector);
    stream.write(records(0, 1));
    await stream.until(() => stream.received.length === 1);
    stream.cancel();
    await client.call(`${DESTINATION}Teardown`);
    await client.call(`${DESTINATION}Teardown`);
    expect(connector.told.filter((event) => event === 'teardown').length).toBe(1);
  });
});
