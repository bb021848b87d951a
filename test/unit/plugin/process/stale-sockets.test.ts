import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { folderPrefix, removeStaleSockets } from '../../../../host/plugin/process/stale-sockets.ts';
import { skipped } from '../../../support/skipped.ts';

let parent = '';
let elsewhere = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sockets-'));
  elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
});
afterEach(() => {
  for (const folder of [parent, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

/** Of a process that has ended. */
const ended = (): number => spawnSync(process.execPath, ['--version']).pid;
const LONG_AGO = new Date(Date.now() - 3_600_000);

/** A socket file without a listener, as a killed process leaves it. */
async function deadSocket(path: string): Promise<void> {
  const listen = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', listen, path]);
  if (!existsSync(path)) throw new Error(`no socket at ${path}`);
  return Promise.resolve();
}

async function folderOf(processId: number, content: 'socket' | 'file' | 'nothing' = 'socket', age = LONG_AGO): Promise<string> {
  const folder = join(parent, `${folderPrefix(processId)}aB3xyZ`);
  mkdirSync(folder, { mode: 0o700 });
  if (content === 'socket') await deadSocket(join(folder, 'plugin'));
  if (content === 'file') writeFileSync(join(folder, 'plugin'), 'not a socket');
  utimesSync(folder, age, age);
  return folder;
}

const clean = async (lines: string[] = []): Promise<string[]> => {
  await removeStaleSockets(parent, (_, message) => void lines.push(message));
  return readdirSync(parent);
};

describe('the socket folder of a plugin process', () => {
  test('that was killed is removed, and it is said', async () => {
    await folderOf(ended());
    await folderOf(ended(), 'nothing');
    const lines: string[] = [];
    expect(await clean(lines)).toEqual([]);
    expect(lines).toEqual(['removed the socket folders of 2 plugin processes that were killed']);
  });

  test('that runs stays', async () => {
    const folder = await folderOf(process.pid);
    expect(await clean()).toHaveLength(1);
    expect(existsSync(join(folder, 'plugin'))).toBe(true);
  });

  test('that may be one of another container, to which nobody has connected yet, stays', async () => {
    await folderOf(ended(), 'socket', new Date());
    expect(await clean()).toHaveLength(1);
  });

  const whyNot = process.getuid?.() === 0 ? null : 'only root can give a file to another user';
  test.skipIf(whyNot !== null)(`of another user stays${skipped(whyNot)}`, async () => {
    const folder = await folderOf(ended());
    chownSync(folder, 12_345, 12_345);
    utimesSync(folder, LONG_AGO, LONG_AGO);
    expect(await clean()).toHaveLength(1);
  });
});

describe('nothing else is touched:', () => {
  test('a folder with anything but a socket in it', async () => {
    const folder = await folderOf(ended(), 'file');
    expect(await clean()).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['plugin']);
  });

  test('a folder with more than a socket in it', async () => {
    const folder = await folderOf(ended());
    writeFileSync(join(folder, 'more'), '');
    utimesSync(folder, LONG_AGO, LONG_AGO);
    await clean();
    expect(readdirSync(folder)).toEqual(['more', 'plugin']);
  });

  test('what a link points to, and the link', async () => {
    await deadSocket(join(elsewhere, 'plugin'));
    symlinkSync(elsewhere, join(parent, `${folderPrefix(ended())}aB3xyZ`));
    const folder = await folderOf(ended(), 'nothing');
    symlinkSync(join(elsewhere, 'plugin'), join(folder, 'plugin'));
    utimesSync(folder, LONG_AGO, LONG_AGO);
    expect(await clean()).toHaveLength(2);
    expect(readdirSync(elsewhere)).toEqual(['plugin']);
  });

  test.each(['kafka-wasm-123', 'kafka-wasm-aB3xyZ', 'kafka-wasm-99999999999-aB3xyZ', 'x-kafka-wasm-1-aB3xyZ', 'kafka-wasm-1-aB3xyZ.d'])(
    'a folder named %s',
    async (name) => {
      mkdirSync(join(parent, name));
      utimesSync(join(parent, name), LONG_AGO, LONG_AGO);
      expect(await clean()).toEqual([name]);
    },
  );

  test('a parent that is not there', async () => {
    rmSync(parent, { recursive: true });
    await expect(removeStaleSockets(parent, () => {})).resolves.toBeUndefined();
    mkdirSync(parent);
  });
});
