/** The topics of a source by regular expression, on real Kafka. */
import { afterEach, expect, test } from 'vitest';
import type { LogLine } from './kafka-client.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { Net } from '../../host/net/net.ts';
import { ownerText } from '../../host/program/deleted-source.ts';
import { kafkaProgram } from '../../host/program/kafka.ts';
import { cli } from '../unit/cli/spawned.ts';
import { commit, committed, createTopic, read, subject, withAdmin, write } from './kafka-client.ts';
import { Connectors, reader, take, text } from './support/connector.ts';
import type { OpenCdcRecord } from '../../host/index.ts';

const { servers } = sharedBroker();
const connectors = new Connectors(servers);
afterEach(() => connectors.close());

async function newTopic(name: string, ...values: string[]): Promise<string> {
  await createTopic(servers, name);
  if (values.length > 0) await write(servers, name, values);
  return name;
}
const valuesOf = (records: readonly OpenCdcRecord[]): (string | null)[] => records.map(({ payload }) => text(payload.after)).sort();

test('topics that match are read from now on, and one that is made later from its beginning, also over a restart', async () => {
  const prefix = uniqueName('rx');
  const [first, second] = [await newTopic(`${prefix}-1`, 'old'), await newTopic(`${prefix}-2`, 'old')];
  await newTopic(`x${prefix}`, 'other');
  const groupID = uniqueName('group');
  const lines: LogLine[] = [];
  const settings = { topicsRegex: `${prefix}-\\d+`, topicsRefreshInterval: '1s', groupID, readFromBeginning: 'false' };
  const source = await connectors.source(settings, (level, message, fields = {}) => void lines.push({ level, message, fields }));
  const next = reader(source);
  await write(servers, first, ['a']);
  await write(servers, second, ['b']);
  expect(valuesOf(await next(2))).toEqual(['a', 'b']);

  await newTopic(`${prefix}-3`, 'c1', 'c2');
  const found = await next(2);
  expect(valuesOf(found)).toEqual(['c1', 'c2']);
  expect(lines).toContainEqual({ level: 'info', message: 'new topics match topicsRegex', fields: { topics: `${prefix}-3` } });
  await source.close();
  expect(await committed(servers, groupID, `${prefix}-3`)).toBe(2);

  // Made while the source is away.
  await newTopic(`${prefix}-4`, 'd');
  await write(servers, first, ['e']);
  const again = await connectors.source({ ...settings, readFromBeginning: 'true' });
  expect(valuesOf(await take(again, 2))).toEqual(['d', 'e']);
});

test('topics need not exist at first', async () => {
  const prefix = uniqueName('rx');
  const source = await connectors.source({ topicsRegex: `${prefix}.*`, topicsRefreshInterval: '1s', readFromBeginning: 'false' });
  const records = take(source, 1);
  await newTopic(`${prefix}-late`, 'first');
  expect(valuesOf(await records)).toEqual(['first']);
});

test('the command line reads the topics that match to their ends', async () => {
  const prefix = uniqueName('rx');
  await newTopic(`${prefix}-a`, '1', '2');
  await newTopic(`${prefix}-b`, '3');
  const run = await cli(['source', '-q', '-c', `servers=${servers}`, '-c', `topicsRegex=${prefix}-.`, '-c', 'readFromBeginning=true']);
  expect(run).toMatchObject({ code: 0, err: '' });
  const values = run.lines.map((line) =>
    Buffer.from((JSON.parse(line) as { payload: { after: string } }).payload.after, 'base64').toString(),
  );
  expect(values.sort()).toEqual(['1', '2', '3']);
});

test('doctor examines the group of such a source', async () => {
  const prefix = uniqueName('rx');
  const topic = await newTopic(`${prefix}-a`, '1');
  const groupID = uniqueName('group');
  const source = await connectors.source({ topicsRegex: `${prefix}.*`, groupID });
  expect(valuesOf(await take(source, 1))).toEqual(['1']);
  await source.close();
  expect(await committed(servers, groupID, topic)).toBe(1);
  const run = await cli(['doctor', 'source', '-c', `servers=${servers}`, '-c', `topicsRegex=${prefix}.*`, '-c', `groupID=${groupID}`]);
  expect(run).toMatchObject({ code: 0, err: expect.stringContaining(' 0 failed') as string });
  expect(run.out).toContain(groupID);
});

test('the group of such a source that is deleted is deleted too', async () => {
  const prefix = uniqueName('rx');
  const topic = await newTopic(`${prefix}-a`, '1');
  const [group, connectorId] = [crypto.randomUUID(), uniqueName('pipeline:source')];
  const consumer = await subject(servers, { commitMetadata: ownerText(connectorId) }).consumer({ topics: [topic], group });
  await commit(consumer, await read(consumer, 1));
  await consumer.close();
  const settings = { servers, topicsRegex: `${prefix}.*` };
  await kafkaProgram().sourceDeleted!(settings, { connectorId, log: () => undefined, net: new Net() });
  const { groups } = await withAdmin(servers, (admin) => admin.listGroups());
  expect(groups.map(({ groupId }) => groupId)).not.toContain(group);
});
