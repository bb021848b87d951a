import { createServer } from 'node:net';

// Below the ranges from which systems take ports for outgoing connections: nothing else can be on a stopped broker's port when it starts again.
const FIRST = 10_240;
const LAST = 19_999;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Free ports of 127.0.0.1, taken at random so that two runs at the same time hardly ever choose the same; who binds them must still be ready to choose again. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let attempt = 0; ports.size < count; attempt++) {
    if (attempt > 1000)
      throw new Error(
        `Expected ${count} free ports between ${FIRST} and ${LAST} on 127.0.0.1, found ${ports.size}. End programs that hold them.`,
      );
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}
