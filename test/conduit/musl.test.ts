/** The executable for musl, in a root file system like that of Conduit's own image. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFile, cp, link, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test, afterAll, type TestContext } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { inMuslRoot, makeMuslRoot, muslRootImpossible } from '../support/musl-root.ts';
import { startPlugin } from '../support/plugin-process.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const NAME = 'conduit-connector-kafka-wasm';
const LIBRARIES = 'kafka-wasm.libs';
const CONNECTORS = '/app/connectors';
const DOWNLOADS_MS = 400_000;

let folder: string;
/** Why these tests cannot run here; null if they can. */
let impossible: string | null = muslRootImpossible();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'musl-'));
  if (impossible !== null) return;
  try {
    execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
  } catch {
    impossible = 'Node for musl comes through pip, which is not here';
    return;
  }
  execFileSync('make', ['-s', 'plugin', 'LIBC=musl'], { cwd: project, stdio: 'ignore', timeout: DOWNLOADS_MS });
  try {
    await makeMuslRoot(root());
  } catch (error) {
    impossible = `musl cannot be had here: ${String(error)}`;
    return;
  }
  const connectors = join(root(), CONNECTORS);
  await mkdir(connectors, { recursive: true });
  const built = join(project, 'dist/plugin-musl');
  await link(join(built, NAME), join(connectors, NAME)).catch(() => copyFile(join(built, NAME), join(connectors, NAME)));
  await cp(join(built, LIBRARIES), join(connectors, LIBRARIES), { recursive: true });
}, DOWNLOADS_MS);
afterAll(() => rm(folder, { recursive: true, force: true }));

const root = (): string => join(folder, 'root');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}
function runInside(command: string[], options: { env?: Record<string, string>; input?: string } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const [file, ...args] = inMuslRoot(root(), ...command);
    const env = { PATH: process.env['PATH'], ...options.env };
    const child = execFile(file!, args, { env, timeout: 60_000, maxBuffer: 64e6 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin!.on('error', () => {}); // it may end before it reads
    child.stdin!.end(options.input ?? '');
  });
}
const plugin = `${CONNECTORS}/${NAME}`;

function needsMusl(context: TestContext): void {
  if (impossible !== null) context.skip(impossible);
}

describe('in a system with musl and nothing else', () => {
  test('the executable for glibc is "not found", as docs/conduit.md says', async (context) => {
    needsMusl(context);
    const other = join(root(), 'app/glibc');
    await copyFile(join(project, 'dist/plugin', NAME), other);
    const { code, stderr } = await runInside(['/app/glibc', '--version']);
    expect({ code, stderr }).toEqual({ code: 127, stderr: expect.stringContaining('No such file or directory') });
    await rm(other);
  });

  test('the executable for musl prints its specification, and takes no variables of Node either', async (context) => {
    needsMusl(context);
    const plain = await runInside([plugin, 'spec']);
    expect(plain).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('name: kafka-wasm') });
    const env = {
      NODE_OPTIONS: '--require /x.js',
      NODE_PENDING_DEPRECATION: '1',
      NODE_CHANNEL_FD: '0',
      OPENSSL_CONF: '/lib/ld-musl-x86_64.so.1',
    };
    expect(await runInside([plugin, 'spec'], { env })).toEqual(plain);
  });

  test('it needs no folder beside it where the system has libstdc++', async (context) => {
    needsMusl(context);
    const [beside, away] = [join(root(), CONNECTORS, LIBRARIES), join(root(), 'app/away')];
    await rename(beside, away);
    try {
      expect((await runInside([plugin, '--version'])).stderr).toContain('Error loading shared library libstdc++.so.6');
      for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) await link(join(away, name), join(root(), 'lib', name));
      expect(await runInside([plugin, '--version'])).toMatchObject({ code: 0, stderr: '' });
      for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) await rm(join(root(), 'lib', name));
    } finally {
      await rename(away, beside);
    }
  });

  test('it serves as a plugin', async (context) => {
    needsMusl(context);
    // One path inside and outside, so that the socket can be reached from here.
    const sockets = join(folder, 'sockets');
    await mkdir(join(root(), sockets), { recursive: true });
    await symlink(join(root(), sockets), sockets);
    const started = await startPlugin({ command: inMuslRoot(root(), plugin), env: { PLUGIN_UNIX_SOCKET_DIR: sockets } });
    try {
      for (const side of ['Source', 'Destination']) {
        await expect(started.client.call(`/connector.v2.${side}Plugin/Configure`, { config: {} })).rejects.toMatchObject({
          message: expect.stringContaining('error validating "servers": required parameter is not provided'),
        });
      }
      expect(await started.shutdown()).toEqual({ code: 0, signal: null });
      expect(started.logLines().filter((line) => line['@level'] === 'raw')).toEqual([]);
    } finally {
      await started.dispose();
    }
  });

  test('it writes records to Kafka and reads them, in order', async (context) => {
    needsMusl(context);
    const { servers } = sharedBroker();
    const topic = uniqueName('musl');
    const line = (n: number): string =>
      `${JSON.stringify({ position: null, operation: 'create', metadata: null, key: null, payload: { before: null, after: Buffer.from(`${n}`).toString('base64') } })}\n`;
    const numbers = Array.from({ length: 3_000 }, (_, n) => n);
    const at = ['-c', `servers=${servers}`];
    const format = ['-c', 'sdk.record.format=raw', '-c', 'compression=snappy'];
    const written = await runInside([plugin, 'destination', '-q', ...at, '-c', `topic=${topic}`, ...format], {
      input: numbers.map(line).join(''),
    });
    expect(written).toMatchObject({ code: 0, stderr: '' });
    const read = await runInside([plugin, 'source', '-q', ...at, '-c', `topics=${topic}`, '-c', 'readFromBeginning=true']);
    expect(read).toMatchObject({ code: 0, stderr: '' });
    const values = read.stdout
      .split('\n')
      .slice(0, -1)
      .map((text) => (JSON.parse(text) as { payload: { after: string } }).payload.after);
    expect(values.map((value) => Number(Buffer.from(value, 'base64').toString()))).toEqual(numbers);
  });
});
