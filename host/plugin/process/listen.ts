import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GrpcServer } from '../grpc/server.ts';
import { SOCKET_NAME, folderPrefix } from './stale-sockets.ts';

/** Length of a unix socket's path that every system accepts. */
const MAX_PATH_BYTES = 100;
/** What is added to it by `mkdtemp`, and the separators. */
const ADDED_BYTES = 6 + 2;

/** Where the plugin listens, as go-plugin writes it, and how to take it away again. */
export interface Listening {
  /** `unix|<path>` or `tcp|127.0.0.1:<port>`. */
  address: string;
  /** Where its folder lies, and those of other plugins; null without a socket. */
  parent: string | null;
  remove(): void;
}

/**
 * A unix socket in a folder that only this user can enter; where there is none (Windows, a read-only or very long temporary folder),
 * a TCP port of the loopback interface.
 */
export async function listen(server: GrpcServer, socketFolder: string): Promise<Listening> {
  if (process.platform !== 'win32') {
    const parent = socketFolder === '' ? tmpdir() : socketFolder;
    const folder = privateFolder(parent);
    if (folder !== null) {
      const remove = (): void => rmSync(folder, { recursive: true, force: true });
      try {
        const path = join(folder, SOCKET_NAME);
        await server.listen({ path });
        return { address: `unix|${path}`, parent, remove };
      } catch {
        remove();
      }
    }
  }
  const address = (await server.listen({ host: '127.0.0.1', port: 0 })) as AddressInfo;
  return { address: `tcp|127.0.0.1:${address.port}`, parent: null, remove: () => {} };
}

function privateFolder(parent: string): string | null {
  const prefix = join(parent, folderPrefix(process.pid));
  if (Buffer.byteLength(prefix) + ADDED_BYTES + SOCKET_NAME.length > MAX_PATH_BYTES) return null;
  try {
    return mkdtempSync(prefix);
  } catch {
    return null;
  }
}
