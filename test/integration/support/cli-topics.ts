/** Topics of the tests of the command line: filled and read by the command line itself. */
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, expect } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import kafkajs from '../../support/plain-kafkajs.ts';
import { cli } from '../../unit/cli/spawned.ts';

export interface Line {
  position: string;
  operation: string;
  metadata: Record<string, string>;
  key: string | null;
  payload: { before: null; after: string | null };
}

export const { servers } = sharedBroker();
export const kafka = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING });
export const admin: Admin = kafka.admin();
/** Each file of tests connects it first, and closes it last. */
export function useAdmin(): void {
  beforeAll(() => admin.connect());
  afterAll(() => admin.disconnect());
}

export async function topic(partitions = 1): Promise<string> {
  const name = uniqueName('cli');
  await admin.createTopics({ topics: [{ topic: name, numPartitions: partitions }], waitForLeaders: true });
  return name;
}

export async function filled(count: number, partitions = 1): Promise<string> {
  const name = await topic(partitions);
  const run = await cli(['destination', '-q', ...at(name), '-c', 'sdk.record.format=raw'], { input: records(count) });
  expect(run).toMatchObject({ code: 0, err: '' });
  return name;
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const plain = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : Buffer.from(text, 'base64').toString();
export const record = (after: string, key: string | null = null): string =>
  `${JSON.stringify({ position: null, operation: 'create', metadata: null, key: key === null ? null : base64(key), payload: { before: null, after: base64(after) } })}\n`;
export const records = (count: number): string => Array.from({ length: count }, (_, n) => record(`value ${n}`, `key ${n}`)).join('');
export const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => `value ${from + n}`);
/** `-c` before each setting. */
export const settings = (...pairs: string[]): string[] => pairs.flatMap((pair) => ['-c', pair]);
export const at = (name: string): string[] => settings(`servers=${servers}`, `topic=${name}`);
/** Where a source reads all of a topic. */
export const whole = (name: string): string[] => [`servers=${servers}`, `topics=${name}`, 'readFromBeginning=true'];
export const from = (name: string, group = uniqueName('group')): string[] => settings(...whole(name), `groupID=${group}`);
/** `pipe` from all of a topic to another one, with values as they are. */
export const piping = (name: string, copy: string, group: string): string[] => [
  'pipe',
  '--source',
  ...whole(name),
  `groupID=${group}`,
  '--destination',
  `servers=${servers}`,
  `topic=${copy}`,
  'sdk.record.format=raw',
];
export const read = (lines: string[]): Line[] => lines.map((line) => JSON.parse(line) as Line);
export const after = (lines: string[]): (string | null)[] => read(lines).map(({ payload }) => plain(payload.after));

export async function committed(group: string, name: string): Promise<number> {
  const [found] = await admin.fetchOffsets({ groupId: group, topics: [name] });
  return found!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}

export async function all(name: string): Promise<(string | null)[]> {
  return after((await cli(['source', '-q', ...from(name)])).lines);
}
