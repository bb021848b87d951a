// Builds a component of the world conduit:connector: asc -> jco embed -> jco new -> NAME.wasm, then jco transpile -> component/NAME.js
// (JSPI), with component/manifest.json beside it.
//
// Usage: node tools/component.mjs [--target release|debug] [--config asconfig.json] [--wit wit] [--world kafka-connector] [--name kafka]
//                                 [--folder FOLDER]
// Without --folder it builds the connector itself: dist/kafka.wasm and dist/component/. With it the component is written to FOLDER/TARGET.wasm and
// FOLDER/component/. --wit names a folder with the file of the world; packages that it does not hold come from wit/deps.
//
// Options of jco transpile: it silently ignores a name in --async-imports that matches no import, and '*' would also make log, clock and random
// suspend. So the waiting imports are listed (manifest.mjs finds them), and a test checks the result. --async-exports must be '*', because asc
// merges functions with equal bodies: a sync export that shares a core function with an async one would take its Promise for a pointer.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { manifestOf, waitingImports } from './manifest.mjs';
import { memoryConstants } from './memory.mjs';
import { checkGenerated } from './wit/generate.mjs';
import { readWorld } from './wit/parse.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    target: { type: 'string', default: 'release' },
    config: { type: 'string', default: 'asconfig.json' },
    wit: { type: 'string', default: 'wit' },
    world: { type: 'string', default: 'kafka-connector' },
    name: { type: 'string', default: 'kafka' },
    folder: { type: 'string' },
  },
});
const { target, config, name, folder } = options;
const require = createRequire(import.meta.url);
const asc = path.join(path.dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
const jco = path.join(root, 'node_modules/@bytecodealliance/jco/dist/jco.js');
const run = (script, ...args) => {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${path.basename(script, '.js')} has found the errors above: ${wasm} is not built`);
};
const at = (...names) => path.join(root, ...names);

const isProduct = folder === undefined && target === 'release';
const build = folder ?? 'dist/build';
const wasm = isProduct ? `dist/${name}.wasm` : `${build}/${target}.wasm`;
const component = folder !== undefined ? `${folder}/component` : isProduct ? 'dist/component' : `dist/build/${target}`;
const core = `${build}/${target}.core.wasm`;
const embedded = `${build}/${target}.embed.wasm`;

checkGenerated();
mkdirSync(at(build), { recursive: true });
const wit = completeWit();
const world = readWorld(at(wit), options.world);
run(asc, '--config', config, '--target', target, '-o', core, '--transform', './tools/transform.mjs', ...memoryConstants(at(config)));
run(jco, 'embed', core, '--wit', wit, '-n', options.world, '--string-encoding', 'utf16', '-o', embedded);
run(jco, 'new', embedded, '-o', wasm);
rmSync(at(component), { recursive: true, force: true });
const waiting = waitingImports(world);
run(
  jco,
  ...['transpile', wasm, '-o', component, '--name', name, '-I', 'async', '--async-mode', 'jspi', '-q', '--async-exports', '*'],
  ...(waiting.length === 0 ? [] : ['--async-imports', ...waiting]),
);
silenceDebugLog(at(component, `${name}.js`));
const manifest = manifestOf({ name, world, component: readFileSync(at(wasm)), core: readFileSync(at(core)), folder: at(component) });
writeFileSync(at(component, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);

/** The folder with all packages that the world refers to: --wit itself, or a copy of it with wit/deps in it. */
function completeWit() {
  if (options.wit === 'wit') return 'wit';
  const complete = `${build}/wit`;
  rmSync(at(complete), { recursive: true, force: true });
  cpSync(at('wit/deps'), at(complete, 'deps'), { recursive: true });
  cpSync(at(options.wit), at(complete), { recursive: true });
  return complete;
}

/** Removes jco's debug log. It reads the environment dozens of times in every call, which costs a fifth of the call, and it is never turned on. */
function silenceDebugLog(file) {
  const code = readFileSync(file, 'utf8');
  const silent = code.replace(
    /const _debugLog = \(\.\.\.args\) => \{\s*if \(!globalThis\?\.process\?\.env\?\.JCO_DEBUG\) \{ return; \}\s*console\.debug\(\.\.\.args\);\s*\};/,
    'const _debugLog = () => {};',
  );
  if (silent === code) throw new Error('jco writes its debug log in another way: see silenceDebugLog');
  writeFileSync(file, silent);
}
