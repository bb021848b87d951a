import { readFile } from 'node:fs/promises';
import { ConnectorError } from '../base/errors.ts';
import { decodeUtf8, utf8Problem } from '../base/utf8.ts';
import type { CoreImports, CoreInstance, CoreModule } from './core-module.ts';
import type { GuestExports } from './exports.ts';
import { parseManifest, type Manifest } from './manifest.ts';

/** `instantiate` of the module that jco writes (`-I async`, JSPI). The keys of `imports` are interface names without a version. */
export type InstantiateComponent = (
  getCoreModule: (fileName: string) => CoreModule,
  imports: Readonly<Record<string, object>>,
  instantiateCore: (module: CoreModule, imports: CoreImports) => Promise<CoreInstance>,
) => Promise<GuestExports>;

/** A transpiled component. Its files come from a folder, or from the assets of a single executable. */
export interface ComponentSource {
  manifest: Manifest;
  instantiate: InstantiateComponent;
  /** The core modules, as bytes or compiled, by the file names that the manifest lists. */
  coreModules: Readonly<Record<string, Uint8Array | CoreModule>>;
  /**
   * The code of a worker thread. `moduleUrl`: the file that exports `instantiate`, which worker-entry.ts runs. `code`: the text of a bundle that calls
   * `serveGuest(instantiate)` of worker-main.ts, for executables that have no files. Unset: the component runs inline only.
   */
  worker?: { moduleUrl: string } | { code: string };
}

const compiled = new WeakMap<ComponentSource, Promise<ReadonlyMap<string, CoreModule>>>();

/** The core modules, compiled once for all instances of a component. */
export function compileOnce(source: ComponentSource): Promise<ReadonlyMap<string, CoreModule>> {
  let modules = compiled.get(source);
  if (modules === undefined) {
    modules = compileAll(source);
    compiled.set(source, modules);
  }
  return modules;
}

async function compileAll(source: ComponentSource): Promise<ReadonlyMap<string, CoreModule>> {
  if (!('Suspending' in WebAssembly)) {
    throw new ConnectorError('environment', `expected Node 24 or later, which has WebAssembly JSPI, got Node ${process.versions.node}`);
  }
  const entries = Object.entries(source.coreModules).map(async ([fileName, module]): Promise<[string, CoreModule]> => [
    fileName,
    module instanceof WebAssembly.Module ? module : await WebAssembly.compile(module as Uint8Array<ArrayBuffer>),
  ]);
  return new Map(await Promise.all(entries));
}

const fromFolders = new Map<string, Promise<ComponentSource>>();

/** The component that tools/component.mjs has built into a folder. Each folder is loaded once. Rejects with `environment`. */
export function componentOfFolder(folder: URL = new URL('../../dist/component/', import.meta.url)): Promise<ComponentSource> {
  let source = fromFolders.get(folder.href);
  if (source === undefined) {
    source = loadFolder(folder);
    fromFolders.set(folder.href, source);
    source.catch(() => fromFolders.delete(folder.href)); // the component may be built later
  }
  return source;
}

async function loadFolder(folder: URL): Promise<ComponentSource> {
  const manifestUrl = new URL('manifest.json', folder);
  const bytes = await readFile(manifestUrl).catch((cause: unknown) => {
    throw new ConnectorError('environment', `the built component was not found: expected ${manifestUrl.pathname}; run \`make build\``, {
      cause,
    });
  });
  const text = decodeUtf8(
    bytes,
    (fault) => new ConnectorError('environment', `${manifestUrl.pathname}, ${utf8Problem(fault)}; build the component again`),
  );
  const manifest = parseManifest(text, manifestUrl.pathname);
  try {
    const moduleUrl = new URL(`${manifest.name}.js`, folder).href;
    const { instantiate } = (await import(moduleUrl)) as { instantiate: InstantiateComponent };
    const files = manifest.coreModules.map(async (file) => [file, await readFile(new URL(file, folder))] as const);
    return { manifest, instantiate, coreModules: Object.fromEntries(await Promise.all(files)), worker: { moduleUrl } };
  } catch (cause) {
    const text = `the component "${manifest.name}" cannot be loaded from ${folder.pathname}: ${ConnectorError.from(cause).message}`;
    throw new ConnectorError('environment', text, { cause });
  }
}
