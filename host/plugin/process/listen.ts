import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GrpcServer } from '../grpc/server.ts';
import { SOCKET_NAME, folderPrefix } from './stale-sockets.ts';

/** Longest path of a unix socket that every system accepts. */
const MAX_PATH_BYTES = 100;
/** The six characters that `mkdtemp` adds, and the separators. */
const ADDED_BYTES = 6 + 2;

/** The address at which the plugin listens, in the form of go-plugin's handshake. */
export interface Listening {
  /** `unix|<path>` or `tcp|127.0.0.1:<port>`. */
  address: string;
  /** The folder that holds the socket folders of this and of other plugins; null without a socket. */
  parent: string | null;
  /** Removes the socket and its folder. */
  remove(): void;
}

/**
 * Listens on a unix socket in a folder that only this user can enter. Where that is impossible (Windows, a read-only temporary folder, a path that is
 * too long) it listens on a TCP port of the loopback interface.
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
