import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import path from 'node:path';
import { MAY_IMPORT } from './import-directions.mjs';

const root = path.resolve(import.meta.dirname, '..');
const ASSEMBLYSCRIPT = ['assembly/**/*.ts', 'test/unit/**/*.as.test.ts', 'test/**/assembly/**/*.ts', 'examples/**/assembly/**/*.ts'];

const WALL_CLOCK = [
  'MemberExpression[object.name="Date"][property.name="now"]',
  'NewExpression[callee.name="Date"][arguments.length=0]',
  'CallExpression[callee.name="Date"]',
].map((selector) => ({ selector, message: 'Measure time with performance.now() or a Deadline: a wall clock can be set back.' }));

const READS_WALL_CLOCK = [
  'host/capability/clock.ts', // the guest's wall clock
  'host/cli/arguments/range.ts', // times of records, which have the wall clock's
  'host/kafka/auth/msk-iam.ts', // the time of a signature, which AWS compares with the wall clock
  'host/plugin/process/stale-sockets.ts', // ages of files, which the file system stamps with the wall clock
];

const DIAL = 'Only host/net makes connections: ask a Dialer, which asks the policy (host/net/dialer.ts).';
/** Modules that make connections or look up names, and what of them does neither. */
const DIALLING = [
  ...['net', 'dns', 'dns/promises', 'http', 'https', 'dgram'].map((name) => ({ name, message: DIAL, allowTypeImports: true })),
  { name: 'tls', message: DIAL, allowTypeImports: true, allowImportNames: ['createSecureContext', 'getCACertificates'] },
  // The server that Conduit connects to.
  {
    name: 'http2',
    message: DIAL,
    allowTypeImports: true,
    allowImportNames: [
      'constants',
      'createServer',
      'Http2Server',
      'IncomingHttpHeaders',
      'OutgoingHttpHeaders',
      'ServerHttp2Session',
      'ServerHttp2Stream',
    ],
  },
].flatMap((entry) => [entry, { ...entry, name: `node:${entry.name}` }]);

const DECODE = 'decodeUtf8 (host/base/utf8.ts) takes a byte order mark, and refuses what is not UTF-8 with its place.';
const READS_TEXT = {
  selector: 'CallExpression[callee.name=/^readFile(Sync)?$/][arguments.1.value=/^utf-?8$/i]',
  message: DECODE,
};

const DYNAMIC_DIAL = {
  selector: 'ImportExpression[source.value=/^(node:)?(net|tls|dns|http|https|http2|dgram)(\\u002f|$)/]',
  message: DIAL,
};

const KAFKAJS = 'Only host/kafka/kafkajs speaks kafkajs: ask a KafkaClient (host/kafka/client.ts).';
/** The package, and what stands in the folder. */
const OF_KAFKAJS = { regex: '^kafkajs(/|$)|^\\.{1,2}/(.*/)?kafkajs/', message: KAFKAJS };
const DYNAMIC_KAFKAJS = { selector: 'ImportExpression[source.value=/(^|\\u002f)kafkajs(\\u002f|$)/]', message: KAFKAJS };
/** The folder, and the one file that chooses it. */
const MAY_IMPORT_KAFKAJS = ['host/kafka/kafkajs/**/*.ts', 'host/kafka/index.ts'];

function importDirections() {
  const folders = Object.keys(MAY_IMPORT);
  return folders.flatMap((folder) => {
    const allowed = [folder, ...MAY_IMPORT[folder]];
    const forbidden = folders.filter((one) => !allowed.includes(one));
    const reach = allowed.filter((one) => one.includes('/'));
    const otherFolders = {
      // The first folder after the dots that lead out of this one: `kafka` in '../../kafka/index.ts', not in './kafka.ts'.
      regex: `^(\\.\\./)+(?!(${['-', ...reach].join('|')})\\.ts$)(${forbidden.join('|')})(/|\\.ts$)`,
      message: `host/${folder} may import ${MAY_IMPORT[folder].join(', ') || 'no other folder'} (.ci/import-directions.mjs).`,
    };
    const restricted = (files, patterns) => ({
      basePath: root,
      files,
      // DIALLING here too: of several settings of one rule for a file the last one counts alone.
      rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: folder === 'net' ? [] : DIALLING, patterns }] },
    });
    const whole = restricted([`host/${folder}/**/*.ts`], [otherFolders, OF_KAFKAJS]);
    return folder === 'kafka' ? [whole, restricted(MAY_IMPORT_KAFKAJS, [otherFolders])] : [whole];
  });
}

export default defineConfig(
  globalIgnores(['dist/', 'node_modules/', '.cache/']),
  {
    basePath: root,
    files: ['**/*.{ts,mjs,cjs,js}'],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'no-unused-labels': 'error',
      'no-useless-escape': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    basePath: root,
    files: ['{host,test,bench,tools}/**/*.ts'],
    ignores: ASSEMBLYSCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: path.join(root, 'tsconfig.json'), tsconfigRootDir: root } },
    rules: {
      // What runs in the background says so with `void`, and everything else is awaited.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      // Interfaces here promise a Promise; an implementation that has nothing to wait for may still be async.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    basePath: root,
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    ignores: ASSEMBLYSCRIPT,
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // vitest's matchers inside of expected values are `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // A wall clock jumps: deadlines and ages are measured with performance.now() (host/base/deadline.ts).
    basePath: root,
    files: ['host/**/*.ts'],
    ignores: READS_WALL_CLOCK,
    rules: {
      'no-restricted-syntax': ['error', ...WALL_CLOCK, DYNAMIC_KAFKAJS],
    },
  },
  ...importDirections(),
  {
    basePath: root,
    files: ['host/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: DIALLING, patterns: [OF_KAFKAJS] }] },
  },
  {
    basePath: root,
    files: ['host/**/*.ts'],
    ignores: ['host/net/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'].map((name) => ({ name, message: DIAL })),
        { name: 'TextDecoder', message: DECODE },
      ],
      'no-restricted-properties': ['error', { object: 'globalThis', property: 'fetch', message: DIAL }],
    },
  },
  {
    basePath: root,
    files: ['host/**/*.ts'],
    ignores: ['host/net/**', ...READS_WALL_CLOCK],
    rules: { 'no-restricted-syntax': ['error', ...WALL_CLOCK, DYNAMIC_DIAL, DYNAMIC_KAFKAJS, READS_TEXT] },
  },
  {
    // jco hands a WIT error record to the guest only if it is thrown as it is: a JavaScript Error would be an internal failure.
    basePath: root,
    files: ['{host,test/unit}/runtime/**/*.ts'],
    rules: { '@typescript-eslint/only-throw-error': 'off' },
  },
  {
    // Programs whose output is for the person who started them.
    basePath: root,
    files: ['bench/**', 'test/demo/**', 'tools/**', '.ci/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // AssemblyScript is not TypeScript: no type information, decorators in odd places, and == between numbers of one type.
    basePath: root,
    files: ASSEMBLYSCRIPT,
    languageOptions: { parser: tseslint.parser, parserOptions: { project: false, allowInvalidAST: true } },
    rules: { eqeqeq: 'off' },
  },
);
