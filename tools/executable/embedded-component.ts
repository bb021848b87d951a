/**
 * Takes the place of `host/runtime/component.ts` in the executable: the component comes from assets instead of files.
 * Everything else is that file's.
 */
import { getAsset, getRawAsset } from 'node:sea';
import { instantiate } from 'virtual:component';
import type { ComponentSource } from '../../host/runtime/component.ts';

export * from '../../host/runtime/component.ts';

export const CORE_MODULES = ['kafka.core.wasm', 'kafka.core2.wasm', 'kafka.core3.wasm'] as const;
/** Name of the asset that a worker thread runs. */
export const WORKER_ASSET = 'worker.js';

let embedded: Promise<ComponentSource> | null = null;

export function componentOfFolder(): Promise<ComponentSource> {
  return (embedded ??= Promise.resolve({
    instantiate,
    coreModules: Object.fromEntries(CORE_MODULES.map((name) => [name, new Uint8Array(getRawAsset(name))])),
    worker: { code: getAsset(WORKER_ASSET, 'utf8') },
  }));
}
