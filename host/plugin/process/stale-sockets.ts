import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../base/log.ts';

/** The socket in the folder of a plugin process. */
export const SOCKET_NAME = 'plugin';
const FOLDER_NAME = /^kafka-wasm-(\d{1,10})-[A-Za-z0-9]{6}$/;
/** Younger folders are left alone. Process ids of another container are not visible here, but a plugin of this age has ended or has its connection. */
const MIN_AGE_MS = 90_000;
/** Most folders that are looked at: a temporary folder can hold any number of files. */
const MAX_FOLDERS = 1_000;

/** The beginning of a socket folder's name. It tells later processes which process made the folder. */
export function folderPrefix(processId: number): string {
  return `kafka-wasm-${processId}-`;
}

/**
 * Removes the socket folders of plugin processes that were killed. It removes only folders that have a name of ours, belong to this user and to a
 * process that does not run, and hold nothing but a socket; it never follows links. Never rejects.
 */
export async function removeStaleSockets(parent: string, log: Log): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  let removed = 0;
  for (const name of names.filter((each) => FOLDER_NAME.test(each)).slice(0, MAX_FOLDERS)) {
    if (isRunning(Number(FOLDER_NAME.exec(name)![1]))) continue;
    try {
      if (await removeFolder(join(parent, name))) removed++;
    } catch {
      // The folder belongs to another program, or another plugin has just removed it.
    }
  }
  if (removed > 0) log('debug', `removed the socket folders of ${removed} plugin processes that were killed`);
}

async function removeFolder(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || Date.now() - found.mtimeMs < MIN_AGE_MS) return false;
  const content = await readdir(folder);
  if (content.some((name) => name !== SOCKET_NAME)) return false;
  if (content.length > 0) {
    const socket = join(folder, SOCKET_NAME);
    if (!(await lstat(socket)).isSocket()) return false;
    await unlink(socket);
  }
  await rmdir(folder);
  return true;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // EPERM: it runs, as another user
  }
}
