import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkDigest, loadPrivately } from '../../../../host/kafka/kafkajs/private-copy.ts';
import { REPLACED_MODULES } from '../../../../host/kafka/kafkajs/replaced-modules.ts';

const require = createRequire(import.meta.url);
const root = path.dirname(require.resolve('kafkajs'));

test("kafkajs' own modules get the replacements, and nobody else does", () => {
  const load = loadPrivately(root, REPLACED_MODULES);
  for (const { module, replacement } of REPLACED_MODULES) {
    const stock = require(`kafkajs/${module}`) as () => unknown;
    expect(String(load(module)), module).toBe(String(replacement(() => stock)));
    expect(String(load(module)), module).not.toBe(String(stock));
  }
  expect(load('src/network/connection.js')).not.toBe(require('kafkajs/src/network/connection.js'));
  expect(load('index.js')).toBe(load('index.js'));
});

test('other bytes of a replaced module are refused', () => {
  for (const entry of REPLACED_MODULES) {
    const source = readFileSync(require.resolve(`kafkajs/${entry.module}`));
    expect(() => checkDigest(entry, source)).not.toThrow();
    expect(() => checkDigest(entry, Buffer.concat([source, Buffer.from('\n')]))).toThrow(
      expect.objectContaining({ code: 'environment', message: expect.stringContaining('install exactly kafkajs 2.2.4') }),
    );
  }
});

test.each(['before', 'after'])(
  "a program that loads kafkajs %s the connector has kafkajs' own modules, and the connector its replacements",
  (when) => {
    const connector = new URL('../../../../host/kafka/index.ts', import.meta.url).href;
    const copy = new URL('../../../../host/kafka/kafkajs/kafkajs.ts', import.meta.url).href;
    const load = [
      `const own = (await import('kafkajs')).default;`,
      `await import('${connector}'); const copy = (await import('${copy}')).default;`,
    ];
    if (when === 'after') load.reverse();
    const program = `
    import { createRequire } from 'node:module';
    ${load.join('\n')}
    const require = createRequire('${import.meta.url}');
    const replaced = ${JSON.stringify(REPLACED_MODULES.map(({ module }) => module))};
    const sources = replaced.map((module) => require('kafkajs/' + module).toString());
    console.log(JSON.stringify({ separate: own.Kafka !== copy.Kafka, same: own.Kafka === require('kafkajs').Kafka, sources }));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const seen = JSON.parse(stdout) as { separate: boolean; same: boolean; sources: string[] };
    expect(seen).toMatchObject({ separate: true, same: true });
    REPLACED_MODULES.forEach(({ module }, i) => {
      const file = readFileSync(path.join(root, module), 'utf8');
      expect(file, module).toContain(seen.sources[i]);
    });
  },
);

test('the host does not start with other bytes of a replaced module', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kafkajs-changed-'));
  try {
    const project = path.resolve(import.meta.dirname, '../../../..');
    mkdirSync(path.join(folder, 'node_modules/@platformatic'), { recursive: true });
    cpSync(root, path.join(folder, 'node_modules/kafkajs'), { recursive: true });
    for (const name of ['wasm-utils', 'dynamic-buffer'])
      cpSync(path.join(project, 'node_modules/@platformatic', name), path.join(folder, 'node_modules/@platformatic', name), {
        recursive: true,
      });
    for (const name of ['kafka', 'net', 'base'])
      cpSync(path.join(project, 'host', name), path.join(folder, 'host', name), { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
    const start = () => spawnSync(process.execPath, [path.join(folder, 'host/kafka/kafkajs/kafkajs.ts')], { encoding: 'utf8' });
    expect(start().status).toBe(0);
    // One that kafkajs itself loads at the first fetch only.
    const changed = path.join(folder, 'node_modules/kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js');
    writeFileSync(changed, `${readFileSync(changed, 'utf8')}\n// changed\n`);
    expect(start()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js is not the file of kafkajs 2.2.4'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
