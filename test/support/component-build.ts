/** Builds a component of the connector's world with the connector's own pipeline, for tests that need another guest or another place. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface BuiltComponent {
  /** The component. */
  wasm: string;
  /** The core module that asc wrote, before jco. */
  core: string;
  /** What jco transpile wrote: kafka.js and its core modules. */
  folder: string;
}

export interface BuildOptions {
  /** Of a guest that is not the connector: its asconfig.json, relative to the repository like the other paths. */
  config?: string;
  /** Where the result goes. */
  folder: string;
  target?: 'release' | 'debug';
  /** Of a guest with a world of its own: the folder of its WIT, the world in it, and the name of jco's output. */
  wit?: string;
  world?: string;
  name?: string;
}

export async function buildComponent(options: BuildOptions): Promise<BuiltComponent> {
  const { folder, target = 'release' } = options;
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  await promisify(execFile)(process.execPath, ['tools/component.mjs', ...args], { cwd: ROOT, timeout: 240_000 });
  const at = (...names: string[]) => path.join(ROOT, folder, ...names);
  return { wasm: at(`${target}.wasm`), core: at(`${target}.core.wasm`), folder: at('component') };
}
