import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { builtGuest, GENERATOR } from '../support/built-guest.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
let folder: string;
let files: string[];

beforeAll(async () => {
  await run(process.execPath, ['tools/package/build.ts'], { cwd: ROOT });
  const [tarball] = readdirSync(path.join(ROOT, 'dist')).filter((name) => name.endsWith('.tgz'));
  folder = await mkdtemp(path.join(tmpdir(), 'package-'));
  await writeFile(path.join(folder, 'package.json'), '{"private":true,"type":"module"}');
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', path.join(ROOT, 'dist', tarball!)], {
    cwd: folder,
  });
  const { stdout } = await run('tar', ['tzf', path.join(ROOT, 'dist', tarball!)]);
  files = stdout
    .trim()
    .split('\n')
    .map((name) => name.replace(/^package\//, ''));
}, 180_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('the package holds the host as JavaScript with types, the component and the documentation, and nothing else', () => {
  expect(files).toEqual(
    expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'host/index.js', 'host/index.d.ts', 'dist/kafka.wasm']),
  );
  const unexpected = files.filter(
    (name) =>
      !/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/program\.js|docs\/[\w-]+\.md|wit\/.*\.wit|dist\/kafka\.wasm|dist\/component\/[\w./-]+)$/.test(
        name,
      ) && !/^host\/[\w/-]+\.(js|d\.ts)$/.test(name),
  );
  expect(unexpected).toEqual([]);
});

test('its manifest names exact versions of what it runs with, no development dependency and no script', () => {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'node_modules/conduit-connector-kafka-wasm/package.json'), 'utf8')) as Record<
    string,
    object
  >;
  expect(manifest).not.toHaveProperty('devDependencies');
  expect(manifest).not.toHaveProperty('scripts');
  expect(manifest).not.toHaveProperty('private');
  for (const version of Object.values(manifest['dependencies'] as Record<string, string>))
    expect(version).toMatch(/^(npm:.*@)?\d+\.\d+\.\d+$/);
});

test('its types fit a strict program that checks libraries, with the types of the language and of Node and no others', async () => {
  await writeFile(
    path.join(folder, 'program.ts'),
    `import { componentOfFolder, openDestination, openSource, specify, type ComponentSource, type OpenCdcRecord } from 'conduit-connector-kafka-wasm';
export async function copy(signal: AbortSignal): Promise<void> {
  await using source = await openSource({ settings: { servers: 'a:1', topics: 't' }, signal });
  await using destination = await openDestination({ settings: { servers: 'a:1' }, signal });
  const component: ComponentSource = await componentOfFolder(new URL('component/', import.meta.url));
  await specify({ component });
  for await (const batch of source) {
    const records: OpenCdcRecord[] = batch.records;
    const outcomes: (string | null)[] = await destination.write(records);
    if (outcomes.every((outcome) => outcome === null)) batch.ack();
  }
}
`,
  );
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = '--strict --noEmit --target es2024 --lib es2024 --module nodenext --skipLibCheck false'.split(' ');
  const types = ['--typeRoots', path.join(ROOT, 'node_modules/@types'), '--types', 'node'];
  const { stdout } = await run(process.execPath, [tsc, ...options, ...types, 'program.ts'], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe('');
}, 60_000);

test('its program is the command line', async () => {
  const { stdout } = await run(process.execPath, ['node_modules/.bin/conduit-connector-kafka-wasm', '--version'], { cwd: folder, env: {} });
  expect(stdout).toMatch(/^v\d+\.\d+\.\d+/);
});

describe('the examples run with the package alone', () => {
  const broker = sharedBroker();

  test('generator runs a component that knows no Kafka, with what it is granted', async () => {
    await builtGuest(GENERATOR);
    await cp(path.join(ROOT, 'dist/test/generator/component'), path.join(folder, 'generator'), { recursive: true });
    await cp(path.join(ROOT, 'examples/generator/generator.mjs'), path.join(folder, 'generator.mjs'));
    const { stdout, stderr } = await run(process.execPath, ['generator.mjs', 'generator', '5'], { cwd: folder, timeout: 60_000 });
    expect(stdout.trim().split('\n')).toEqual([
      'generator: Makes records up, and collects them. Settings of its source: records, trapAfter, token',
      ...[0, 1, 2, 3, 4].map((key) => `${key}: ${key === 3 ? 'record 3 is refused' : 'written'}`),
    ]);
    expect(stderr).toContain('info destination torn down {"collected":"4"}');
    expect(stderr).toContain('info source torn down {"acked":"4"}');
  }, 90_000);

  test('read-topic prints what is in the topic', async () => {
    const topic = uniqueName('example');
    const program = path.join(folder, 'node_modules/.bin/conduit-connector-kafka-wasm');
    const lines = ['one', 'two', 'three'].map((text) =>
      JSON.stringify({ operation: 'create', payload: { after: Buffer.from(text).toString('base64') } }),
    );
    const filling = run(
      process.execPath,
      [program, 'destination', '-c', `servers=${broker.servers}`, '-c', `topic=${topic}`, '-c', 'sdk.record.format=raw'],
      { cwd: folder },
    );
    filling.child.stdin!.end(`${lines.join('\n')}\n`);
    await filling;
    await cp(path.join(ROOT, 'examples/read-topic/read-topic.mjs'), path.join(folder, 'read-topic.mjs'));
    const { stdout } = await run(process.execPath, ['read-topic.mjs', broker.servers, topic, 'g1', '3'], { cwd: folder, timeout: 60_000 });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual(['one', 'two', 'three'].map((after) => ({ topic, key: null, after })));
  }, 90_000);
});
