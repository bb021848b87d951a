import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { componentOfFolder, type ComponentSource } from '../../../../host/runtime/component.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const out = path.join(root, 'dist/test/misbehaving');
const BUILD_MS = 60_000;

let built: Promise<void> | undefined;

/** The component of test/unit/runtime/assembly, built when what it is made of has changed. */
export async function misbehaving(): Promise<ComponentSource> {
  await (built ??= build());
  return componentOfFolder(pathToFileURL(`${out}/component/`));
}

async function build(): Promise<void> {
  const stamp = path.join(out, 'inputs.sha256');
  const inputs = digestOf(['test/unit/runtime/assembly', 'assembly/abi', 'tools', 'wit']);
  const fresh = (): boolean => existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
  if (fresh()) return;
  // Test files run in processes of their own: one builds, the others wait.
  const lock = path.join(root, 'dist/test/misbehaving.lock');
  mkdirSync(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > BUILD_MS) rmdirSync(lock);
      await delay(100);
    }
  }
  try {
    if (fresh()) return;
    execFileSync(
      process.execPath,
      ['tools/component.mjs', '--config', 'test/unit/runtime/assembly/asconfig.json', '--folder', 'dist/test/misbehaving'],
      { cwd: root, timeout: BUILD_MS },
    );
    writeFileSync(stamp, inputs);
  } finally {
    rmdirSync(lock);
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
