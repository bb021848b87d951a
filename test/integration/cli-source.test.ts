import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import kafkajs from '../support/plain-kafkajs.ts';
import { Cli, cli, MAIN } from '../unit/cli/spawned.ts';
import { uniqueName } from '../support/broker.ts';
import {
  admin,
  after,
  all,
  at,
  base64,
  committed,
  filled,
  from,
  kafka,
  plain,
  read,
  record,
  servers,
  settings,
  topic,
  useAdmin,
  values,
  whole,
} from './support/cli-topics.ts';

useAdmin();

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
    // The position names a group, so another group would contradict it. The group's committed offset does not move back.
    const position = base64(plain(fourth)!.replace(/"GroupID":"[^"]+"/, `"GroupID":"${uniqueName('group')}"`));
    const rest = await cli(['source', '-q', ...settings(...whole(name)), '--position', position]);
    expect(after(rest.lines)).toEqual(values(6, 4));
  });

  it('ends at once when its group has everything, and says so when a new group starts at the end', async () => {
    const name = await filled(5);
    const group = uniqueName('group');
    const again = ['source', '-c', `servers=${servers}`, '-c', `topics=${name}`, '-c', `groupID=${group}`];
    const run = await cli(again);
    expect(run).toMatchObject({ code: 0, out: '' });
    expect(run.err).toContain(
      `warn: no record was read: group "${group}" has read all of them, or it is new: a new group starts at the end of its topics, with readFromBeginning=true at their beginning`,
    );
  });

  // kafkajs takes seconds to set an offset.
  describe.concurrent('whose offset is out of range', () => {
    const inGroup = (name: string, group: string): string[] => settings(`servers=${servers}`, `topics=${name}`, `groupID=${group}`);
    const commit = (group: string, name: string, offset: string): Promise<boolean> =>
      admin.setOffsets({ groupId: group, topic: name, partitions: [{ partition: 0, offset }] }) as unknown as Promise<boolean>;

    it.each([
      ['a group that starts at the end', []],
      ['a group that starts at the beginning', ['-c', 'readFromBeginning=true']],
    ])('of %s says so and reads what there is, if it committed beyond the end', async (_which, more) => {
      const name = await filled(3);
      const group = uniqueName('group');
      await commit(group, name, '1000');
      const run = await cli(['source', ...inGroup(name, group), ...more]);
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
      const run = await cli(['source', ...inGroup(name, group)]);
      expect(run).toMatchObject({ code: 0, out: '' });
      const facts = [`topic=${name}`, 'partition=0', `expectedOffset=${offset}`, `earliestOffset=${end}`, `endOffset=${end}`];
      expect(run.err).toMatch(/^error: offset out of range: /m);
      for (const fact of facts) expect(run.err).toContain(fact);
      expect(run.err).not.toContain('a new group starts at the end');
    });

    it('is refused as a position: beyond the end of the partition there is no record', async () => {
      const name = await filled(3);
      const group = uniqueName('group');
      await commit(group, name, '3');
      const position = JSON.stringify({ GroupID: group, Topic: name, Partition: 0, Offset: 99 });
      const run = await cli(['source', ...inGroup(name, group), '--position', position]);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain('it names offset 99, and partition 0');
    });

    it('reads from the earliest offset where a run that ended early has committed only that', async () => {
      const name = await filled(3);
      const group = uniqueName('group');
      await commit(group, name, '-2');
      const run = await cli(['source', ...inGroup(name, group)]);
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
      // Records whose offsets were not committed when the other member joined or left may come again.
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
    expect(run.err).toBe(`config.invalid: there is no topic "${name}": correct topics, create it, or wait with --follow\n`);
    const exists = await filled(1);
    for (const argv of [from(`${exists},${name}`), settings(...whole(`${exists},${name}`))]) {
      const half = await cli(['source', ...argv]);
      expect(half).toMatchObject({ code: 2, out: '' });
      expect(half.err).toContain(`config.invalid: there is no topic "${name}": `);
    }

    const waiting = new Cli(['source', '-q', ...from(name), '--follow', '--limit', '1']);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await admin.createTopics({ topics: [{ topic: name }], waitForLeaders: true });
    await cli(['destination', '-q', ...at(name), '-c', 'sdk.record.format=raw'], { input: record('late') });
    const late = await waiting.done;
    expect(late.code).toBe(0);
    expect(after(late.lines)).toEqual(['late']);
  });
});
