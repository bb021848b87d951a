/** The one executable and the environment of its host: variables that are meant for another Node change nothing. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { READ_AT_START, READ_LATER } from '../../host/plugin/process/node-variables.ts';
import { makeCertificates, type Certificates } from '../support/broker/certificates.ts';
import { startPlugin, type PluginProcess } from '../support/plugin-process.ts';
import { PLUGIN } from './real/conduit.ts';
import { skipped } from '../support/skipped.ts';

type Variables = Record<string, string>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environment-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}
function run(args: string[], env: Variables): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(PLUGIN, args, { env, cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Values that would stop the program, or make it do something else, if it obeyed them. */
async function harmful(): Promise<Variables> {
  const broken = join(folder, 'broken');
  await writeFile(broken, 'this is no configuration, no certificate and no program\n');
  const written = join(folder, 'written');
  await mkdir(written, { recursive: true });
  return {
    NODE_OPTIONS: `--require ${broken} --inspect=127.0.0.1:0`,
    OPENSSL_CONF: broken,
    NODE_CHANNEL_FD: '0',
    NODE_UNIQUE_ID: '1',
    NODE_DEBUG: 'http2,net',
    NODE_COMPILE_CACHE: join(written, 'compile-cache'),
    NODE_EXTRA_CA_CERTS: broken,
    NODE_ICU_DATA: folder,
    NODE_PENDING_DEPRECATION: '1',
    NODE_REDIRECT_WARNINGS: join(written, 'warnings'),
    NODE_USE_ENV_PROXY: '1',
    NODE_USE_SYSTEM_CA: '1',
    NODE_V8_COVERAGE: join(written, 'coverage'),
    UV_THREADPOOL_SIZE: '0',
    UV_USE_IO_URING: '1',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_ENV: 'test',
    KAFKAJS_LOG_LEVEL: 'debug',
    LOG_STREAM: 'orders',
    LOG_TOKENS: '1',
  };
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Configures a source without settings, which needs the component, and ends the plugin. */
async function useOf(plugin: PluginProcess): Promise<void> {
  await expect(plugin.client.call('/connector.v2.SourcePlugin/Configure', { config: {} })).rejects.toMatchObject({
    message: expect.stringContaining('error validating "servers": required parameter is not provided'),
  });
  expect(await plugin.shutdown()).toEqual({ code: 0, signal: null });
}

describe('variables that are meant for another Node', () => {
  test('do not stop the command line, load nothing into it and make it write nothing', async () => {
    const settings = join(folder, 'settings.yaml');
    await writeFile(settings, 'servers: localhost:9092\ntopics: orders\n');
    const args = ['validate', 'source', '--config', settings];
    const alone = await run(args, {});
    expect(alone).toMatchObject({ code: 0, stderr: '' });
    for (const [name, value] of Object.entries(await harmful())) {
      const { code, stdout, stderr } = await run(args, { [name]: value });
      expect({ name, code, stdout, stderr }).toEqual({ name, ...alone });
    }
    expect(await run(args, await harmful())).toEqual(alone);
    expect(await filesBelow(join(folder, 'written'))).toEqual([]);
  });

  test('do not stop the plugin, and its log lines stay the only thing on standard error', async () => {
    for (const env of [...Object.entries(await harmful()).map(([name, value]) => ({ [name]: value })), await harmful()]) {
      const plugin = await startPlugin({ command: [PLUGIN], bare: true, env });
      try {
        await useOf(plugin);
        expect(plugin.logLines().filter((line) => line['@level'] === 'raw')).toEqual([]);
      } finally {
        await plugin.dispose();
      }
    }
    expect(await filesBelow(join(folder, 'written'))).toEqual([]);
  });
});

describe('certificates', () => {
  let certificates: Certificates;
  let authority: string;
  beforeAll(async () => {
    certificates = await makeCertificates();
    authority = join(folder, 'authority.pem');
    await writeFile(authority, certificates.client.caCert);
  });

  /** Whether a source talks to a server whose certificate this run's own authority has signed. */
  async function trusts(env: Variables, ...settings: string[]): Promise<boolean> {
    const verdict = Promise.withResolvers<boolean>();
    const server = tls.createServer({ ...certificates.server }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => verdict.resolve(true));
      socket.once('close', () => verdict.resolve(false));
    });
    server.on('tlsClientError', () => verdict.resolve(false));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const servers = `servers=localhost:${(server.address() as AddressInfo).port}`;
    const given = [servers, 'topics=orders', 'tls.enabled=true', ...settings].flatMap((setting) => ['-c', setting]);
    const child = spawn(PLUGIN, ['source', '-q', ...given], { env, stdio: 'ignore' });
    const exited = once(child, 'exit');
    try {
      return await Promise.race([
        verdict.promise,
        exited.then(() => {
          throw new Error('the command ended before it connected');
        }),
      ]);
    } finally {
      child.kill('SIGKILL');
      await exited.catch(() => {});
      server.close();
    }
  }

  test('of the setting caCert, and of SSL_CERT_FILE as for the Go connector, are trusted', async () => {
    expect(await trusts({}, `caCert=${certificates.client.caCert}`)).toBe(true);
    expect(await trusts({ SSL_CERT_FILE: authority })).toBe(true);
  });

  test('of nobody are not, and neither NODE_EXTRA_CA_CERTS nor NODE_TLS_REJECT_UNAUTHORIZED changes that', async () => {
    expect(await trusts({})).toBe(false);
    expect(await trusts({ NODE_EXTRA_CA_CERTS: authority })).toBe(false);
    expect(await trusts({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toBe(false);
    expect(await trusts({ OPENSSL_CONF: authority, NODE_OPTIONS: '--use-openssl-ca', NODE_USE_SYSTEM_CA: '1' })).toBe(false);
  });
});

const noProc = process.platform === 'linux' ? null : 'only Linux tells the sockets of a process';
test.skipIf(noProc !== null)(`SIGUSR1 opens no debugger port, and ends nothing${skipped(noProc)}`, async () => {
  const plugin = await startPlugin({ command: [PLUGIN], bare: true });
  try {
    const pid = plugin.child.pid!;
    for (let count = 0; count < 2; count++) process.kill(pid, 'SIGUSR1');
    await expect(plugin.client.call('/connector.v2.SpecifierPlugin/Specify')).resolves.toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const files = await readdir(`/proc/${pid}/fd`);
    const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')));
    const listening = tables.flatMap((table) =>
      table
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter((columns) => columns[3] === '0A')
        .map((columns) => `socket:[${columns[9]}]`),
    );
    expect(links.filter((link) => listening.includes(link))).toEqual([]);
    await useOf(plugin);
  } finally {
    await plugin.dispose();
  }
});

describe('docs/environment.md', () => {
  const docs = fileURLToPath(new URL('../../docs/environment.md', import.meta.url));
  const documented = async (): Promise<Set<string>> =>
    new Set([...(await readFile(docs, 'utf8')).matchAll(/`(\w+)`/g)].map(([, name]) => name!));

  test('names every variable that is left out', async () => {
    const names = await documented();
    expect([...READ_AT_START, ...READ_LATER].filter((name) => !names.has(name))).toEqual([]);
  });

  const tooOld = Number.parseInt(process.versions.node) < 26 ? 'this is not the Node of the executable, 26' : null;
  test.skipIf(tooOld !== null)(`names every variable that Node's own JavaScript reads${skipped(tooOld)}`, async () => {
    // The sources of Node's libraries, whose variables the embedded program may read; not those of Node's own tests and benchmarks.
    const script = `for (const [name, text] of Object.entries(process.binding('natives')))
      if (typeof text === 'string' && !/^internal\\/(bench_runner|test_runner)/.test(name)) process.stdout.write(text + '\\n')`;
    const sources = execFileSync(process.execPath, ['--no-warnings', '-e', script], { env: {}, maxBuffer: 64e6, encoding: 'utf8' });
    expect(sources).toContain('process.env.NODE_CHANNEL_FD');
    const read = new Set([...sources.matchAll(/\benv(?:\.|\[')([A-Z][A-Za-z0-9]*(?:_[A-Z0-9]+)*)\b/g)].map(([, name]) => name!));
    expect(read.size).toBeGreaterThan(20);
    const names = await documented();
    expect([...read].filter((name) => !names.has(name)).sort()).toEqual([]);
  });

  const noCompiler = process.platform === 'linux' && hasCompiler() ? null : 'it takes Linux and a C compiler';
  // A library that is loaded before Node writes down what it asks the system for; building it takes a C compiler.
  test.skipIf(noCompiler !== null)(
    `names every variable that a run of the executable asks the system for${skipped(noCompiler)}`,
    async () => {
      const source = join(folder, 'asked.c');
      const library = join(folder, 'asked.so');
      const list = join(folder, 'asked.txt');
      await writeFile(source, TRACER);
      execFileSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
      const env = { LD_PRELOAD: library, ASKED_FILE: list };
      const settings = join(folder, 'asked.yaml');
      await writeFile(settings, 'servers: 127.0.0.1:1\ntopics: orders\ntls.enabled: "true"\n');
      expect((await run(['source', '--config', settings], env)).code).toBe(3);
      expect((await run(['--help'], env)).code).toBe(0);
      const plugin = await startPlugin({ command: [PLUGIN], bare: true, env });
      try {
        await useOf(plugin);
      } finally {
        await plugin.dispose();
      }
      const asked = new Set((await readFile(list, 'utf8')).split('\n').filter((name) => name !== ''));
      expect(asked).toContain('NODE_EXTRA_CA_CERTS');
      expect(asked).toContain('CONDUIT_CONNECTOR_ID');
      const names = await documented();
      expect([...asked].filter((name) => !names.has(name)).sort()).toEqual([]);
    },
  );
});

function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const TRACER = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
typedef char *(*reader)(const char *);
static char *asked(const char *function, const char *name) {
  reader real = (reader)dlsym(RTLD_NEXT, function);
  const char *path = real("ASKED_FILE");
  char line[256];
  size_t length = strlen(name);
  if (path != 0 && length < sizeof line - 1) {
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    memcpy(line, name, length);
    line[length] = '\\n';
    if (file >= 0) {
      if (write(file, line, length + 1) < 0) { }
      close(file);
    }
  }
  return real(name);
}
char *getenv(const char *name) { return asked("getenv", name); }
char *secure_getenv(const char *name) { return asked("secure_getenv", name); }
`;
