import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';

// Below the ranges from which systems take ports for outgoing connections: no client can be on a stopped broker's port when it starts again.
const FIRST = 10_240;
const LAST = 19_999;

/** TCP ports of 127.0.0.1 that no other broker of ours takes, whichever process starts it, until `release` or the end of this process. */
export interface ReservedPorts {
  readonly ports: readonly number[];
  release(): void;
}

/** A port is reserved by binding the UDP port of the same number: no broker uses UDP, only one process can bind it, and the system frees it when the process ends. */
function hold(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
      .once('error', () => resolve(null))
      .bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(socket.unref()));
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Reserves free ports, taken at random. A program that knows nothing of reservations may still take one: who binds must be ready to choose again. */
export async function reservePorts(count: number): Promise<ReservedPorts> {
  const held = new Map<number, Socket>();
  const release = (): void => {
    for (const socket of held.values()) socket.close();
    held.clear();
  };
  for (let attempt = 0; held.size < count; attempt++) {
    if (attempt > 1000) {
      const found = held.size;
      release();
      throw new Error(`Expected ${count} free ports from ${FIRST} to ${LAST} on 127.0.0.1, found ${found}. End programs that hold them.`);
    }
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    const socket = await hold(port);
    if (!socket) continue;
    if (await isFree(port)) held.set(port, socket);
    else socket.close();
  }
  return { ports: [...held.keys()], release };
}
