import { readFile } from 'node:fs/promises';
import { ConnectorError } from '../base/errors.ts';
import type { GuestExports } from './exports.ts';

/** `instantiate` of the module that jco writes (`-I async`, JSPI). Keys of `imports` carry no version. */
export type InstantiateComponent = (
  getCoreModule: (fileName: string) => WebAssembly.Module,
  imports: Readonly<Record<string, object>>,
  instantiateCore: (module: WebAssembly.Module, imports: WebAssembly.Imports) => Promise<WebAssembly.Instance>,
) => Promise<GuestExports>;

/** A transpiled component, wherever its files come from: a folder, or the assets of a single executable. */
export interface ComponentSource {
  instantiate: InstantiateComponent;
  /** Bytes (or modules compiled before) by the file names that jco gave them: `kafka.core.wasm`, ... */
  coreModules: Readonly<Record<string, Uint8Array | WebAssembly.Module>>;
  /**
   * What a worker thread runs. `moduleUrl`: the file that exports `instantiate`, run by worker-entry.ts. `code`: the text of one
   * bundle that calls `serveGuest(instantiate)` of worker-main.ts, for executables that have no files. Unset: inline only.
   */
  worker?: { moduleUrl: string } | { code: string };
}

const compiled = new WeakMap<ComponentSource, Promise<ReadonlyMap<string, WebAssembly.Module>>>();

/** Core modules, compiled once for all instances of a component. */
export function compileOnce(source: ComponentSource): Promise<ReadonlyMap<string, WebAssembly.Module>> {
  let modules = compiled.get(source);
  if (modules === undefined) {
    modules = compileAll(source);
    compiled.set(source, modules);
  }
  return modules;
}

async function compileAll(source: ComponentSource): Promise<ReadonlyMap<string, WebAssembly.Module>> {
  if (!('Suspending' in WebAssembly)) {
    throw new ConnectorError('environment', `Node 24 or later is needed (WebAssembly JSPI); this is Node ${process.versions.node}.`);
  }
  const entries = Object.entries(source.coreModules).map(async ([fileName, module]): Promise<[string, WebAssembly.Module]> => [
    fileName,
    module instanceof WebAssembly.Module ? module : await WebAssembly.compile(module as Uint8Array<ArrayBuffer>),
  ]);
  return new Map(await Promise.all(entries));
}

const fromFolders = new Map<string, Promise<ComponentSource>>();

/** The component of a folder that holds jco's output under `name`; loaded once for each folder. */
export function componentOfFolder(
  folder: URL = new URL('../../dist/component/', import.meta.url),
  name = 'kafka',
): Promise<ComponentSource> {
  const moduleUrl = new URL(`${name}.js`, folder).href;
  let source = fromFolders.get(moduleUrl);
  if (source === undefined) {
    source = loadFolder(folder, name, moduleUrl);
    fromFolders.set(moduleUrl, source);
    source.catch(() => fromFolders.delete(moduleUrl)); // it may be built later
  }
  return source;
}

async function loadFolder(folder: URL, name: string, moduleUrl: string): Promise<ComponentSource> {
  try {
    const { instantiate } = (await import(moduleUrl)) as { instantiate: InstantiateComponent };
    const files = [`${name}.core.wasm`, `${name}.core2.wasm`, `${name}.core3.wasm`];
    const bytes = await Promise.all(files.map((file) => readFile(new URL(file, folder))));
    return { instantiate, coreModules: Object.fromEntries(files.map((file, i) => [file, bytes[i]!])), worker: { moduleUrl } };
  } catch (cause) {
    throw new ConnectorError('environment', 'The built component was not found: expected dist/component/kafka.js; run `make build`.', {
      cause,
    });
  }
}
