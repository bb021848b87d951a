/**
 * Builds dist/plugin/conduit-connector-kafka-wasm: one executable with Node, the host and the component inside (a Node single
 * executable application). With `--libc=musl`, the one for Alpine, in dist/plugin-musl/ with two libraries beside it.
 */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseManifest } from '../../host/runtime/manifest.ts';
import { bundleProgram, bundleWorker } from './bundle.ts';
import type { EmbeddedNode, SeaConfig } from './embedded-node.ts';
import { muslNode } from './musl-node.ts';
import { systemNode } from './system-node.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

const forMusl = process.argv.includes('--libc=musl');
try {
  if (forMusl) await buildInto(resolve(root, 'dist/plugin-musl'), await muslNode(resolve(root, '.cache')));
  else await buildInto(resolve(root, 'dist/plugin'), await systemNode(root));
} catch (error) {
  process.stderr.write(`make plugin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function buildInto(folder: string, node: EmbeddedNode): Promise<void> {
  const component = resolve(root, 'dist/component');
  const executable = resolve(folder, 'conduit-connector-kafka-wasm');
  await mkdir(folder, { recursive: true });
  // The folder is used by this build only: Node would discard a code cache of another build's program at every start.
  const parts = await mkdtemp(resolve(root, 'dist/plugin-parts-'));
  try {
    const manifest = parseManifest(await readFile(resolve(component, 'manifest.json'), 'utf8'), 'dist/component/manifest.json');
    const paths = { root, component, name: manifest.name, target: node.target };
    const [program, worker] = await Promise.all([bundleProgram(paths), bundleWorker(paths)]);
    await writeFile(resolve(parts, 'main.cjs'), program);
    await writeFile(resolve(parts, 'worker.js'), worker);
    const config: SeaConfig = {
      main: resolve(parts, 'main.cjs'),
      assets: Object.fromEntries([
        ['worker.js', resolve(parts, 'worker.js')],
        ...['manifest.json', ...manifest.coreModules].map((name) => [name, resolve(component, name)]),
      ]) as Record<string, string>,
      disableExperimentalSEAWarning: true,
      // V8 accepts this cache only if its options are the same as when the cache was made.
      useCodeCache: true,
      // NODE_OPTIONS is ignored, because it could load other code into the program or end it. A signal opens no debugger port. OpenSSL reads no
      // configuration, neither that of OPENSSL_CONF nor the machine's, because a mistake in it would end the program. Other variables are handled by
      // host/plugin/process/node-variables.ts.
      execArgvExtension: 'none',
      execArgv: ['--disable-sigusr1', `--openssl-config=${process.platform === 'win32' ? 'NUL' : '/dev/null'}`, ...node.execArgv],
    };
    const built = resolve(parts, 'executable');
    await node.embed(config, parts, built);
    await chmod(built, 0o755);
    if (node.libraries !== null) await cp(node.libraries, resolve(folder, basename(node.libraries)), { recursive: true });
    await checkStart(built);
    await rename(built, executable); // in one step: what runs the old one keeps it
  } finally {
    await rm(parts, { recursive: true });
  }
  process.stdout.write(`${executable}: ${((await stat(executable)).size / 1e6).toFixed(1)} MB\n`);
}

/** Starts the executable: Node prints on stderr if it cannot use the code cache or an asset. A build for musl can only be started on a system with musl. */
async function checkStart(file: string): Promise<void> {
  try {
    const { stdout, stderr } = await run(file, ['--version'], { env: {} });
    if (stdout.trim() === '' || stderr !== '')
      throw new Error(`expected the executable to print its version and nothing else, got "${stdout}" and "${stderr}"`);
  } catch (error) {
    if (!forMusl || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
