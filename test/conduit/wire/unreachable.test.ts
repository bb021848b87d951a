import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { advertisingDoor, refusingPort } from '../../support/advertising-door.ts';
import { DestinationEngine, SourceEngine } from '../../support/engine.ts';
import { Topics } from '../../support/topics.ts';
import { eventually, sleep } from '../../support/wait.ts';
import { disposeAll, plugin, recordsFrom } from './support.ts';

const servers: { server: Server; sockets: Socket[] }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  await disposeAll();
});

/** A port that accepts connections and never answers. */
async function silentBroker(): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  servers.push({ server, sockets });
  await new Promise((resolve) => server.once('listening', resolve));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function noBroker(): Promise<string> {
  const address = await silentBroker();
  const { server } = servers.pop()!;
  await new Promise((resolve) => server.close(resolve));
  return address;
}

describe.each([
  ['that refuses connections', noBroker],
  ['that never answers', silentBroker],
])('while Open waits for a broker %s', (_, address) => {
  test.each([
    ['Source', 'topics'],
    ['Destination', 'topic'],
  ])('Teardown of a %s is answered within seconds, and ends Open', async (side, topic) => {
    const started = await plugin();
    await started.client.call(`/connector.v2.${side}Plugin/Configure`, { config: { servers: await address(), [topic]: 'topic' } });
    let ended: unknown = null;
    const opening = started.client.call(`/connector.v2.${side}Plugin/Open`).then(
      () => (ended = 'opened'),
      (error: unknown) => (ended = error),
    );
    await sleep(1_000);
    expect(ended).toBeNull();
    let answered = false;
    const teardown = started.client.call(`/connector.v2.${side}Plugin/Teardown`).then(
      () => (answered = true),
      () => {},
    );
    await eventually(() => answered && ended !== null, 5_000, 'the answer of Teardown and the end of Open');
    await Promise.all([teardown, opening]);
    expect(ended).toBeInstanceOf(Error);
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });
});

test.each([
  ['Source', 'topics'],
  ['Destination', 'topic'],
])('an advertised listener that nobody can reach is in the log of a %s within 15 s', async (side, setting) => {
  const topic = uniqueName('advertised');
  await new Topics(sharedBroker().servers).create(topic);
  const door = await advertisingDoor(sharedBroker().servers.split(',')[0]!, await refusingPort());
  const started = await plugin();
  const engine = side === 'Source' ? new SourceEngine(started, 'v1') : new DestinationEngine(started, 'v1');
  const opened = engine.start({ servers: door.address, [setting]: topic }).then(
    () => true,
    () => false,
  );
  if (engine instanceof DestinationEngine) {
    expect(await opened).toBe(true);
    engine.write(recordsFrom(0, 1)).catch(() => undefined);
  }
  const text = `the broker at ${door.address} advertises the address 127.0.0.1:`;
  const told = () => started.logLines().filter((line) => line['@level'] === 'warn' && line['@message'].startsWith(text));
  await eventually(() => told().length > 0, 15_000, 'a line with both addresses');
  expect(told()).toHaveLength(1);
  expect(told()[0]!['@message']).toContain('advertised.listeners');
  await started.client.call(`/connector.v2.${side}Plugin/Teardown`);
  await opened;
  expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  door.close();
});

test.each([
  ['Source', 'topics'],
  ['Destination', 'topic'],
])('a broker that comes within the ten seconds of Open is enough for a %s', async (side, setting) => {
  const [host, port] = sharedBroker().servers.split(',')[0]!.split(':') as [string, string];
  const topic = uniqueName('late');
  await new Topics(sharedBroker().servers).create(topic);
  const address = await noBroker();
  const started = await plugin();
  await started.client.call(`/connector.v2.${side}Plugin/Configure`, { config: { servers: address, [setting]: topic } });
  let isOpen = false;
  const opening = started.client.call(`/connector.v2.${side}Plugin/Open`).then(() => (isOpen = true));
  await sleep(3_000);
  expect(isOpen).toBe(false);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const there = connect(Number(port), host);
    for (const end of [socket, there]) sockets.push(end.on('error', () => {}));
    socket.pipe(there).pipe(socket);
  });
  servers.push({ server, sockets });
  server.listen(Number(address.split(':')[1]), '127.0.0.1');
  await opening;
  await started.client.call(`/connector.v2.${side}Plugin/Teardown`);
  expect(await started.shutdown()).toEqual({ code: 0, signal: null });
});
