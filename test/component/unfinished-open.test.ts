/** A connector that is torn down while it is still opening: it dials no more, and no socket of it is left. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createDestination, createSource } from '../../host/connector.ts';
import { sleep } from '../support/wait.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A port, and how often it was dialled. */
async function broker(answer: (socket: Socket) => void): Promise<{ port: number; dials: () => number; open: () => number }> {
  let dials = 0;
  const own = new Set<Socket>();
  const server = createServer((socket) => {
    dials++;
    own.add(socket);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => own.delete(socket));
    socket.resume();
    answer(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return { port: (server.address() as { port: number }).port, dials: () => dials, open: () => own.size };
}

/** Accepts connections and never answers, as a broker that hangs or a firewall. */
const silent = (): void => undefined;
/** Closes every connection at once, as a broker that is starting does: an open consumer or producer dials again and again. */
const closing = (socket: Socket): void => void socket.destroy();

const connectors = {
  source: async (port: number) => {
    const source = createSource({ log: () => undefined });
    expect(await source.configure({ servers: `127.0.0.1:${port}`, topics: 't' })).toEqual([]);
    return { open: () => source.open(null), teardown: () => source.teardown() };
  },
  destination: async (port: number) => {
    const destination = createDestination({ log: () => undefined });
    expect(await destination.configure({ servers: `127.0.0.1:${port}`, topic: 't' })).toEqual([]);
    return { open: () => destination.open(), teardown: () => destination.teardown() };
  },
};

describe.each(['source', 'destination'] as const)('a %s that is torn down while it opens', (side) => {
  test.each([
    ['a broker that never answers', silent],
    ['a broker that closes every connection', closing],
  ])('against %s leaves no socket, and dials no more', async (_, answer) => {
    const { port, dials, open } = await broker(answer);
    const connector = await connectors[side](port);
    const opening = connector.open().catch((error: unknown) => error);
    for (let waited = 0; dials() === 0 && waited < 5_000; waited += 10) await sleep(10);
    expect(dials()).toBeGreaterThan(0);

    const start = performance.now();
    await connector.teardown();
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(await opening).toMatchObject({ code: 'cancelled' });
    await sleep(50); // what was on its way
    expect(open()).toBe(0);
    const before = dials();
    // Longer than the interval of its dials.
    await sleep(1_500);
    expect(dials()).toBe(before);
  });
});
