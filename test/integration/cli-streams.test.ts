import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programConnectors } from '../../host/cli/connectors.ts';
import { main } from '../../host/cli/main.ts';
import { kafkaProgram } from '../../host/program/kafka.ts';
import type { Admin } from 'kafkajs';
import kafkajs from '../support/plain-kafkajs.ts';
import { Cli, cli, MAIN } from '../unit/cli/spawned.ts';
import { FakeIo } from '../unit/cli/fake-io.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';

interface Line {
  position: string;
  operation: string;
  metadata: Record<string, string>;
  key: string | null;
  payload: { before: null; after: string | null };
}

const { servers } = sharedBroker();
const kafka = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.NOTHING });
let admin: Admin;

beforeAll(async () => {
  admin = kafka.admin();
  await admin.connect();
});
afterAll(() => admin.disconnect());

async function topic(partitions = 1): Promise<string> {
  const name = uniqueName('cli');
  await admin.createTopics({ topics: [{ topic: name, numPartitions: partitions }], waitForLeaders: true });
  return name;
}

async function filled(count: number, partitions = 1): Promise<string> {
  const name = await topic(partitions);
  const run = await cli(['destination', '-q', ...at(name), '-c', 'sdk.record.format=raw'], { input: records(count) });
  expect(run).toMatchObject({ code: 0, err: '' });
  return name;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : Buffer.from(text, 'base64').toString();
const record = (after: string, key: string | null = null): string =>
  `${JSON.stringify({ position: null, operation: 'create', metadata: null, key: key === null ? null : base64(key), payload: { before: null, after: base64(after) } })}\n`;
const records = (count: number): string => Array.from({ length: count }, (_, n) => record(`value ${n}`, `key ${n}`)).join('');
const values = (count: number, from = 0): string[] => Array.from({ length: count }, (_, n) => `value ${from + n}`);
const at = (name: string): string[] => ['-c', `servers=${servers}`, '-c', `topic=${name}`];
const from = (name: string, group = uniqueName('group')): string[] => [
  '-c',
  `servers=${servers}`,
  '-c',
  `topics=${name}`,
  '-c',
  'readFromBeginning=true',
  '-c',
  `groupID=${group}`,
];
const read = (lines: string[]): Line[] => lines.map((line) => JSON.parse(line) as Line);
const after = (lines: string[]): (string | null)[] => read(lines).map(({ payload }) => plain(payload.after));

async function committed(group: string, name: string): Promise<number> {
  const [found] = await admin.fetchOffsets({ groupId: group, topics: [name] });
  return found!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}

async function all(name: string): Promise<(string | null)[]> {
  return after((await cli(['source', '-q', ...from(name)])).lines);
}

describe('source', () => {
  it('prints what the topic holds as OpenCDC JSON lines, commits it, and ends', async () => {
    const name = await filled(2500);
    const group = uniqueName('group');
    const run = await cli(['source', ...from(name, group)]);
    expect(run.code).toBe(0);
    expect(run.err).toMatch(/^read 2,500 records in [\d.]+ s \([\d,]+\/s\)\n$/);
    expect(after(run.lines)).toEqual(values(2500));
    const [first] = read(run.lines);
    expect(Object.keys(first!)).toEqual(['position', 'operation', 'metadata', 'key', 'payload']);
    expect(first).toMatchObject({ operation: 'create', key: base64('key 0'), metadata: { 'opencdc.collection': name } });
    expect(JSON.parse(plain(first!.position)!)).toEqual({ GroupID: group, Topic: name, Partition: 0, Offset: 0 });
    expect(await committed(group, name)).toBe(2500);
  });

  it('prints what destination takes: a second topic gets the same records, byte for byte', async () => {
    const name = await filled(10);
    const first = await cli(['source', '-q', ...from(name)]);
    const copy = await topic();
    expect((await cli(['destination', '-q', ...at(copy)], { input: first.out })).code).toBe(0);
    expect(await all(copy)).toEqual(first.lines);
  });

  it('prints and commits no more than --limit, and goes on from there', async () => {
    const name = await filled(30);
    const group = uniqueName('group');
    const first = await cli(['source', ...from(name, group), '--limit', '7']);
    expect(after(first.lines)).toEqual(values(7));
    expect(await committed(group, name)).toBe(7);
    const second = await cli(['source', ...from(name, group)]);
    expect(after(second.lines)).toEqual(values(23, 7));
  });

  it('continues after the position of a record', async () => {
    const name = await filled(10);
    const first = await cli(['source', '-q', ...from(name), '--limit', '10']);
    const fourth = read(first.lines)[3]!.position;
    // Another group would contradict the position, which names one; what that group has committed does not go back.
    const position = base64(plain(fourth)!.replace(/"GroupID":"[^"]+"/, `"GroupID":"${uniqueName('group')}"`));
    const rest = await cli([
      'source',
      '-q',
      '-c',
      `servers=${servers}`,
      '-c',
      `topics=${name}`,
      '-c',
      'readFromBeginning=true',
      '--position',
      position,
    ]);
    expect(after(rest.lines)).toEqual(values(6, 4));
  });

  it('ends at once when its group has everything, and says so when a new group starts at the end', async () => {
    const name = await filled(5);
    const group = uniqueName('group');
    const again = ['source', '-c', `servers=${servers}`, '-c', `topics=${name}`, '-c', `groupID=${group}`];
    const run = await cli(again);
    expect(run).toMatchObject({ code: 0, out: '' });
    expect(run.err).toContain(
      'warn: no record came; a new group starts at the end of its topics, readFromBeginning=true starts it at their beginning',
    );
  });

  // kafkajs takes seconds to set an offset.
  describe.concurrent('whose offset is out of range', () => {
    const settings = (name: string, group: string): string[] => [
      '-c',
      `servers=${servers}`,
      '-c',
      `topics=${name}`,
      '-c',
      `groupID=${group}`,
    ];
    const commit = (group: string, name: string, offset: string): Promise<boolean> =>
      admin.setOffsets({ groupId: group, topic: name, partitions: [{ partition: 0, offset }] }) as unknown as Promise<boolean>;

    it.each([
      ['a group that starts at the end', []],
      ['a group that starts at the beginning', ['-c', 'readFromBeginning=true']],
    ])('of %s says so and reads what there is, if it committed beyond the end', async (_which, more) => {
      const name = await filled(3);
      const group = uniqueName('group');
      await commit(group, name, '1000');
      const run = await cli(['source', ...settings(name, group), ...more]);
      expect(after(run.lines)).toEqual(values(3));
      expect(run.err).toMatch(/error: offset out of range: .*/);
      const line = run.err.split('\n').find((text) => text.includes('expectedOffset=1000'))!;
      for (const fact of [`topic=${name}`, 'partition=0', 'earliestOffset=0', 'endOffset=3']) expect(line).toContain(fact);
      expect(run.code).toBe(0);
      expect(await committed(group, name)).toBe(3);
    });

    it.each([
      ['beyond the end', '1000', 0],
      ['before the beginning', '1', 3],
    ])('says so where the partition holds no record, if it committed %s', async (_where, offset, end) => {
      const name = await filled(end);
      const group = uniqueName('group');
      await commit(group, name, offset);
      if (end > 0) {
        await admin.fetchTopicOffsets(name); // kafkajs deletes only where it has metadata
        await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: String(end) }] });
      }
      const run = await cli(['source', ...settings(name, group)]);
      expect(run).toMatchObject({ code: 0, out: '' });
      const facts = [`topic=${name}`, 'partition=0', `expectedOffset=${offset}`, `earliestOffset=${end}`, `endOffset=${end}`];
      expect(run.err).toMatch(/^error: offset out of range: /m);
      for (const fact of facts) expect(run.err).toContain(fact);
      expect(run.err).not.toContain('a new group starts at the end');
    });

    it('says so with a position beyond the end of a partition that is read to its end', async () => {
      const name = await filled(3);
      const group = uniqueName('group');
      await commit(group, name, '3');
      const position = JSON.stringify({ GroupID: group, Topic: name, Partition: 0, Offset: 99 });
      const run = await cli(['source', ...settings(name, group), '--position', position]);
      expect(run).toMatchObject({ code: 0, out: '' });
      expect(run.err).toContain('expectedOffset=100');
    });

    it('reads from the earliest offset where a run that ended early has committed only that', async () => {
      const name = await filled(3);
      const group = uniqueName('group');
      await commit(group, name, '-2');
      const run = await cli(['source', ...settings(name, group)]);
      expect(after(run.lines)).toEqual(values(3));
    });
  });

  it('ends with 1 and the reason, not with 0, where its group does not let it in', async () => {
    const name = await filled(3);
    const group = uniqueName('group');
    const { roundRobin } = kafkajs.PartitionAssigners;
    const other = kafka.consumer({
      groupId: group,
      partitionAssigners: [
        (config) => {
          const assigner = roundRobin(config);
          return {
            ...assigner,
            name: 'cooperative-sticky',
            protocol: (state) => ({ ...assigner.protocol(state), name: 'cooperative-sticky' }),
          };
        },
      ],
    });
    await other.connect();
    try {
      await other.subscribe({ topic: name });
      const joined = new Promise((resolve) => other.on(other.events.GROUP_JOIN, resolve));
      await other.run({ autoCommit: false, eachMessage: async () => undefined });
      await joined;
      const run = await cli(['source', ...from(name, group), '--idle', '100ms']);
      expect(run).toMatchObject({ code: 1, out: '' });
      expect(run.err).toMatch(
        /^kafka\.timeout: reading ended before the end of the topics, 3 offsets are left: .*INCONSISTENT_GROUP_PROTOCOL/m,
      );
    } finally {
      await other.disconnect();
    }
  });

  it('prints all of its topic though another one of its group reads another topic', async () => {
    const names = [await filled(10), await filled(10)];
    const group = uniqueName('group');
    const runs = await Promise.all(names.map((name) => cli(['source', ...from(name, group)])));
    for (const [index, run] of runs.entries()) {
      expect(run.code).toBe(0);
      // What was not committed when the other one came or went may come again.
      expect([...new Set(after(run.lines))].sort()).toEqual(values(10));
      expect(read(run.lines).filter(({ metadata }) => metadata['opencdc.collection'] !== names[index])).toEqual([]);
    }
    expect(await Promise.all(names.map((name) => committed(group, name)))).toEqual([10, 10]);
  });

  it('ends though the last offset of the topic holds no record, as behind a transaction', async () => {
    const name = await topic();
    const producer = kafka.producer({ transactionalId: uniqueName('tx'), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: name, messages: [{ value: 'a' }, { value: 'b' }] });
    await transaction.commit();
    await producer.disconnect();
    const run = await cli(['source', '-q', ...from(name)]);
    expect(after(run.lines)).toEqual(['a', 'b']);
    expect(run).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['all of a small topic, which fits into a pipe', 10, 10],
    ['nothing of a larger one', 2_500, 0],
  ])('commits, when head -5 is its reader, %s', async (_what, count, expected) => {
    const [name, group] = [await filled(count), uniqueName('group')];
    const command = `"$0" "$@" | head -5; test "\${PIPESTATUS[0]}" = 0`;
    const { stdout } = await promisify(execFile)('bash', ['-c', command, process.execPath, MAIN, 'source', '-q', ...from(name, group)]);
    expect(after(stdout.split('\n').slice(0, -1))).toEqual(values(5));
    expect(await committed(group, name)).toBe(expected);
  });

  it('ends quietly with 0 when its reader goes away', async () => {
    const name = await filled(20_000);
    const run = new Cli(['source', ...from(name)]);
    run.process.stdout.once('data', () => run.process.stdout.destroy());
    expect(await run.done).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['of broken JSON', '{"GroupID":', /^position\.invalid: invalid position: /],
    [
      'of another group',
      '{"GroupID":"other","Topic":"t","Partition":0,"Offset":1}',
      /^position\.invalid: the old position contains a different consumer group ID/,
    ],
  ])('refuses a position %s with 2', async (_what, position, text) => {
    const run = await cli(['source', ...from(await topic()), '--position', position]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(text);
  });

  it('says with 2 that a topic does not exist, or waits for it with --follow', async () => {
    const name = uniqueName('none');
    const run = await cli(['source', ...from(name)]);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain(`config.invalid: there is no topic "${name}": correct topics, create it, or wait for it with --follow`);

    const waiting = new Cli(['source', '-q', ...from(name), '--follow', '--limit', '1']);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await admin.createTopics({ topics: [{ topic: name }], waitForLeaders: true });
    await cli(['destination', '-q', ...at(name), '-c', 'sdk.record.format=raw'], { input: record('late') });
    const late = await waiting.done;
    expect(late.code).toBe(0);
    expect(after(late.lines)).toEqual(['late']);
  });
});

describe('Ctrl-C', () => {
  it('ends source with 0 within 5 s, everything printed committed', async () => {
    const name = await filled(100);
    const group = uniqueName('group');
    const run = new Cli(['source', ...from(name, group), '--follow']);
    await run.until(base64('value 99'));
    const pressed = performance.now();
    run.process.kill('SIGINT');
    const { code, lines } = await run.done;
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(code).toBe(0);
    expect(await committed(group, name)).toBe(lines.length);
  });

  it('ends source with 0 within 5 s though nobody reads its output, nothing unread committed', async () => {
    const name = await filled(50_000);
    const group = uniqueName('group');
    const run = new Cli(['source', ...from(name, group), '--log-level', 'info'], { unread: true });
    await run.until('joined the consumer group');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const exited = new Promise<number | null>((resolve) => run.process.once('exit', resolve));
    const pressed = performance.now();
    run.process.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(run.err).toContain('the last records were not taken in time; they come again next time');
    run.readOutput();
    const { lines } = await run.done;
    expect(lines.length).toBeLessThan(50_000);
    expect(await committed(group, name)).toBeLessThanOrEqual(lines.length);
  });

  it('ends source with 0 while it looks for a broker that is not there', async () => {
    const run = new Cli(['source', '-c', 'servers=127.0.0.1:1', '-c', 'topics=x']);
    await run.until('trying again');
    run.process.kill('SIGINT');
    expect(await run.done).toMatchObject({ code: 0 });
  });

  it('ends pipe with 0 within 5 s, everything committed that was written and nothing else', async () => {
    const [name, copy, group] = [await filled(20_000), await topic(), uniqueName('group')];
    const run = new Cli([
      'pipe',
      '--source',
      `servers=${servers}`,
      `topics=${name}`,
      'readFromBeginning=true',
      `groupID=${group}`,
      '--destination',
      `servers=${servers}`,
      `topic=${copy}`,
      'sdk.record.format=raw',
      '--follow',
    ]);
    while ((await committed(group, name).catch(() => 0)) === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    const pressed = performance.now();
    run.process.kill('SIGINT');
    expect((await run.done).code).toBe(0);
    expect(performance.now() - pressed).toBeLessThan(5000);
    expect(await all(copy)).toEqual(values(await committed(group, name)));
  });

  it('twice ends at once with 130', async () => {
    const run = new Cli(['source', ...from(await topic()), '--follow', '--log-level', 'info']);
    await run.until('joined the consumer group');
    run.process.kill('SIGINT');
    run.process.kill('SIGTERM');
    expect(await run.done).toMatchObject({ code: 130 });
  });
});

describe('destination', () => {
  it('ends with 0 on empty input', async () => {
    expect(await cli(['destination', '-q', ...at(await topic())])).toMatchObject({ code: 0, out: '', err: '' });
  });

  it('names a line that is not an OpenCDC record, ends with 1, and has written everything before it', async () => {
    const name = await topic();
    const run = await cli(['destination', ...at(name), '-c', 'sdk.record.format=raw'], {
      input: `${records(1500)}{"id":1}\n${records(10)}`,
    });
    expect(run.code).toBe(1);
    expect(run.err).toContain(
      'input.invalid: line 1501 is not an OpenCDC record: the record has a field "id", which OpenCDC does not know; expected an OpenCDC record such as',
    );
    expect(await all(name)).toEqual(values(1500));
  });

  it('fails only the record that is over the limit of the broker, and ends with 1', async () => {
    const name = await topic();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }],
    });
    // Not compressible: the limit is one of the compressed batch.
    const large = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString('base64');
    const run = await cli(['destination', ...at(name), '-c', 'sdk.record.format=raw'], {
      input: record('before') + record(large) + record('after'),
    });
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/^error: line 2: .*MESSAGE_TOO_LARGE/m);
    expect(run.err).toContain('kafka.rejected: 1 of 3 records were not written');
    expect(await all(name)).toEqual(['before', 'after']);
  });
});

describe('pipe', () => {
  it('moves a topic to another one: content, keys and order of each partition, all committed', async () => {
    const [name, copy, group] = [await filled(5000, 3), await topic(3), uniqueName('group')];
    const run = await cli([
      'pipe',
      '--source',
      `servers=${servers}`,
      `topics=${name}`,
      'readFromBeginning=true',
      `groupID=${group}`,
      '--destination',
      `servers=${servers}`,
      `topic=${copy}`,
      'sdk.record.format=raw',
      '--json',
    ]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(run.out)).toMatchObject({ command: 'pipe', ok: true, result: { records: 5000 } });
    expect(await committed(group, name)).toBe(5000);
    const content = async (topic: string): Promise<string[]> =>
      read((await cli(['source', '-q', ...from(topic)])).lines)
        .map(
          ({ position, key, payload }) =>
            `${(JSON.parse(plain(position)!) as { Partition: number }).Partition} ${plain(key)} ${plain(payload.after)}`,
        )
        .toSorted();
    expect(await content(copy)).toEqual(await content(name));
  });

  it('reads its settings from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'));
    try {
      const [name, copy] = [await filled(20), await topic()];
      await writeFile(
        `${folder}/pipe.yaml`,
        `source:\n  servers: ${servers}\n  topics: ${name}\n  readFromBeginning: true\ndestination:\n  servers: ${servers}\n  topic: overridden\n  sdk.record.format: raw\n`,
      );
      expect((await cli(['pipe', '-q', '--config', `${folder}/pipe.yaml`, '--destination', `topic=${copy}`])).code).toBe(0);
      expect(await all(copy)).toEqual(values(20));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('stops at a record that cannot be written, and commits only what is before it', async () => {
    const [name, copy, group] = [await topic(), await topic(), uniqueName('group')];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: copy, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }],
    });
    const large = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString('base64');
    await cli(['destination', '-q', ...at(name), '-c', 'sdk.record.format=raw'], {
      input: record('value 0') + record('value 1') + record(large) + record('value 3'),
    });
    const run = await cli([
      'pipe',
      '--source',
      `servers=${servers}`,
      `topics=${name}`,
      'readFromBeginning=true',
      `groupID=${group}`,
      '--destination',
      `servers=${servers}`,
      `topic=${copy}`,
      'sdk.record.format=raw',
    ]);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/^kafka\.rejected: the record at \{"GroupID":.*"Offset":2\}: .*MESSAGE_TOO_LARGE/m);
    expect(await committed(group, name)).toBe(2);
  });
});

describe('the progress line', () => {
  it('shows records, rate and lag on a terminal', async () => {
    const name = await filled(30_000);
    const io = new FakeIo({ isTTY: true, columns: 100 });
    // The lines are taken slowly, so that there is a lag to see.
    const ended = main(['source', ...from(name)], io, () => programConnectors(async () => kafkaProgram()));
    io.stdout.pause();
    const slowly = setInterval(() => io.stdout.read(200_000) as unknown, 20);
    const code = await ended;
    clearInterval(slowly);
    expect(code).toBe(0);
    const lags = [...io.err.matchAll(/([\d,]+) records {2}[\d,]+\/s {2}lag ([\d,]+)/g)].map(([, done, lag]) =>
      [done, lag].map((text) => Number(text!.replaceAll(',', ''))),
    );
    expect(lags.length).toBeGreaterThan(1);
    for (const [done, lag] of lags) {
      expect(lag).toBeGreaterThanOrEqual(0);
      expect(done! + lag!).toBeLessThanOrEqual(30_000);
    }
    expect(io.err).toMatch(/read 30,000 records in [\d.]+ s \([\d,]+\/s\)\n$/);
  });

  it('never appears in a pipe', async () => {
    const run = await cli(['source', ...from(await filled(5000))]);
    expect(run.err).toMatch(/^read 5,000 records in [\d.]+ s \([\d,]+\/s\)\n$/);
  });
});
