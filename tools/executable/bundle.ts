import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { REPLACED, checkReplaced, type ReplacedModule } from '../../host/kafka/kafkajs/raw-records.ts';

const SHIMS = 'kafkajs-replacement';

/** Paths of everything that is bundled, from the root of the project. */
export interface BundlePaths {
  root: string;
  /** Folder of jco's output. */
  component: string;
}

/** The program: host/main.ts with everything it needs, but the assets. */
export async function bundleProgram(paths: BundlePaths): Promise<string> {
  return bundle(paths, {
    entryPoints: [resolve(paths.root, 'host/main.ts')],
    // Only this form can have a code cache, and it loads Node's own modules when they are used: half the time to the handshake.
    format: 'cjs',
    plugins: [replaceKafkajsModules(paths), embedComponent(paths)],
  });
}

/** What a worker thread runs: the guest and nothing of the host's. It is evaluated as CommonJS. */
export async function bundleWorker(paths: BundlePaths): Promise<string> {
  const contents = `import { instantiate } from 'virtual:component'; import { serveGuest } from './host/runtime/worker-main.ts'; void serveGuest(instantiate);`;
  return bundle(paths, { stdin: { contents, resolveDir: paths.root, loader: 'ts' }, format: 'cjs', plugins: [embedComponent(paths)] });
}

async function bundle(paths: BundlePaths, options: BuildOptions): Promise<string> {
  const result = await build({
    absWorkingDir: paths.root,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node26',
    minify: true,
    // Names of errors and functions appear in messages.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
    define: { KAFKAJS_REPLACED_BY_BUNDLER: 'true', 'import.meta.main': 'false' },
    ...options,
  });
  return result.outputFiles![0]!.text;
}

/**
 * kafkajs' own imports of the replaced modules get the replacements; `raw-records.ts` still gets the stock ones. A file with
 * other bytes than those the replacement was written for ends the build.
 */
function replaceKafkajsModules({ root }: BundlePaths): Plugin {
  const modules = new Map<string, ReplacedModule>(REPLACED.map(({ module }) => [resolve(root, 'node_modules/kafkajs', module), module]));
  const records = resolve(root, 'host/kafka/kafkajs/raw-records.ts');
  return {
    name: 'replace-kafkajs-modules',
    setup(pluginBuild) {
      const seen = new Set<ReplacedModule>();
      pluginBuild.onResolve({ filter: /./ }, async ({ path, pluginData, ...rest }) => {
        if (pluginData === SHIMS || rest.importer === records || !rest.importer.includes('kafkajs')) return undefined;
        const resolved = await pluginBuild.resolve(path, { ...rest, pluginData: SHIMS });
        const module = modules.get(resolved.path);
        if (module === undefined) return resolved.errors.length > 0 ? undefined : resolved;
        checkReplaced(module, await readFile(resolved.path));
        seen.add(module);
        return { path: module, namespace: SHIMS };
      });
      pluginBuild.onLoad({ filter: /./, namespace: SHIMS }, ({ path }) => ({
        contents: `module.exports = require(${JSON.stringify(records)}).replacements[${JSON.stringify(path)}];`,
        resolveDir: root,
        loader: 'js',
      }));
      pluginBuild.onEnd(() => {
        const missed = REPLACED.filter(({ module }) => !seen.has(module)).map(({ module }) => module);
        return missed.length === 0
          ? {}
          : { errors: [{ text: `expected kafkajs to import the modules that are replaced, it does not import ${missed.join(', ')}` }] };
      });
    },
  };
}

function embedComponent({ root, component }: BundlePaths): Plugin {
  const files = resolve(root, 'host/runtime/component.ts');
  const embedded = resolve(root, 'tools/executable/embedded-component.ts');
  return {
    name: 'embed-component',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^virtual:component$/ }, () => ({ path: resolve(component, 'kafka.js') }));
      pluginBuild.onResolve({ filter: /\/component\.ts$/ }, ({ path, resolveDir, importer }) =>
        importer !== embedded && resolve(resolveDir, path) === files ? { path: embedded } : undefined,
      );
    },
  };
}
