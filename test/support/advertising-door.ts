/** A door to a broker that says the broker is somewhere else: what clients learn of a broker whose `advertised.listeners` is wrong. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { frames, sized } from './kafka-frames.ts';

const METADATA = 3;
/** From then on an answer begins with the throttle time. */
const THROTTLED_SINCE = 3;

export interface Door {
  /** `host:port`. */
  address: string;
  close(): void;
}

/** Passes everything on to `broker` (`host:port`), and writes `advertised` into the answers that name the brokers. */
export async function advertisingDoor(broker: string, advertised: { host: string; port: number }): Promise<Door> {
  const at = broker.lastIndexOf(':');
  const sockets = new Set<net.Socket>();
  const server = net.createServer((inside) => {
    const outside = net.connect({ host: broker.slice(0, at), port: Number(broker.slice(at + 1)) });
    const asked = new Map<number, number>();
    const requests = frames((frame) => {
      if (frame.readInt16BE(0) === METADATA) asked.set(frame.readInt32BE(4), frame.readInt16BE(2));
      outside.write(sized(frame));
    });
    const answers = frames((frame) => {
      const version = asked.get(frame.readInt32BE(0));
      inside.write(sized(version === undefined ? frame : renamed(frame, version, advertised)));
    });
    inside.on('data', requests);
    outside.on('data', answers);
    for (const [from, to] of [[inside, outside] as const, [outside, inside] as const]) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        sockets.delete(from);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** An answer of Metadata, version 1 to 8, with other addresses of its brokers. */
function renamed(answer: Buffer, version: number, { host, port }: { host: string; port: number }): Buffer {
  let at = 4 + (version >= THROTTLED_SINCE ? 4 : 0);
  const brokers = answer.readInt32BE(at);
  at += 4;
  const parts = [answer.subarray(0, at)];
  for (let i = 0; i < brokers; i++) {
    const name = Buffer.alloc(2 + host.length + 4);
    name.writeInt16BE(host.length);
    name.write(host, 2);
    name.writeInt32BE(port, 2 + host.length);
    parts.push(answer.subarray(at, at + 4), name);
    at += 4 + 2 + answer.readInt16BE(at + 4) + 4;
    const rack = 2 + Math.max(0, answer.readInt16BE(at));
    parts.push(answer.subarray(at, at + rack));
    at += rack;
  }
  return Buffer.concat([...parts, answer.subarray(at)]);
}

/** A port that neither accepts nor refuses connections: its backlog is full, and no connection is taken from it. */
export async function blackHole(): Promise<{ host: string; port: number; close(): Promise<void> }> {
  const code = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      parentPort.postMessage(server.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(code, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  const fillers: net.Socket[] = [];
  for (;;) {
    const filler = net.connect({ host: '127.0.0.1', port });
    filler.on('error', () => undefined);
    fillers.push(filler);
    const isLetIn = await Promise.race([
      once(filler, 'connect').then(() => true),
      new Promise((resolve) => setTimeout(resolve, 300, false)),
    ]);
    if (!isLetIn) break;
    if (fillers.length > 50) throw new Error('expected connections to wait once the backlog is full, but this system accepts every one');
  }
  return {
    host: '127.0.0.1',
    port,
    close: async () => {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    },
  };
}

/** A port that refuses connections. */
export async function refusingPort(): Promise<{ host: string; port: number }> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return { host: '127.0.0.1', port };
}
