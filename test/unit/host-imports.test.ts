/** The check of `make lint` that keeps the folders of host/ apart. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';

const SCRIPT = path.resolve(import.meta.dirname, '../../.ci/host-imports.mjs');
const folders: string[] = [];
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))));

/** The output of the check for a folder with one file. */
async function check(file: string, text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'host-imports-'));
  folders.push(folder);
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
  await writeFile(path.join(folder, file), text);
  return promisify(execFile)(process.execPath, [SCRIPT, folder]).then(
    () => '',
    ({ stderr }: { stderr: string }) => stderr,
  );
}

test.each([
  ['runtime/a.ts', "await import('../capability/index.ts');", 'host/runtime may import'],
  ['runtime/a.ts', "type A = import('../kafka/contract.ts').Acks;", 'host/runtime may import'],
  ['runtime/a.ts', "import type { Acks } from './../kafka/contract.ts';", 'host/runtime may import'],
  ['runtime/a.ts', "export * from '../index.ts';", 'host/runtime may import'],
  ['sdk/a.ts', 'await import(`node:net`);', 'only host/net makes connections'],
  ['sdk/a.ts', 'await import(`node:${name}`);', 'name the module in the call itself'],
  ['sdk/a.ts', "process.getBuiltinModule('node:net');", 'only host/net makes connections'],
  ['sdk/a.ts', "createRequire(import.meta.url)('node:net');", 'name the module in the call itself'],
  ['sdk/a.ts', "global.fetch('http://127.0.0.1');", 'only host/net makes connections'],
  ['sdk/a.ts', 'new globalThis.WebSocket(url);', 'only host/net makes connections'],
  ['cli/a.ts', "type K = typeof import('kafkajs');", 'only host/kafka/kafkajs speaks kafkajs'],
  ['kafka/consume/a.ts', "await import('../kafkajs/client.ts');", 'only host/kafka/kafkajs speaks kafkajs'],
  ['kafka/records/a.ts', "import type { KafkaClient } from '../client.ts';", 'kafka/records imports no client'],
  ['kafka/records/a.ts', "import { x } from '../produce/producer.ts';", 'kafka/records imports no client'],
  ['kafka/produce/a.ts', "import { x } from '../consume/consumer.ts';", 'kafka/produce may import'],
  ['kafka/produce/a.ts', "import { x } from '../index.ts';", 'they do not import it'],
])('%s that says %s is refused', async (file, text, reason) => {
  expect(await check(file, text)).toContain(reason);
});

test.each([
  ['net/a.ts', "import { connect } from 'node:net'; await import('node:tls');"],
  ['runtime/a.ts', "import { x } from '../base/errors.ts'; import { y } from '../conduit/frames.ts';"],
  ['kafka/a.ts', "import type { x } from '../runtime/contract.ts';"],
  ['kafka/consume/a.ts', "import { x } from '../records/record-set.ts'; import type { y } from '../client.ts';"],
  ['kafka/kafkajs/a.ts', "import kafkajs from 'kafkajs';"],
])('%s that says %s is let through', async (file, text) => {
  expect(await check(file, text)).toBe('');
});
