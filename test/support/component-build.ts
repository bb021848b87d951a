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

/** `config` is an asconfig.json and `folder` the place of the result, both relative to the repository. */
export async function buildComponent(options: { config?: string; folder: string; target?: 'release' | 'debug' }): Promise<BuiltComponent> {
  const { config = 'asconfig.json', folder, target = 'release' } = options;
  await promisify(execFile)(process.execPath, ['tools/component.mjs', target, config, folder], { cwd: ROOT, timeout: 240_000 });
  const at = (...names: string[]) => path.join(ROOT, folder, ...names);
  return { wasm: at(`${target}.wasm`), core: at(`${target}.core.wasm`), folder: at('component') };
}
