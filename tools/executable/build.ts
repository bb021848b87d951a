/**
 * Builds dist/plugin/conduit-connector-kafka-wasm: one executable with Node, the host and the component inside (a Node single
 * executable application). The Node that goes into it is the one of the dev dependencies, stripped where `strip` is there.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseManifest } from '../../host/runtime/manifest.ts';
import { bundleProgram, bundleWorker } from './bundle.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const component = resolve(root, 'dist/component');
const folder = resolve(root, 'dist/plugin');
const executable = resolve(folder, 'conduit-connector-kafka-wasm');
/** The first version with `--build-sea`. */
const MIN_NODE_MAJOR = 26;

await mkdir(folder, { recursive: true });
// Of this build alone: a code cache that was made of another build's program is thrown away at every start.
const parts = await mkdtemp(resolve(root, 'dist/plugin-parts-'));
const manifest = parseManifest(await readFile(resolve(component, 'manifest.json'), 'utf8'), 'dist/component/manifest.json');
const paths = { root, component, name: manifest.name };
const [program, worker] = await Promise.all([bundleProgram(paths), bundleWorker(paths)]);
await writeFile(resolve(parts, 'main.cjs'), program);
await writeFile(resolve(parts, 'worker.js'), worker);

const node = await nodeToEmbed();
const built = resolve(parts, 'executable');
const config = {
  main: resolve(parts, 'main.cjs'),
  // For the Node that is embedded, on this platform. V8 options in `execArgv` would make V8 refuse this cache and Node's own.
  useCodeCache: true,
  // NODE_OPTIONS could load other code into the program, or end it. A signal opens no debugger port. OpenSSL reads no configuration, neither
  // that of OPENSSL_CONF nor the machine's: a mistake in it would end the program. host/plugin/process/node-variables.ts does the rest.
  execArgvExtension: 'none',
  execArgv: ['--disable-sigusr1', `--openssl-config=${process.platform === 'win32' ? 'NUL' : '/dev/null'}`],
  executable: await stripped(node),
  output: built,
  disableExperimentalSEAWarning: true,
  assets: Object.fromEntries([
    ['worker.js', resolve(parts, 'worker.js')],
    ...['manifest.json', ...manifest.coreModules].map((name) => [name, resolve(component, name)]),
  ]) as Record<string, string>,
};
await writeFile(resolve(parts, 'sea.json'), JSON.stringify(config));
await run(node, ['--build-sea', resolve(parts, 'sea.json')]);
await chmod(built, 0o755);
await checkStart(built);
await rename(built, executable); // in one step: what runs the old one keeps it
await rm(parts, { recursive: true });
process.stdout.write(`${executable}: ${((await stat(executable)).size / 1e6).toFixed(1)} MB\n`);

/** Node says so on stderr when it cannot use the code cache or an asset. */
async function checkStart(file: string): Promise<void> {
  const { stdout, stderr } = await run(file, ['--version'], { env: {} });
  if (stdout.trim() === '' || stderr !== '')
    throw new Error(`expected the executable to print its version and nothing else, got "${stdout}" and "${stderr}"`);
}

async function nodeToEmbed(): Promise<string> {
  const own = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const name of [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    const candidate = resolve(root, 'node_modules', name, 'bin', own);
    if (await stat(candidate).catch(() => null)) return candidate;
  }
  if (Number.parseInt(process.versions.node) >= MIN_NODE_MAJOR) return process.execPath;
  throw new Error(
    `expected Node ${MIN_NODE_MAJOR} or newer to build an executable from, got ${process.versions.node}: run npm install, which brings one`,
  );
}

/** Without symbols Node is a quarter smaller; where there is no `strip`, it works as it is. */
async function stripped(node: string): Promise<string> {
  const smaller = resolve(parts, 'node');
  await copyFile(node, smaller);
  await chmod(smaller, 0o755);
  try {
    if (process.platform === 'linux') await run('strip', [smaller]);
  } catch {
    process.stderr.write('`strip` is not installed: the executable will be larger than it could be.\n');
    await copyFile(node, smaller);
  }
  return smaller;
}
