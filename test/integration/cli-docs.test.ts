import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRecordLine } from '../../host/conduit/json-record.ts';
import { startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { brokersAreNotOurs } from '../support/skipped.ts';
import { cli } from '../unit/cli/spawned.ts';
import { createTopic } from './kafka-client.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'host/main.ts');
const PAGES = ['README.md', 'docs/command-line.md', 'docs/migration.md'];
/** What exists where a page begins. */
const TOPICS: Readonly<Record<string, readonly string[]>> = { 'docs/migration.md': ['orders', 'orders-copy'] };
/** Commands of the pages that this test does not run, each with the place where it runs. */
const ELSEWHERE: readonly [RegExp, string][] = [
  [/^make (demo|test|plugin|install-plugin|package)\b/, 'targets of the Makefile, which CI and the tests of the executable run'],
  [/^npm install conduit-connector-kafka-wasm$/, 'test/package installs the package'],
  [/^kw doctor destination .* -c topic=orders-copy$/, 'test/integration/cli-doctor.test.ts runs doctor for a destination'],
  [/^node (read-topic|generator)\.mjs /, 'test/package runs the examples'],
  [/^bin\/kafka-configs\.sh |^ +--add-config 'SCRAM/, "a tool of Kafka's distribution, of which the tests have the jars only"],
];
/** The value of the page's record, as JSON without spaces. */
const VALUE = '{"customer":"Ada","id":1}';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const TOMBSTONE = `echo '{"operation":"delete","key":"${base64('order-2')}","payload":{}}' |
  kw destination -q -c servers=localhost:9092 -c topic=orders -c sdk.record.format=raw`;
const hasJq = spawnSync('jq', ['--version']).status === 0;

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const blocksOf = (page: string, language: string): string[] =>
  [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text]) => text ?? '');
/** A block without the lines that are run elsewhere, and without what only says how the program is called. */
const commandsIn = (block: string): string =>
  block
    .replaceAll(/^make plugin && cd dist\/plugin$/gm, '')
    .split('\n')
    .filter((line) => !line.startsWith('alias ') && !ELSEWHERE.some(([pattern]) => pattern.test(line)))
    .join('\n')
    .trim();
const commandsOf = (page: string): string[] =>
  blocksOf(page, 'sh')
    .map(commandsIn)
    .filter((block) => block !== '');

/** Brokers of our own are empty, so that pages run as they are pasted; on others topics and groups get names of this run. */
const run = brokersAreNotOurs === null ? null : uniqueName('run');
let servers: string;
const here = (text: string): string => {
  const at = text.replaceAll('localhost:9092', servers);
  return run === null ? at : at.replaceAll(/\b(orders(-copy|-dead-letters)?|restored|copy)\b(?!\.jsonl)/g, `$1-${run}`);
};

/** Runs a block as a shell does, any failure in it included. */
async function shell(folder: string, block: string): Promise<{ code: number | null; out: string; err: string }> {
  const program = here(hasJq ? block : block.replace(/ \| jq .*/, ''));
  const script = `set -eu -o pipefail\nkw() { "${process.execPath}" "${MAIN}" "$@"; }\n${program}`;
  const child = spawn('bash', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

it('every shell command of every page is run, here or elsewhere', () => {
  const others = ['docs', 'examples/read-topic', 'examples/generator', '.'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
      .map((name) => join(folder, name)),
  );
  const run = new Set(PAGES.flatMap((page) => commandsOf(page).flatMap((block) => block.split('\n'))));
  const left = others
    .filter((page) => !PAGES.includes(page))
    .flatMap((page) => commandsOf(page).flatMap((block) => block.split('\n').map((line) => [page, line] as const)))
    .filter(([, line]) => !run.has(line));
  expect(left).toEqual([]);
});

describe.each(PAGES)('%s', (page) => {
  const commands = commandsOf(page);
  let broker: Broker;
  let folder: string;

  beforeAll(async () => {
    broker = await startBroker();
    servers = broker.servers;
    for (const topic of TOPICS[page] ?? []) await createTopic(servers, here(topic));
    folder = await mkdtemp(join(tmpdir(), 'cli-docs-'));
    await writeFile(join(folder, 'conduit-connector-kafka-wasm'), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, {
      mode: 0o755,
    });
    const settings = blocksOf(page, 'yaml').find((block) => block.startsWith('servers:'));
    // The certificate of the page is three dots.
    if (settings !== undefined) await writeFile(join(folder, 'source.yaml'), here(settings.replace(/caCert:[^]*/, '')));
  });
  afterAll(async () => {
    await broker?.close();
    await rm(folder, { recursive: true });
  });

  it.each(commands.map((block) => [block.split('\n')[0], block]))('runs: %s', async (_first, block) => {
    const isRecipe = hasJq && block.includes('jq ');
    if (isRecipe) await shell(folder, TOMBSTONE);
    const { code, err, out } = await shell(folder, block);
    expect(err).not.toMatch(/^(error|config|input|kafka|environment)\b/m);
    expect(code).toBe(0);
    // The recipe prints the values as they are, and no line for the tombstone.
    if (isRecipe) expect(new Set(out.trim().split('\n'))).toEqual(new Set([VALUE]));
  });

  if (page === 'docs/command-line.md') {
    it('restores a topic from a file', async () => {
      const valueIn = (lines: string): unknown => (JSON.parse(lines.split('\n')[0]!) as { payload: { after: string } }).payload.after;
      const saved = valueIn(await readFile(join(folder, 'orders.jsonl'), 'utf8'));
      const restored = await shell(folder, 'kw source -q -c servers=localhost:9092 -c topics=restored -c readFromBeginning=true --limit 1');
      expect([valueIn(restored.out), saved]).toEqual([base64(VALUE), base64(VALUE)]);
    });
  }

  it('has commands', () => {
    expect(commands.length).toBeGreaterThanOrEqual(page === 'docs/command-line.md' ? 7 : 1);
  });
});

describe('the examples of docs/command-line.md', () => {
  const [printed, written, envelope] = blocksOf('docs/command-line.md', 'json').map((block) => block.trim());

  it('are records that destination takes, and the envelope that --json prints', async () => {
    expect(() => encodeRecordLine(printed!.replace('…', 'Yz09'))).not.toThrow();
    expect(() => encodeRecordLine(written!)).not.toThrow();
    const { out } = await cli(['validate', 'source', '--json', '-c', 'servers=localhost:9092', '-c', 'topics=a', '-c', 'topicz=b']);
    expect(JSON.parse(out)).toEqual(JSON.parse(envelope!));
  });
});
