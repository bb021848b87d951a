// host/runtime/contract.ts and host/kafka/contract.ts are generated; jco writes the same types from the WIT. The compiler compares them both ways.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(ROOT, 'dist', 'contract-types-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const PAIRS: [ours: string, file: string, theirs: string][] = [
  ['InvalidParam', 'conduit-connector-errors', 'InvalidParam'],
  ['ErrorKind', 'conduit-connector-errors', 'ErrorKind'],
  ['WitError', 'conduit-connector-errors', 'Error'],
  ['Level', 'conduit-connector-log', 'Level'],
  ['ParamType', 'conduit-connector-specifier', 'ParamType'],
  ['ValidationKind', 'conduit-connector-specifier', 'ValidationKind'],
  ['Validation', 'conduit-connector-specifier', 'Validation'],
  ['Param', 'conduit-connector-specifier', 'Param'],
  ['Specification', 'conduit-connector-specifier', 'Specification'],
  ['Credit', 'conduit-connector-source', 'Credit'],
  ['Batch', 'conduit-connector-source', 'Batch'],
  ['Tls', 'conduit-kafka-types', 'Tls'],
  ['PasswordLogin', 'conduit-kafka-types', 'PasswordLogin'],
  ['Sasl', 'conduit-kafka-types', 'Sasl'],
  ['Connection', 'conduit-kafka-types', 'Connection'],
  ['PartitionOffset', 'conduit-kafka-types', 'PartitionOffset'],
  ['RecordSet', 'conduit-kafka-types', 'RecordSet'],
  ['ConsumerOptions', 'conduit-kafka-consumer', 'Options'],
  ['PartitionCommit', 'conduit-kafka-consumer', 'PartitionCommit'],
  ['Fetched', 'conduit-kafka-consumer', 'Fetched'],
  ['Acks', 'conduit-kafka-producer', 'Acks'],
  ['Compression', 'conduit-kafka-producer', 'Compression'],
  ['ProducerOptions', 'conduit-kafka-producer', 'Options'],
  ['Outgoing', 'conduit-kafka-producer', 'Outgoing'],
  ['SendFailure', 'conduit-kafka-producer', 'SendFailure'],
];

/** The compiler's errors for a file with these comparisons; empty if all of them hold. */
async function compare(lines: string[]): Promise<string> {
  const equal = 'type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;';
  // Objects of objects, so that interfaces and their inlined forms compare equal.
  const deep = 'type Deep<T> = T extends Uint8Array | string | number | boolean | bigint | undefined ? T : { [K in keyof T]: Deep<T[K]> };';
  const file = path.join(folder, 'compare.ts');
  await writeFile(file, [equal, deep, 'export const checks: true[] = [', ...lines.map((line) => `  ${line},`), '];', ''].join('\n'));
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--moduleResolution',
    'nodenext',
    '--allowImportingTsExtensions',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  try {
    await promisify(execFile)(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, file], { cwd: ROOT });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
const ours = (name: string, file = 'conduit-connector') =>
  `Deep<import('../../host/${file.startsWith('conduit-kafka') ? 'kafka' : 'runtime'}/contract.ts').${name}>`;
const theirs = (file: string, name: string) => `Deep<import('../component/interfaces/${file}.js').${name}>`;

test('every type of the contract is the one that jco makes from the WIT', async () => {
  const checks = PAIRS.map(([a, file, b]) => `true satisfies Equal<${ours(a, file)}, ${theirs(file, b)}>`);
  checks.push(
    `true satisfies Equal<import('../../host/base/errors.ts').ErrorKind, ${theirs('conduit-connector-errors', 'ErrorKind')}>`,
    `true satisfies Equal<import('../../host/base/log.ts').LogLevel, ${theirs('conduit-connector-log', 'Level')}>`,
  );
  expect(await compare(checks)).toBe('');
}, 120_000);

test('the comparison finds a difference in a field', async () => {
  expect(
    await compare([
      `true satisfies Equal<Omit<${ours('Batch')}, 'count'> & { count: bigint }, ${theirs('conduit-connector-source', 'Batch')}>`,
    ]),
  ).toContain('error TS');
}, 120_000);
