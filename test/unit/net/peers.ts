/** Servers to dial: on one port, at several addresses of this machine. */
import { createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Worker } from 'node:worker_threads';
import { connect } from 'node:net';

export const HERE = '127.0.0.1';
/** Another address of this machine, where a different server or none listens. */
export const ELSEWHERE = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))
  ? '::1'
  : '127.0.0.2';

/** What one server has seen. */
export interface Peer {
  port: number;
  sockets: Socket[];
  /** Connections that are still open. */
  open: () => number;
  received: Buffer[];
}

export class Peers {
  readonly #servers: Server[] = [];
  readonly #sockets: Socket[] = [];
  readonly #workers: Worker[] = [];

  async listen(host = HERE, port = 0): Promise<Peer> {
    const sockets: Socket[] = [];
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      this.#sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => received.push(chunk));
    }).listen(port, host);
    this.#servers.push(server);
    await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
    const open = (): number => sockets.filter(({ destroyed }) => !destroyed).length;
    return { port: (server.address() as { port: number }).port, sockets, received, open };
  }

  /** An address that does not answer: the backlog of its listener is full, and the listener accepts no connection. */
  async dead(host = ELSEWHERE, port = 0): Promise<number> {
    const code = `
      const { parentPort } = require('node:worker_threads');
      const server = require('node:net').createServer().listen({ port: ${port}, host: '${host}', backlog: 1 }, () => {
        parentPort.postMessage(server.address().port);
        setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
      });`;
    const worker = new Worker(code, { eval: true });
    this.#workers.push(worker);
    const taken = await new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject));
    for (;;) {
      const socket = connect({ host, port: taken });
      socket.on('error', () => undefined);
      this.#sockets.push(socket);
      const answered = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        setTimeout(resolve, 200, false);
      });
      if (!answered) return taken;
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    for (const server of this.#servers.splice(0)) server.close();
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
  }
}
