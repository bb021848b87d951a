/**
 * A root file system with musl and nothing else, as a container of Alpine has before anything is installed. musl itself comes from the system
 * or, on Debian, from the package of Debian 13: older ones cannot load the libraries that Node for musl needs (musl 1.2.4 learned
 * their kind of relocations).
 */
import { execFile, execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = resolve(import.meta.dirname, '../../.cache/musl');
const LOADER = 'ld-musl-x86_64.so.1';
const SUITE = 'trixie';

/** Why there can be no such root here; null: there can. */
export function muslRootImpossible(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'musl builds are for Linux on x64';
  if (process.getuid?.() !== 0) return 'only root may change the root file system of a process';
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
  } catch {
    return 'this system does not let a process have mounts of its own';
  }
  return null;
}

/** Fills this folder; throws where musl cannot be had. */
export async function makeMuslRoot(root: string): Promise<void> {
  const loader = await muslLoader();
  for (const name of ['lib', 'tmp', 'proc', 'dev', 'etc', 'app']) await mkdir(resolve(root, name), { recursive: true });
  await chmod(resolve(root, 'tmp'), 0o1777);
  await copyFile(loader, resolve(root, 'lib', LOADER));
  await chmod(resolve(root, 'lib', LOADER), 0o755);
  await symlink(LOADER, resolve(root, 'lib/libc.musl-x86_64.so.1'));
  await writeFile(resolve(root, 'etc/hosts'), '127.0.0.1 localhost\n');
}

/** A command that runs another one inside of the root, with /proc as every container has it. The mount goes when the command ends. */
export function inMuslRoot(root: string, ...command: string[]): string[] {
  return ['unshare', '--mount', 'sh', '-c', 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"', root, ...command];
}

async function muslLoader(): Promise<string> {
  for (const candidate of [`/lib/${LOADER}`, resolve(CACHE, LOADER)]) if (await isRecent(candidate)) return candidate;
  await fetchFromDebian();
  return resolve(CACHE, LOADER);
}

/** Started without arguments, it tells its version and ends with an error. */
async function isRecent(loader: string): Promise<boolean> {
  const { stderr } = await run(loader).catch((error: unknown) => error as { stderr?: string });
  const [, major, minor, patch] = /Version (\d+)\.(\d+)\.(\d+)/.exec(stderr ?? '') ?? [];
  return Number(major) > 1 || Number(minor) > 2 || Number(patch) >= 4;
}

/** With lists of its own, so that the system's packages stay as they are. */
async function fetchFromDebian(): Promise<void> {
  const work = resolve(CACHE, 'apt');
  await rm(work, { recursive: true, force: true });
  for (const name of ['lists/partial', 'archives/partial', 'unpacked']) await mkdir(resolve(work, name), { recursive: true });
  const list = resolve(work, 'sources.list');
  await writeFile(list, `deb ${await debianArchive()} ${SUITE} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${resolve(work, 'lists')}`,
    `Dir::Cache::archives=${resolve(work, 'archives')}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
  await run('apt-get', [...options, 'update'], { cwd: work });
  await run('apt-get', [...options, 'download', 'musl'], { cwd: work });
  const deb = (await readdir(work)).find((name) => name.endsWith('.deb'));
  if (deb === undefined) throw new Error('expected a package of musl, apt-get downloaded none');
  await run('dpkg-deb', ['--extract', deb, 'unpacked'], { cwd: work });
  // Newer releases keep /lib in /usr.
  for (const place of ['usr/lib', 'lib']) {
    const found = resolve(work, 'unpacked', place, LOADER);
    if (await stat(found).catch(() => null)) await copyFile(found, resolve(CACHE, LOADER));
  }
  await rm(work, { recursive: true });
}

/** Where this Debian gets its packages, and the keys that sign them. */
async function debianArchive(): Promise<string> {
  const text = await readFile('/etc/apt/sources.list.d/debian.sources', 'utf8');
  const uri = /^URIs:\s*(\S+)/m.exec(text)?.[1];
  const keys = /^Signed-By:\s*(\S+)/m.exec(text)?.[1];
  if (uri === undefined) throw new Error('expected the address of Debian in /etc/apt/sources.list.d/debian.sources, found none');
  return `${keys === undefined ? '' : `[signed-by=${keys}] `}${uri}`;
}
