// A change of the WIT, or of the guest's imports, must stop the build and not become a wrong byte at run time.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generated } from '../../tools/wit/generate.mjs';
import { buildComponent } from '../support/component-build.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const KAFKA = 'deps/kafka/kafka.wit';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wit-'));
  await cp(path.join(ROOT, 'wit'), folder, { recursive: true });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The files that are generated for conduit:kafka after a change of its WIT. */
async function change(from: string, to: string): Promise<{ assembly: string; contract: string }> {
  const file = path.join(folder, KAFKA);
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
  const files = generated(folder);
  return { assembly: files.get('assembly/abi/kafka.ts')!, contract: files.get('host/kafka/contract.ts')! };
}

test('the same WIT in another place gives the same files', () => {
  expect(generated(folder)).toEqual(generated());
});

test('a new field is in the view, in the class and in the contract', async () => {
  const { assembly, contract } = await change('client-id: string,', 'client-id: string, /// A rack.\n rack-id: option<string>,');
  expect(assembly).toContain('connection: 136 bytes, align 4');
  expect(assembly).toMatch(/class Connection \{\s+constructor\([^)]*public rackId: string \| null = null,/);
  expect(assembly).toMatch(/view\.hasRackId = rackId !== null;\s+if \(rackId !== null\) view\.rackId\.lower\(rackId\);/);
  expect(contract).toMatch(/interface Connection \{[^}]*\/\*\* A rack\. \*\/\s+rackId\?: string;/);
});

test('a variant has its tag and its cases in the view, makers in the class and a union in the contract', async () => {
  const { assembly, contract } = await change(
    'timeouts: option<timeouts>,\n  }',
    'timeouts: option<timeouts>, login: login }\n record secret { ref: string } variant login { none, plain(secret), token(string) }',
  );
  expect(assembly).toContain('conduit:kafka/types@0.1.0.login: 12 bytes, align 4');
  expect(assembly).toMatch(/namespace LoginCase \{[^}]*none: u8 = 0;[^}]*plain: u8 = 1;[^}]*token: u8 = 2;/);
  expect(assembly).toMatch(/get plain\(\): SecretView \{[^}]*\+ 4\);/);
  expect(assembly).toContain('public login: Login = Login.none()');
  expect(assembly).toContain('static token(value: string): Login');
  expect(assembly).toContain('if (this.tag == LoginCase.token) view.token.lower(this.tokenValue!);');
  expect(contract).toContain('export type Login = LoginNone | LoginPlain | LoginToken;');
  expect(contract).toContain("export interface LoginPlain {\n  tag: 'plain';\n  val: Secret;\n}");
});

test('a new field moves what is behind it', async () => {
  const { assembly } = await change('base-offset: s64,', 'log-start: s32, base-offset: s64,');
  expect(assembly).toContain('record-set: 48 bytes, align 8');
  expect(assembly).toContain('fetched: 64 bytes, align 8');
});

test('a wider field has another type, which the glue does not compile with', async () => {
  const { assembly } = await change(
    '    topic: string,\n    partition: s32,\n    /// The number of the assignment',
    '    topic: string,\n    partition: s64,\n    /// The number of the assignment',
  );
  expect(assembly).toMatch(/class FetchedView \{[^}]*SIZE[^]*?get partition\(\): i64/);
});

test('a case in the middle of an enum renumbers those behind it', async () => {
  const { assembly } = await change('enum acks { none, leader, all }', 'enum acks { none, few, leader, all }');
  expect(assembly).toContain('export const all: u8 = 3;');
});

test.each([
  ['a case that carries a number', 'enum acks { none, leader, all }', 'variant acks { none, leader, all(u32) }'],
  ['flags', 'enum acks { none, leader, all }', 'flags acks { none, leader, all }'],
  ['a stream', 'base-offset: s64,', 'base-offset: stream<u8>,'],
  ['an unknown type', 'base-offset: s64,', 'base-offset: s128,'],
  ['a list of numbers', 'base-offset: s64,', 'base-offset: list<u32>,'],
])('%s, which the generator does not know, is refused', async (_, from, to) => {
  await expect(change(from, to)).rejects.toThrow(/not supported|no type|expected|no layout/);
});

test('a guest that reaches for more than clock and randomness is not built', async () => {
  const build = buildComponent({ config: 'test/component/assembly/forbidden.json', folder: 'dist/test/forbidden' });
  await expect(build).rejects.toThrow("wasi_snapshot_preview1.fd_write is not part of the component's world");
}, 300_000);
