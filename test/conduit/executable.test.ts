/** The one executable as a file: it needs nothing else from the machine. */
import { execFile } from 'node:child_process';
import { copyFile, link, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startPlugin } from '../support/plugin-process.ts';
import { PLUGIN } from './real/conduit.ts';

const MAX_BYTES = 130e6;
const COOKIE = '204e8e812c3a1bb73b838928c575b42a105dd2e9aa449be481bc4590486df53f';
let folder: string;
/** A copy in a folder without any other file of this project. */
let executable: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'executable-'));
  const spaced = join(folder, 'a folder with spaces');
  await mkdir(spaced);
  executable = join(spaced, 'conduit-connector-kafka-wasm');
  await link(PLUGIN, executable).catch(() => copyFile(PLUGIN, executable)); // another file system
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}
function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(executable, args, { env, cwd: '/', timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test('it is under 130 MB', async () => {
  expect((await stat(PLUGIN)).size).toBeLessThan(MAX_BYTES);
});

test('it prints its specification with an empty environment, from any folder and from a path with spaces', async () => {
  const { code, stdout, stderr } = await run(['spec']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { specification } = parse(stdout) as { specification: { name: string; source: { parameters: { name: string }[] } } };
  expect(specification.name).toBe('kafka-wasm');
  expect(specification.source.parameters.map(({ name }) => name)).toContain('topics');
});

test('it validates settings in the component that it carries', async () => {
  const { code, stdout, stderr } = await run(['validate', 'destination', '-c', 'acks=most']);
  expect(code).toBe(2);
  expect(stdout + stderr).toMatch(
    /"servers": required parameter is not provided[^]*value must be included in the list|value must be included in the list[^]*"servers": required/,
  );
});

describe('make install-plugin', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  // -o: make installs the executable as it is, even if sources are newer.
  const install = (...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(
        'make',
        ['-s', '-o', 'dist/plugin/conduit-connector-kafka-wasm', 'install-plugin', ...args],
        { cwd: root },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });

  test('puts the executable where Conduit looks, alone, and it serves from there with nothing in the environment but what Conduit sets', async () => {
    const connectors = join(folder, "some 'connectors' folder");
    for (const _ of ['first', 'again']) expect(await install(`DIR=${connectors}`)).toEqual({ code: 0, stdout: '', stderr: '' });
    // Conduit executes every file that lies there.
    expect(await readdir(connectors)).toEqual(['conduit-connector-kafka-wasm']);
    const sockets = join(folder, 'no sockets here'); // so that the system's temporary folder plays no part
    const started = await startPlugin({
      command: [join(connectors, 'conduit-connector-kafka-wasm')],
      bare: true,
      cwd: '/',
      env: { PLUGIN_UNIX_SOCKET_DIR: sockets },
    });
    try {
      for (const side of ['Source', 'Destination']) {
        await expect(started.client.call(`/connector.v2.${side}Plugin/Configure`, { config: {} })).rejects.toMatchObject({
          message: expect.stringContaining('error validating "servers": required parameter is not provided'),
        });
      }
      expect(await started.shutdown()).toEqual({ code: 0, signal: null });
    } finally {
      await started.dispose();
    }
  });

  test('without a folder says what is missing', async () => {
    const { code, stderr } = await install();
    expect(code).not.toBe(0);
    expect(stderr).toContain('say where, for example DIR=path/to/connectors');
  });
});

test('started as a plugin by mistake it says what it is, on stderr alone, and exits with 1', async () => {
  const { code, stdout, stderr } = await run([], { CONDUIT_PLUGIN_MAGIC_COOKIE: 'wrong', PLUGIN_PROTOCOL_VERSIONS: '2' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^This is a Kafka connector for Conduit, and it cannot start as a plugin: .* "connectors" folder/);
});

test('a protocol that it does not speak ends it in the same way', async () => {
  const { code, stdout, stderr } = await run([], { CONDUIT_PLUGIN_MAGIC_COOKIE: COOKIE, PLUGIN_PROTOCOL_VERSIONS: '1,3' });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('PLUGIN_PROTOCOL_VERSIONS is "1,3"');
});
