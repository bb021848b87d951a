import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRecordLine } from '../../host/conduit/json-record.ts';
import { cli } from '../unit/cli/spawned.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';

const MAIN = fileURLToPath(new URL('../../host/main.ts', import.meta.url));
const PAGE = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
const blocks = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text]) => text ?? '');
const commands = blocks('sh').filter((block) => !block.startsWith('alias'));

const { servers } = sharedBroker();
const run = uniqueName('run');
const orders = `orders-${run}`;
const restored = `restored-${run}`;
let folder: string;

/** The addresses, topics and groups of the page become those of this run; nothing else is changed. */
function here(text: string): string {
  return text.replaceAll('localhost:9092', servers).replaceAll(/\b(orders|restored|copy)\b(?!\.jsonl)/g, `$1-${run}`);
}

/** Runs a block as a shell does, any failure in it included. */
async function shell(block: string): Promise<{ code: number | null; out: string; err: string }> {
  const script = `set -eu -o pipefail\nkw() { "${process.execPath}" "${MAIN}" "$@"; }\n${here(block)}`;
  const child = spawn('bash', ['-c', script], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, out, err };
}

describe('docs/command-line.md', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-docs-'));
    const [settings] = blocks('yaml');
    // The certificate of the page is three dots.
    await writeFile(join(folder, 'source.yaml'), here(settings!.replace(/caCert:[^]*/, '')));
    const records = Array.from({ length: 8 }, (_, id) =>
      JSON.stringify({ operation: 'create', payload: { after: Buffer.from(`{"id":${id}}`).toString('base64') } }),
    );
    await writeFile(join(folder, 'records.jsonl'), `${records.join('\n')}\n`);
    const input = `${records.join('\n')}\n`;
    expect(
      (await cli(['destination', '-q', '-c', `servers=${servers}`, '-c', `topic=${orders}`, '-c', 'sdk.record.format=raw'], { input }))
        .code,
    ).toBe(0);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(commands.map((block) => [block.split('\n')[0], block]))('runs: %s', async (_first, block) => {
    // Shown with a program that not every machine has.
    const { code, err } = await shell(block.replace(/ \| jq .*/, ''));
    expect(err).not.toMatch(/^(error|config|input|kafka)\b/m);
    expect(code).toBe(0);
  });

  it('has commands', () => {
    expect(commands.length).toBeGreaterThanOrEqual(6);
  });

  it('restores a topic from a file', async () => {
    const [fromFile] = (await readFile(join(folder, 'orders.jsonl'), 'utf8')).split('\n');
    expect(JSON.parse(fromFile!)).toMatchObject({ payload: { after: Buffer.from('{"id":0}').toString('base64') } });
    const { lines } = await cli([
      'source',
      '-q',
      '-c',
      `servers=${servers}`,
      '-c',
      `topics=${restored}`,
      '-c',
      'readFromBeginning=true',
      '--limit',
      '1',
    ]);
    expect(JSON.parse(lines[0]!)).toMatchObject({ payload: { after: Buffer.from('{"id":0}').toString('base64') } });
  });

  it('shows records that destination takes, and the envelope that --json prints', async () => {
    const json = blocks('json').map((block) => block.trim());
    const [printed, written, envelope] = json;
    expect(() => encodeRecordLine(printed!.replace('…', 'Yz09'))).not.toThrow();
    expect(() => encodeRecordLine(written!)).not.toThrow();
    const { out } = await cli(['validate', 'source', '--json', '-c', `servers=${servers}`, '-c', 'topics=a', '-c', 'topicz=b']);
    expect(JSON.parse(out)).toEqual(JSON.parse(envelope!));
  });
});
