// A change of the WIT, or of what the guest reaches for, must stop the build and not become a wrong byte at run time.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layoutSource } from '../../tools/layouts.mjs';
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

async function change(from: string, to: string): Promise<string> {
  const file = path.join(folder, KAFKA);
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
  return layoutSource(folder);
}

test('the same WIT in another place gives the same layouts', () => {
  expect(layoutSource(folder)).toBe(layoutSource());
});

test('a new field moves what is behind it', async () => {
  const text = await change('base-offset: s64,', 'leader-epoch: s32, base-offset: s64,');
  expect(text).toContain('record-set: 40 bytes, align 8');
  expect(text).toContain('fetched: 56 bytes, align 8');
});

test('a wider field has another type, which the glue does not compile with', async () => {
  const text = await change('topic: string, partition: s32, epoch: u32', 'topic: string, partition: s64, epoch: u32');
  expect(text).toMatch(/class FetchedView \{[^}]*SIZE[^]*?get partition\(\): i64/);
});

test('a case in the middle of an enum renumbers those behind it', async () => {
  expect(await change('enum acks { none, leader, all }', 'enum acks { none, few, leader, all }')).toContain('export const all: u8 = 3;');
});

test.each([
  ['a variant', 'enum acks { none, leader, all }', 'variant acks { none, leader, all(u32) }'],
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
