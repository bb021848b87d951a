import type { Engine } from '../../support/engine.ts';
import kafkajs from '../../support/plain-kafkajs.ts';
import { startPlugin, type PluginProcess, type StartOptions } from '../../support/plugin-process.ts';
import type { OpencdcRecord } from '../../support/protocol.ts';

const { Kafka, Partitioners, logLevel } = kafkajs;
const plugins: PluginProcess[] = [];

/** A plugin that `disposeAll` ends. */
export async function plugin(options?: StartOptions): Promise<PluginProcess> {
  const started = await startPlugin(options);
  plugins.push(started);
  return started;
}

/** For afterEach: ends what runs, and throws if a log line would have panicked Conduit. */
export async function disposeAll(): Promise<void> {
  const all = plugins.splice(0);
  await Promise.all(all.map((each) => each.dispose()));
  for (const each of all) {
    const raw = each.logLines().filter((line) => line['@level'] === 'raw');
    if (raw.length > 0) throw new Error(`lines on stderr that are no log lines: ${raw.map((line) => line['@message']).join('\n')}`);
  }
}

export function record(index: number, over: Partial<OpencdcRecord> = {}): OpencdcRecord {
  return {
    position: Buffer.from(`position ${index}`),
    operation: 1,
    metadata: { 'opencdc.readAt': '1700000000000000000' },
    key: { raw_data: Buffer.from(`key ${index}`) },
    payload: { after: { raw_data: Buffer.from(`value ${index}`) } },
    ...over,
  };
}

export function recordsFrom(from: number, count: number): OpencdcRecord[] {
  return Array.from({ length: count }, (_, index) => record(from + index));
}

/** The member count of a consumer group, as the broker sees it. */
export async function membersOf(servers: string, groupId: string): Promise<number> {
  const admin = new Kafka({ brokers: servers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { groups } = await admin.describeGroups([groupId]);
    return groups[0]?.members.length ?? 0;
  } finally {
    await admin.disconnect();
  }
}

export async function groupsOf(servers: string): Promise<string[]> {
  const admin = new Kafka({ brokers: servers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return (await admin.listGroups()).groups.map(({ groupId }) => groupId);
  } finally {
    await admin.disconnect();
  }
}

/** One record with the key 0. */
export async function sendWithHeaders(servers: string, topic: string, headers: Record<string, string | Buffer>): Promise<void> {
  const producer = new Kafka({ brokers: servers.split(','), logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key: '0', value: 'value', headers }] });
  } finally {
    await producer.disconnect();
  }
}

/** Keys of `fill` of the topics helper are numbers. */
export function numbersOf(records: readonly OpencdcRecord[]): number[] {
  return records.map((each) => Number(each.key?.raw_data?.toString()));
}

export function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

export function nameOf(engine: Engine): string {
  return `arch-${engine}`;
}
