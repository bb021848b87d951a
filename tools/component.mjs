// asc -> jco embed -> jco new -> dist/kafka.wasm, then jco transpile -> dist/component/kafka.js (JSPI).
// Usage: node tools/component.mjs [release|debug] [ASCONFIG FOLDER]
// With the last two, another component of the same world (a test's) is built into FOLDER.
//
// jco transpile: a name in --async-imports that matches nothing is ignored without a word, and '*' would also make log, clock
// and random suspend; so the waiting imports are listed, and a test checks the outcome. --async-exports must be '*': asc merges
// equal bodies, and a sync export that shares a core function with an async one takes its Promise for a pointer.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { checkLayouts } from './layouts.mjs';

const root = path.resolve(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const [target = 'release', config = 'asconfig.json', folder] = process.argv.slice(2);
const bin = (pkg, rel) => path.join(path.dirname(require.resolve(`${pkg}/package.json`)), rel);
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const asc = bin('assemblyscript', 'bin/asc.js');
const jco = path.join(root, 'node_modules/@bytecodealliance/jco/dist/jco.js');
const build = folder ?? 'dist/build';
const wasm = folder === undefined && target === 'release' ? 'dist/kafka.wasm' : `${build}/${target}.wasm`;
const component = folder !== undefined ? `${folder}/component` : target === 'release' ? 'dist/component' : `dist/build/${target}`;

const WAITING_IMPORTS = [
  'conduit:kafka/consumer@0.1.0#[static]consumer.open',
  'conduit:kafka/consumer@0.1.0#[method]consumer.poll',
  'conduit:kafka/consumer@0.1.0#[method]consumer.commit',
  'conduit:kafka/consumer@0.1.0#[static]consumer.close',
  'conduit:kafka/producer@0.1.0#[static]producer.open',
  'conduit:kafka/producer@0.1.0#[method]producer.send',
  'conduit:kafka/producer@0.1.0#[static]producer.close',
];

checkLayouts();
mkdirSync(path.join(root, build), { recursive: true });
run(asc, '--config', config, '--target', target, '-o', `${build}/${target}.core.wasm`, '--transform', './tools/transform.mjs');
run(
  jco,
  'embed',
  `${build}/${target}.core.wasm`,
  '--wit',
  'wit',
  '-n',
  'kafka-connector',
  '--string-encoding',
  'utf16',
  '-o',
  `${build}/${target}.embed.wasm`,
);
run(jco, 'new', `${build}/${target}.embed.wasm`, '-o', wasm);
rmSync(path.join(root, component), { recursive: true, force: true });
run(
  jco,
  'transpile',
  wasm,
  '-o',
  component,
  '--name',
  'kafka',
  '-I',
  'async',
  '--async-mode',
  'jspi',
  '-q',
  '--async-exports',
  '*',
  '--async-imports',
  ...WAITING_IMPORTS,
);
silenceDebugLog(path.join(root, component, 'kafka.js'));

/** jco's debug log asks the environment dozens of times in every call, a fifth of what a call costs; nobody here turns it on. */
function silenceDebugLog(file) {
  const code = readFileSync(file, 'utf8');
  const silent = code.replace(
    /const _debugLog = \(\.\.\.args\) => \{\s*if \(!globalThis\?\.process\?\.env\?\.JCO_DEBUG\) \{ return; \}\s*console\.debug\(\.\.\.args\);\s*\};/,
    'const _debugLog = () => {};',
  );
  if (silent === code) throw new Error('jco writes its debug log in another way: see silenceDebugLog');
  writeFileSync(file, silent);
}
