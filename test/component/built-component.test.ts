// Properties of the built file: its imports, its size, the most memory that it may take.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { componentWit } from '@bytecodealliance/jco';
import { describe, expect, test } from 'vitest';
import { readWorld } from '../../tools/wit/parse.mjs';
import { buildComponent } from '../support/component-build.ts';
import { problemsOf, startGuest } from '../support/guest.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const world = readWorld(path.join(ROOT, 'wit'), 'kafka-connector');
const component = readFileSync(path.join(ROOT, 'dist/kafka.wasm'));
const PAGE = 65536;

/** `minimum` and `maximum` in pages, from the memory section of a core module. */
function memoryOf(core: Uint8Array): { minimum: number; maximum: number | null } {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = core[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < core.length) {
    const id = core[at++];
    const size = number();
    if (id !== 5) {
      at += size;
      continue;
    }
    expect(number()).toBe(1);
    const hasMaximum = number() & 1;
    return { minimum: number(), maximum: hasMaximum ? number() : null };
  }
  throw new Error('the module declares no memory');
}

test('it imports the interfaces of the world and nothing else', async () => {
  const text = await componentWit(component);
  const imported = [...text.matchAll(/^ {2}import (\S+);$/gm)].map((m) => m[1]);
  const functions = world.imports.map((i) => i.fullName);
  const types = world.imports.flatMap((i) => [...i.uses.values()]);
  expect(new Set(imported)).toEqual(new Set([...functions, ...types]));
  expect([...text.matchAll(/^ {2}export (\S+);$/gm)].map((m) => m[1]).sort()).toEqual(world.exports.map((i) => i.fullName).sort());
});

test('when it is instantiated it asks for five interfaces: log, consumer, producer, wall clock, randomness', async () => {
  expect((await startGuest()).imports).toEqual([
    'conduit:connector/log',
    'conduit:kafka/consumer',
    'conduit:kafka/producer',
    'wasi:clocks/wall-clock',
    'wasi:random/random',
  ]);
});

describe('the manifest beside it', () => {
  const manifest = JSON.parse(readFileSync(path.join(ROOT, 'dist/component/manifest.json'), 'utf8')) as {
    name: string;
    digest: string;
    exports: string[];
    imports: { interface: string; functions: { name: string; waits: boolean }[] }[];
    coreModules: string[];
    memoryMaxBytes: number | null;
  };

  test('has the name and the digest of the component, its core modules and its largest memory', () => {
    expect(manifest.name).toBe('kafka');
    expect(manifest.digest).toBe(`sha256:${createHash('sha256').update(component).digest('hex')}`);
    expect(manifest.coreModules).toEqual(
      readdirSync(path.join(ROOT, 'dist/component'))
        .filter((file) => file.endsWith('.wasm'))
        .sort(),
    );
    const { maximum } = memoryOf(readFileSync(path.join(ROOT, 'dist/component/kafka.core.wasm')));
    expect(manifest.memoryMaxBytes).toBe(maximum! * PAGE);
  });

  test('lists the interfaces and functions that it imports and exports', () => {
    const names = (list: typeof world.imports) =>
      list.map((i) => ({ interface: i.fullName, functions: i.functions.map((f) => f.name).sort() }));
    expect(manifest.imports.map((i) => ({ ...i, functions: i.functions.map((f) => f.name) }))).toEqual(
      names(world.imports).sort((a, b) => (a.interface < b.interface ? -1 : 1)),
    );
    expect(manifest.exports).toEqual(world.exports.map((i) => i.fullName).sort());
  });

  test('marks as waiting what reaches Kafka, and neither log nor clock nor randomness', () => {
    const waiting = new Set(manifest.imports.filter((i) => i.functions.every((f) => f.waits)).map((i) => i.interface));
    const prompt = new Set(manifest.imports.filter((i) => i.functions.every((f) => !f.waits)).map((i) => i.interface));
    expect(waiting).toEqual(new Set(['conduit:kafka/consumer@0.1.0', 'conduit:kafka/producer@0.1.0']));
    expect(prompt).toEqual(new Set(['conduit:connector/log@0.1.0', 'wasi:clocks/wall-clock@0.2.6', 'wasi:random/random@0.2.6']));
  });
});

test('it is smaller than 460 KB', () => {
  expect(component.length).toBeLessThan(460_000);
});

test('its memory declares a maximum, as asconfig.json says', () => {
  const { options } = JSON.parse(readFileSync(path.join(ROOT, 'asconfig.json'), 'utf8')) as {
    options: { initialMemory: number; maximumMemory: number };
  };
  const { minimum, maximum } = memoryOf(readFileSync(path.join(ROOT, 'dist/component/kafka.core.wasm')));
  expect({ minimum, maximum }).toEqual({ minimum: options.initialMemory, maximum: options.maximumMemory });
  expect((maximum ?? Infinity) * PAGE).toBeLessThanOrEqual(256 * 2 ** 20);
});

describe('build', () => {
  test('a second build in another place gives the same bytes, without a path of the machine', async () => {
    const again = await buildComponent({ folder: 'dist/test/reproducible/another place' });
    const same = (file: string, built: string) =>
      expect(readFileSync(file).equals(readFileSync(path.join(ROOT, 'dist', built))), `${built} is what its sources give`).toBe(true);
    same(again.wasm, 'kafka.wasm');
    same(again.core, 'build/release.core.wasm');
    for (const file of ['kafka.js', 'kafka.core.wasm', 'manifest.json']) same(path.join(again.folder, file), `component/${file}`);
    expect(component.toString('latin1')).not.toContain(ROOT);
  }, 300_000);

  test('the debug target builds a component that works and keeps function names', async () => {
    const debug = await buildComponent({ folder: 'dist/test/debug', target: 'debug' });
    expect(readFileSync(debug.core).toString('latin1')).toContain('assembly/settings/servers/parseServers');
    const guest = await startGuest(undefined, debug.folder);
    expect((await guest.specifier.specify()).name).toBe('kafka-wasm');
    expect(await problemsOf(guest, 'source', { servers: 'a', topics: 'b' })).toEqual([]);
  }, 300_000);
});
