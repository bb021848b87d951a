/** Guests of the tests: built when what they are made of has changed, once for all test files. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { componentOfFolder, type ComponentSource } from '../../host/runtime/component.ts';

const root = path.resolve(import.meta.dirname, '../..');
const BUILD_MS = 60_000;
/** What every guest is made of besides its own files. */
const SHARED = ['assembly/abi', 'assembly/bytes', 'tools', 'wit'];

export interface GuestSources {
  /** Of its folder in dist/test. */
  name: string;
  /** Its folder, with assembly/asconfig.json; relative to the repository. */
  folder: string;
  /** A world of its own in `folder`/wit, for which the component is named as well. Default: the connector's. */
  world?: string;
}

/** A generator source and a collecting destination that import the log and the clock. */
export const GENERATOR: GuestSources = { name: 'generator', folder: 'examples/guests/generator', world: 'generator' };
/** A guest that imports functions that no host grants. */
export const OVERREACHING: GuestSources = { name: 'overreaching', folder: 'test/guests/overreaching', world: 'overreaching' };

const built = new Map<string, Promise<void>>();

export async function builtGuest(sources: GuestSources): Promise<ComponentSource> {
  let building = built.get(sources.name);
  if (building === undefined) {
    building = build(sources);
    built.set(sources.name, building);
  }
  await building;
  return componentOfFolder(pathToFileURL(path.join(root, 'dist/test', sources.name, 'component/')));
}

async function build({ name, folder, world }: GuestSources): Promise<void> {
  const out = `dist/test/${name}`;
  const stamp = path.join(root, out, 'inputs.sha256');
  const inputs = digestOf([folder, ...SHARED]);
  const isFresh = (): boolean => existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
  if (isFresh()) return;
  // Test files run in processes of their own: one builds, the others wait.
  const lock = path.join(root, `${out}.lock`);
  mkdirSync(path.dirname(lock), { recursive: true });
  while (!taken(lock)) await delay(100);
  try {
    if (isFresh()) return;
    const own = world === undefined ? [] : ['--wit', `${folder}/wit`, '--world', world, '--name', world];
    const args = ['tools/component.mjs', '--config', `${folder}/assembly/asconfig.json`, '--folder', out, ...own];
    execFileSync(process.execPath, args, { cwd: root, timeout: BUILD_MS });
    writeFileSync(stamp, inputs);
  } finally {
    rmdirSync(lock);
  }
}

/** False: another process builds. */
function taken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > BUILD_MS) rmdirSync(lock);
    return false;
  }
}

function digestOf(folders: string[]): string {
  const digest = createHash('sha256');
  for (const folder of folders) {
    const files = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).sort()) digest.update(file).update(readFileSync(file));
  }
  return digest.digest('hex');
}
