import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createAssemblyScriptPool } from 'vitest-pool-assemblyscript/config';
import { defineConfig } from 'vitest/config';
import { memoryConstants } from '../tools/memory.mjs';
import { Keeper } from './support/broker/keeper.ts';
import { TotalsReporter } from './support/totals-reporter.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// Every temporary file of the run, vitest's own included, lies in one folder that goes when the run ends, also if it is killed.
process.env['TMPDIR'] = new Keeper('kafka-wasm-test').dir;
// The AssemblyScript pool's own mark for "its native addon is not built". Without it every run warns about coverage, which these tests do not measure.
writeFileSync(`${root}node_modules/vitest-pool-assemblyscript/.native-build-error`, '');
const setup = fileURLToPath(new URL('support/shared-broker-setup.ts', import.meta.url));
const folders = (...names: string[]): string[] => names.map((name) => `test/${name}/**/*.test.ts`);
const ASSEMBLYSCRIPT = 'test/unit/**/*.as.test.ts';

// Projects run one after the other, by groupOrder: a broker, wasm compilers and tests that watch the clock share few cores badly.
const inGroup = (groupOrder: number) => ({ groupOrder });

export default defineConfig({
  root,
  test: {
    reporters: ['default', new TotalsReporter()],
    // A broker that tests left behind is ended with them: not by waiting.
    teardownTimeout: 30_000,
    projects: [
      {
        root,
        test: {
          name: 'unit',
          include: [ASSEMBLYSCRIPT],
          pool: createAssemblyScriptPool({
            wasmImportsFactory: 'test/unit/guest/wasi-imports.mjs',
            extraCompilerFlags: [
              '--config',
              'test/unit/guest/asconfig.json',
              '--runtime',
              'incremental',
              ...memoryConstants(`${root}asconfig.json`),
            ],
          }),
          maxWorkers: 2,
          testTimeout: 30_000,
          sequence: inGroup(1),
        },
      },
      {
        root,
        test: {
          name: 'host',
          include: folders('unit', 'component'),
          exclude: [ASSEMBLYSCRIPT],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: inGroup(2),
        },
      },
      {
        root,
        test: {
          name: 'integration',
          include: folders('integration', 'package'),
          globalSetup: setup,
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: inGroup(3),
        },
      },
      {
        root,
        test: {
          name: 'conduit',
          include: folders('conduit'),
          globalSetup: setup,
          pool: 'forks',
          // Over the wire most tests wait for time to pass; those with a real Conduit need the machine for themselves.
          maxWorkers: process.env['CONDUIT'] === undefined ? 2 : 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: inGroup(4),
        },
      },
    ],
  },
});
