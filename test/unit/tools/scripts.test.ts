/** A script that fails shows a maintainer one line, not a stack trace. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '../../support/skipped.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NOBODY = '127.0.0.1:1';
const { PATH } = process.env;

async function run(command: string, args: string[], env: Record<string, string | undefined> = {}) {
  const child = spawn(command, args, { cwd: ROOT, env: { PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}
/** As the Makefile runs scripts. */
const script = (file: string, args: string[] = [], env?: Record<string, string | undefined>) =>
  run(process.execPath, ['--import', './tools/plain-errors.mjs', file, ...args], env);

describe('a script of the Makefile', () => {
  it.each(['test/demo/demo.ts', 'bench/bench.ts'])('%s says in one line that KAFKA_SERVERS cannot be reached', async (file) => {
    const { code, err } = await script(file, file.includes('bench') ? ['--rounds', '1', '--records', '10'] : [], { KAFKA_SERVERS: NOBODY });
    expect(err).toMatch(/^No broker answers at KAFKA_SERVERS=127\.0\.0\.1:1: .*ECONNREFUSED.*\n$/);
    expect(code).toBe(1);
  });

  it('says in one line that there is no Kafka, and how to get one', async () => {
    const { code, err } = await script('test/demo/demo.ts', [], { KAFKA_PROVIDER: 'jars', JAVA_HOME: '/nowhere' });
    expect(err).toMatch(/^There is no Kafka to run on \(Java 17 or newer: .*\)\. Give it one of three: KAFKA_SERVERS=host:port .*\n$/);
    expect(code).toBe(1);
  });

  it('tells what a failed build has to do with', async () => {
    const absolute = await mkdtemp(join(tmpdir(), 'scripts-'));
    const folder = relative(ROOT, absolute);
    try {
      await writeFile(join(absolute, 'index.ts'), 'export function f(): i32 { return "text"; }\n');
      await writeFile(
        join(absolute, 'asconfig.json'),
        JSON.stringify({ entries: [join(folder, 'index.ts')], options: { runtime: 'incremental', maximumMemory: 16 } }),
      );
      const { code, err } = await script('tools/component.mjs', [
        '--config',
        join(folder, 'asconfig.json'),
        '--folder',
        join(folder, 'out'),
      ]);
      expect(err).toMatch(/^ERROR TS\d+: /m);
      expect(err).toMatch(/\nasc has found the errors above: .* is not built\n$/);
      expect(err).not.toMatch(/^\s+at /m);
      expect(code).toBe(1);
    } finally {
      await rm(absolute, { recursive: true });
    }
  });

  it('shows its stack trace with DEBUG', async () => {
    const { err } = await script('test/demo/demo.ts', [], { KAFKA_SERVERS: NOBODY, DEBUG: '1' });
    expect(err).toMatch(/^\s+at /m);
  });
});

describe('a benchmark', () => {
  it.each(['bench/bench.ts', 'bench/conduit.ts'])('%s prints its options with --help', async (file) => {
    const { code, out, err } = await script(file, ['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: make bench.* \[--rounds 3\].*\n$/);
  });

  it('refuses an option that it does not know in one line', async () => {
    const { code, err } = await script('bench/bench.ts', ['--rouds', '1']);
    expect(err).toMatch(/^Unknown option '--rouds'\. Usage: make bench .*\n$/);
    expect(code).toBe(2);
  });

  it('against Conduit says which variables are missing, before it builds anything', async () => {
    const { code, out, err } = await run('make', ['bench-conduit']);
    expect(out).toBe('');
    expect(err.split('\n')[0]).toMatch(/^make bench-conduit: CONDUIT=path\/to\/conduit is missing/);
    expect(code).toBe(2);
  });
});

it('a test run without a broker ends with one line and its totals', async () => {
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '-c',
    'test/vitest.config.ts',
    '--project',
    'integration',
    'test/integration/cli-docs.test.ts',
  ];
  const { code, out, err } = await run(process.execPath, vitest, { KAFKA_SERVERS: NOBODY, NO_COLOR: '1' });
  expect(err).toMatch(/^No broker answers at KAFKA_SERVERS=127\.0\.0\.1:1: .*\n$/);
  expect(out).toMatch(/\n0 passed, 1 failed\n$/);
  expect(out).not.toContain('\u001b');
  expect(code).toBe(1);
});

it('a run counts the reasons of its skipped tests, and names a test without one', () => {
  const module = { type: 'module', name: 'm', relativeModuleId: 'test/a.test.ts' };
  const suite = { type: 'suite', name: 'TLS (skipped: no listener (or none known))', parent: module };
  const test = (name: string, parent: object, note?: string) => ({
    type: 'test',
    name,
    fullName: name,
    parent,
    result: () => ({ state: 'skipped', note }),
  });
  const tests = [test('a', suite), test('b', suite), test('c', module, 'not here'), test('d', module)];
  const modules = [{ ...module, children: { allTests: () => tests } }] as unknown as Parameters<typeof reasonsOf>[0];
  expect([...reasonsOf(modules)]).toEqual([
    ['no listener (or none known)', 2],
    ['not here', 1],
    ['no reason is given beside "d" in test/a.test.ts', 1],
  ]);
});

it('the command line of a clone says which Node it needs', async () => {
  const older = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.11.1' })`;
  const { code, out, err } = await run(process.execPath, ['--import', older, 'host/main.mjs', 'spec']);
  expect(err).toMatch(/^environment: expected Node 24 or newer.*got Node 20\.11\.1.*\n$/);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(await run(process.execPath, ['host/main.mjs', '--version'])).toMatchObject({ code: 0, err: '' });
});
