import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { Topics } from '../support/topics.ts';
import { expectSoon } from '../support/wait.ts';
import { Cli, cli } from '../unit/cli/spawned.ts';

const { servers } = sharedBroker();
const topics = new Topics(servers);
const kafka = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING });
const admin = kafka.admin();
const producer = kafka.producer();
beforeAll(() => Promise.all([admin.connect(), producer.connect()]));
afterAll(() => Promise.all([admin.disconnect(), producer.disconnect()]));

const madeUp = async (): Promise<string[]> =>
  (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter((name) => name.startsWith('kafka-wasm-cli-'));

/** Runs of other tests have groups on this broker too, which go. */
async function expectNoneSince(before: readonly string[]): Promise<void> {
  const since = (await madeUp()).filter((name) => !before.includes(name));
  await expectSoon(async () => (await madeUp()).filter((name) => since.includes(name))).toEqual([]);
}

/** Values `P/0`, `P/1` and so on in each partition P. */
async function filled(count: number, partitions = 1): Promise<string> {
  const topic = uniqueName('position');
  await topics.create(topic, partitions);
  const messages = Array.from({ length: partitions }, (_, partition) =>
    Array.from({ length: count }, (_, n) => ({ partition, value: `${partition}/${n}` })),
  ).flat();
  await producer.send({ topic, messages });
  return topic;
}
const source = (topic: string, ...more: string[]) =>
  cli(['source', '-q', '-c', `servers=${servers}`, '-c', `topics=${topic}`, '-c', 'readFromBeginning=true', ...more]);
const valuesOf = (lines: string[]): string[] =>
  lines.map((line) => Buffer.from((JSON.parse(line) as { payload: { after: string } }).payload.after, 'base64').toString());
const positionOf = (line: string | undefined): string => (JSON.parse(line!) as { position: string }).position;
const json = (fields: object): string => JSON.stringify({ GroupID: 'g', Partition: 0, Offset: 0, ...fields });

describe('--position', () => {
  it('goes on behind its record though the group has committed more, and leaves the commit', async () => {
    const [topic, group] = [await filled(8), uniqueName('group')];
    const first = await source(topic, '-c', `groupID=${group}`, '--limit', '5');
    const rest = await source(topic, '--position', positionOf(first.lines[1]));
    expect(valuesOf(rest.lines)).toEqual(['0/2', '0/3', '0/4', '0/5', '0/6', '0/7']);
    const again = await source(topic, '-c', `groupID=${group}`, '--position', positionOf(first.lines[3]), '--limit', '1');
    expect(valuesOf(again.lines)).toEqual(['0/4']);
    expect(await topics.committed(group, topic)).toBe(5);
  });

  it('goes on in the other partitions where its group is', async () => {
    const [topic, group] = [await filled(4, 2), uniqueName('group')];
    await admin.setOffsets({
      groupId: group,
      topic,
      partitions: [0, 3].map((offset, partition) => ({ partition, offset: String(offset) })),
    });
    const { lines } = await source(topic, '--position', json({ GroupID: group, Topic: topic, Offset: 1 }));
    expect(valuesOf(lines).toSorted()).toEqual(['0/2', '0/3', '1/3']);
  });

  it('goes on behind a record of a run without a group', async () => {
    const topic = await filled(4);
    const first = await source(topic, '--limit', '2');
    expect(valuesOf((await source(topic, '--position', positionOf(first.lines[0]))).lines)).toEqual(['0/1', '0/2', '0/3']);
  });

  it.each([
    ['of another topic', (topic: string) => json({ Topic: `${topic}-other` }), /it names no record of "position-/],
    [
      'of a partition that does not exist',
      (topic: string) => json({ Topic: topic, Partition: 7 }),
      /it names partition 7, and topic "position-.*" has the partitions 0 to 0/,
    ],
    [
      'beyond the end',
      (topic: string) => json({ Topic: topic, Offset: 999999999 }),
      /it names offset 999999999, and partition 0 .* ends before offset 3/,
    ],
    ['that is no position', () => 'xyz', /it names no record of "position-/],
  ])('%s is refused, and nothing is read', async (_what, position, reason) => {
    const topic = await filled(3);
    const before = await madeUp();
    const run = await source(topic, '--position', position(topic));
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(/^position\.invalid: .*--position cannot be meant: /m);
    expect(run.err).toMatch(reason);
    await expectNoneSince(before);
    expect(await topics.hasGroup('xyz')).toBe(false);
  });
});

describe('a run without groupID', () => {
  it('reads in no group with source: its positions name one that says what it is and that does not exist', async () => {
    const topic = await filled(3);
    const run = new Cli(['source', '-q', '-c', `servers=${servers}`, '-c', `topics=${topic}`, '-c', 'readFromBeginning=true', '--follow']);
    await run.until('"position"');
    const [line] = run.out.split('\n');
    const { GroupID: group } = JSON.parse(Buffer.from(positionOf(line), 'base64').toString()) as { GroupID: string };
    expect(group).toMatch(/^kafka-wasm-cli-[0-9a-f-]{36}$/);
    expect(await topics.hasGroup(group)).toBe(false);
    run.process.kill('SIGINT');
    expect((await run.done).code).toBe(0);
    expect(await topics.hasGroup(group)).toBe(false);
  });

  it('reads with pipe in a group whose name says what it is, and deletes it', async () => {
    const [topic, copy] = [await filled(3), uniqueName('position-copy')];
    await topics.create(copy);
    const [before, from] = [await madeUp(), ['--source', `servers=${servers}`, `topics=${topic}`, 'readFromBeginning=true']];
    const run = new Cli(['pipe', '-q', ...from, '--destination', `servers=${servers}`, `topic=${copy}`, '--follow']);
    const mine = async (): Promise<string | undefined> => {
      for (const name of await madeUp()) {
        if (before.includes(name)) continue;
        const [committed] = await admin.fetchOffsets({ groupId: name, topics: [topic] });
        if (committed?.partitions.some(({ offset }) => offset === '3')) return name;
      }
      return undefined;
    };
    await expectSoon(mine).toMatch(/^kafka-wasm-cli-[0-9a-f-]{36}$/);
    const group = await mine();
    run.process.kill('SIGINT');
    expect((await run.done).code).toBe(0);
    expect(await topics.hasGroup(group!)).toBe(false);
  });

  it('leaves no group behind: source to its end, source with a position, pipe', async () => {
    const topic = await filled(3);
    const before = await madeUp();
    const first = await source(topic);
    await source(topic, '--position', positionOf(first.lines[0]));
    const to = ['--destination', `servers=${servers}`, `topic=${topic}-copy`];
    expect((await cli(['pipe', '-q', '--source', `servers=${servers}`, `topics=${topic}`, 'readFromBeginning=true', ...to])).code).toBe(0);
    await expectNoneSince(before);
  });

  it('deletes the group of a pipe that failed before it committed anything', async () => {
    const [topic, copy] = [await filled(3), uniqueName('position-copy')];
    await topics.create(copy, 1, { 'max.message.bytes': '10' });
    const before = await madeUp();
    const to = ['--destination', `servers=${servers}`, `topic=${copy}`];
    const run = await cli(['pipe', '-q', '--source', `servers=${servers}`, `topics=${topic}`, 'readFromBeginning=true', ...to]);
    expect(run.code).toBe(1);
    expect(run.err).not.toContain('goes on there');
    await expectNoneSince(before);
  });

  it('names the group of a pipe that failed, and keeps its commits, to go on from', async () => {
    const [topic, copy] = [await filled(3), uniqueName('position-copy')];
    await topics.create(copy);
    const large = { operation: 'create', payload: { after: Buffer.alloc(3000, 'x').toString('base64') } };
    const into = ['destination', '-q', '-c', `servers=${servers}`, '-c', `topic=${topic}`, '-c', 'sdk.record.format=raw'];
    expect((await cli(into, { input: JSON.stringify(large) })).code).toBe(0);
    const to = ['--destination', `servers=${servers}`, `topic=${copy}`, 'batchBytes=2000'];
    const run = await cli(['pipe', '-q', '--source', `servers=${servers}`, `topics=${topic}`, 'readFromBeginning=true', ...to]);
    expect(run.code).toBe(1);
    const group = /; a pipe with groupID=(kafka-wasm-cli-\S+) in its source settings goes on there/.exec(run.err)?.[1];
    expect(await topics.committed(group!, topic)).toBe(3);
    await admin.deleteGroups([group!]);
  });

  it('keeps a group that the user has named', async () => {
    const [topic, group] = [await filled(3), uniqueName('group')];
    await source(topic, '-c', `groupID=${group}`);
    expect(await topics.hasGroup(group)).toBe(true);
  });
});
