/** The component inside the executable. Its files are assets. */
import { getAsset, getRawAsset } from 'node:sea';
import { instantiate } from 'virtual:component';
import type { ComponentSource } from '../../host/runtime/component.ts';
import { parseManifest } from '../../host/runtime/manifest.ts';

export const MANIFEST_ASSET = 'manifest.json';
/** Name of the asset with the code of a worker thread. */
export const WORKER_ASSET = 'worker.js';

let embedded: ComponentSource | null = null;

export async function embeddedComponent(): Promise<ComponentSource> {
  return (embedded ??= read());
}

function read(): ComponentSource {
  const manifest = parseManifest(getAsset(MANIFEST_ASSET, 'utf8'), MANIFEST_ASSET);
  return {
    manifest,
    instantiate,
    coreModules: Object.fromEntries(manifest.coreModules.map((name) => [name, new Uint8Array(getRawAsset(name))])),
    worker: { code: getAsset(WORKER_ASSET, 'utf8') },
  };
}
