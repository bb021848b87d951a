import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GrpcServer } from './grpc/server.ts';

/** Length of a unix socket's path that every system accepts. */
const MAX_PATH_BYTES = 100;

/** Where the plugin listens, as go-plugin writes it, and how to take it away again. */
export interface Listening {
  /** `unix|<path>` or `tcp|127.0.0.1:<port>`. */
  address: string;
  remove(): void;
}

/**
 * A unix socket in a folder that only this user can enter; where there is none (Windows, a read-only or very long temporary folder),
 * a TCP port of the loopback interface.
 */
export async function listen(server: GrpcServer, socketFolder: string): Promise<Listening> {
  if (process.platform !== 'win32') {
    const folder = privateFolder(socketFolder === '' ? tmpdir() : socketFolder);
    if (folder !== null) {
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      try {
        const path = join(folder, 'plugin');
        await server.listen({ path });
        return { address: `unix|${path}`, remove };
      } catch {
        remove();
      }
    }
  }
  const address = (await server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
  return { address: `tcp|127.0.0.1:${address.port}`, remove: () => {} };
}

function privateFolder(parent: string): string | null {
  if (Buffer.byteLength(parent) > MAX_PATH_BYTES - 30) return null;
  try {
    return mkdtempSync(join(parent, 'kafka-wasm-'));
  } catch {
    return null;
  }
}
