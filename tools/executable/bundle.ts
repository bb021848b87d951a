import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { checkDigest, type ReplacedModule } from '../../host/kafka/kafkajs/private-copy.ts';
import { REPLACED_MODULES } from '../../host/kafka/kafkajs/replaced-modules.ts';

const SHIMS = 'kafkajs-replacement';

/**
 * Environment variables of libraries, which the bundle replaces by constants. kafkajs' variables would print the requests to brokers, or change its
 * retries. yaml reads its variables from an import of `process`, as no other library does: `LOG_STREAM` would mix debugging lines with the data on
 * standard output.
 */
const NO_VARIABLES = {
  'process.env.NODE_ENV': '"production"',
  'process.env.KAFKAJS_DEBUG_EXTENDED_PROTOCOL_BUFFERS': 'undefined',
  'process.env.KAFKAJS_DEBUG_PROTOCOL_BUFFERS': 'undefined',
  'process.env.KAFKAJS_LOG_LEVEL': 'undefined',
  'process.env.KAFKAJS_NO_PARTITIONER_WARNING': '"1"',
};

/** Paths of everything that is bundled, from the root of the project. */
export interface BundlePaths {
  root: string;
  /** Folder of jco's output, and the component's name in it. */
  component: string;
  name: string;
  /** Language level of the Node that runs the bundle, as esbuild names it. */
  target: string;
}

/** The program: entry.ts with everything it needs, but the assets. */
export async function bundleProgram(paths: BundlePaths): Promise<string> {
  return bundle(paths, {
    entryPoints: [resolve(paths.root, 'tools/executable/entry.ts')],
    // Only CommonJS can have a code cache, and it loads Node's own modules when they are used. Both halve the time to the handshake.
    format: 'cjs',
    plugins: [replaceKafkajsModules(paths), resolveComponent(paths)],
  });
}

/** The code of a worker thread: the guest, and no code of the host. It is evaluated as CommonJS. */
export async function bundleWorker(paths: BundlePaths): Promise<string> {
  const contents = `
    import { instantiate } from 'virtual:component';
    import { bundledLocal } from './host/capability/worker-locals.ts';
    import { serveGuest } from './host/runtime/worker-main.ts';
    void serveGuest(instantiate, bundledLocal);`;
  return bundle(paths, { stdin: { contents, resolveDir: paths.root, loader: 'ts' }, format: 'cjs', plugins: [resolveComponent(paths)] });
}

async function bundle(paths: BundlePaths, options: BuildOptions): Promise<string> {
  const result = await build({
    absWorkingDir: paths.root,
    bundle: true,
    write: false,
    platform: 'node',
    target: paths.target,
    minify: true,
    // Names are kept because names of errors and functions appear in messages.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
    define: { KAFKAJS_IS_BUNDLED: 'true', 'import.meta.main': 'false', ...NO_VARIABLES },
    alias: { process: resolve(paths.root, 'tools/executable/empty-environment.ts') },
    ...options,
  });
  return result.outputFiles![0]!.text;
}

/**
 * Gives the replacements to kafkajs' own imports of the replaced modules, as `loadPrivately` does where there are files. If a file is not the one that
 * the replacement was written for, the build ends.
 */
function replaceKafkajsModules({ root }: BundlePaths): Plugin {
  const modules = new Map<string, ReplacedModule>(
    REPLACED_MODULES.map((entry) => [resolve(root, 'node_modules/kafkajs', entry.module), entry]),
  );
  const replacements = resolve(root, 'host/kafka/kafkajs/replaced-modules.ts');
  return {
    name: 'replace-kafkajs-modules',
    setup(pluginBuild) {
      const seen = new Set<ReplacedModule>();
      pluginBuild.onResolve({ filter: /./ }, async ({ path, pluginData, ...rest }) => {
        if (pluginData === SHIMS || rest.namespace === SHIMS || !rest.importer.includes('kafkajs')) return undefined;
        const resolved = await pluginBuild.resolve(path, { ...rest, pluginData: SHIMS });
        const entry = modules.get(resolved.path);
        if (entry === undefined) return resolved.errors.length > 0 ? undefined : resolved;
        checkDigest(entry, await readFile(resolved.path));
        seen.add(entry);
        return { path: resolved.path, namespace: SHIMS };
      });
      pluginBuild.onLoad({ filter: /./, namespace: SHIMS }, ({ path }) => ({
        contents: `
          const { REPLACED_MODULES } = require(${JSON.stringify(replacements)});
          const entry = REPLACED_MODULES.find(({ module }) => module === ${JSON.stringify(modules.get(path)?.module)});
          module.exports = entry.replacement(() => require(${JSON.stringify(path)}));`,
        resolveDir: root,
        loader: 'js',
      }));
      pluginBuild.onEnd(() => {
        const missed = REPLACED_MODULES.filter((entry) => !seen.has(entry)).map(({ module }) => module);
        return missed.length === 0
          ? {}
          : { errors: [{ text: `expected kafkajs to import the modules that are replaced, it does not import ${missed.join(', ')}` }] };
      });
    },
  };
}

/** Resolves `virtual:component` to the module that jco wrote. */
function resolveComponent({ component, name }: BundlePaths): Plugin {
  return {
    name: 'resolve-component',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^virtual:component$/ }, () => ({ path: resolve(component, `${name}.js`) }));
    },
  };
}
