/**
 * Builds the npm package: its files in dist/package/, and dist/NAME-VERSION.tgz for `npm publish`. The package holds the host as JavaScript with types,
 * the built component and the documentation; no sources, no tests and no development dependencies.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = resolve(root, 'dist/package');

interface ProjectManifest {
  name: string;
  version: string;
  description: string;
  license: string;
  engines: Record<string, string>;
  dependencies: Record<string, string>;
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await Promise.all([emitHost(), copyFiles(), writeManifest(), writeProgram()]);
const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', resolve(root, 'dist')], { cwd: folder });
const [packed] = JSON.parse(stdout) as [{ filename: string; size: number; files: unknown[] }];
process.stdout.write(`${resolve(root, 'dist', packed.filename)}: ${packed.files.length} files, ${(packed.size / 1e3).toFixed(0)} kB\n`);

/** The folders keep their names, because the host finds the component at ../../dist/component from its own files. */
async function emitHost(): Promise<void> {
  const tsc = resolve(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', resolve(root, 'tools/package/tsconfig.json')], { cwd: root }).catch(
    (error: { stdout: string }) => {
      throw new Error(`the host does not compile: ${error.stdout}`);
    },
  );
}

async function copyFiles(): Promise<void> {
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs', 'wit', 'dist/component', 'dist/kafka.wasm'])
    await cp(resolve(root, name), resolve(folder, name), { recursive: true, filter: (source) => !source.endsWith('/.built') });
}

async function writeManifest(): Promise<void> {
  const project = JSON.parse(await readFile(resolve(root, 'package.json'), 'utf8')) as ProjectManifest;
  const { name, version, description, license, engines, dependencies } = project;
  const manifest = {
    name,
    version,
    description,
    license,
    keywords: ['conduit', 'kafka', 'connector', 'opencdc', 'webassembly', 'wit'],
    type: 'module',
    engines,
    exports: {
      '.': { types: './host/index.d.ts', default: './host/index.js' },
      './kafka.wasm': './dist/kafka.wasm',
      './package.json': './package.json',
    },
    types: './host/index.d.ts',
    bin: { [name]: './bin/program.js' },
    files: ['bin', 'host', 'dist', 'docs', 'wit', 'CHANGELOG.md'],
    dependencies,
  };
  await writeFile(resolve(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The command line has a file of its own: the host's entry is also bundled as CommonJS, where a hashbang is a syntax error. */
async function writeProgram(): Promise<void> {
  await mkdir(resolve(folder, 'bin'));
  await writeFile(resolve(folder, 'bin/program.js'), "#!/usr/bin/env node\nimport '../host/main.js';\n", { mode: 0o755 });
}
