import { describe, expect, it } from 'vitest';
import { startBroker, uniqueName } from '../support/broker.ts';
import { cli } from '../unit/cli/spawned.ts';
import { admin, at, committed, filled, from, servers, settings, topic, useAdmin, values, after, whole } from './support/cli-topics.ts';

useAdmin();

const topics = async (): Promise<string[]> => admin.listTopics();
const groups = async (): Promise<string[]> => (await admin.listGroups()).groups.map(({ groupId }) => groupId);

describe('source --dry-run', () => {
  it('says what would be read, and neither reads nor joins or leaves a group', async () => {
    const name = await filled(7, 2);
    const group = uniqueName('group');
    const run = await cli(['source', '--dry-run', ...from(name, group)]);
    expect([run.code, run.err]).toEqual([0, '']);
    expect(run.lines[0]).toBe(`would read topic "${name}", 2 partitions`);
    expect(run.out).toMatch(/\n {2}partition 0: offsets 0 to \d\n {2}partition 1: offsets 0 to \d\n/);
    expect(run.lines.slice(-2)).toEqual([
      `would read in group "${group}", which is new, from the beginning`,
      'dry run: nothing was read or written',
    ]);
    expect(await groups()).not.toContain(group);
  });

  it('tells the state and the lag of a group, and moves no commit', async () => {
    const name = await filled(7);
    const group = uniqueName('group');
    expect(after((await cli(['source', '-q', ...from(name, group), '--limit', '3'])).lines)).toEqual(values(3));
    const { out } = await cli(['source', '--dry-run', ...from(name, group)]);
    expect(out).toContain(`would read in group "${group}" (Empty, members: 0, lag: 4), from its commits`);
    expect(await committed(group, name)).toBe(3);
  });

  it('waits until a cluster that has never had a group can tell', async () => {
    const broker = await startBroker();
    try {
      const written = ['destination', '-q', '--input', 'text', ...settings(`servers=${broker.servers}`, 'topic=orders')];
      expect(await cli(written, { input: 'a' })).toMatchObject({ code: 0, err: '' });
      const run = await cli([
        'source',
        '--dry-run',
        ...settings(`servers=${broker.servers}`, 'topics=orders', `groupID=${uniqueName('g')}`),
      ]);
      expect([run.code, run.err]).toEqual([0, '']);
      expect(run.out).toContain(', which is new, from the end\n');
    } finally {
      await broker.close();
    }
  });

  it('tells the range that was asked for', async () => {
    const name = await filled(7, 2);
    const run = await cli(['source', '--dry-run', ...settings(`servers=${servers}`, `topics=${name}`), '--last', '3', '--partition', '1']);
    expect(run.out).toMatch(
      /^would read topic .*, 1 partition\n {2}partition 1: .*\nwould read without a group, from 3 offsets before the end\n/,
    );
  });

  it('tells the offsets that the run would read, of the settings, the options and the position', async () => {
    const name = await filled(7);
    const dry = async (...more: string[]): Promise<string[]> =>
      (await cli(['source', '--dry-run', ...settings(`servers=${servers}`, `topics=${name}`), ...more])).lines.slice(1, -1);
    expect(await dry('--last', '5', '--until', '6')).toEqual([
      '  partition 0: offsets 2 to 6',
      'would read without a group, from 5 offsets before the end until offset 6',
    ]);
    expect(await dry(...settings(`startOffsets=${name}:0:4`))).toEqual([
      '  partition 0: offsets 4 to 7',
      'would read without a group, from startOffsets, and of other partitions from the end',
    ]);
    expect(await dry(...settings('startTimestamp=2020-01-01T00:00:00Z'))).toEqual([
      '  partition 0: offsets 0 to 7',
      'would read without a group, from the first record of 2020-01-01T00:00:00.000Z or later',
    ]);
    expect(await dry()).toEqual(['  partition 0: nothing that is there now, from offset 7', 'would read without a group, from the end']);
    const position = JSON.stringify({ GroupID: 'g', Topic: name, Partition: 0, Offset: 3 });
    expect(await dry('--position', position)).toEqual(['  partition 0: offsets 4 to 7', 'would read without a group, behind the position']);
    const group = uniqueName('group');
    await cli(['source', '-q', ...from(name, group), '--limit', '3']);
    expect((await dry(...settings(`groupID=${group}`)))[0]).toBe('  partition 0: offsets 3 to 7');
  });

  it('names the regular expression and the group of a source that reads by one', async () => {
    const group = uniqueName('group');
    const run = await cli([
      'source',
      '--dry-run',
      ...settings(`servers=${servers}`, 'topicsRegex=orders.*', 'readFromBeginning=true', `groupID=${group}`),
    ]);
    expect([run.code, run.lines.slice(0, 2)]).toEqual([
      0,
      ['would read the topics that match orders.*', `would read in group "${group}", which is new, from the beginning`],
    ]);
  });

  it.each([
    ['a partition', ['--partition', '7'], 'there is no partition 7'],
    ['an offset', ['--from', '999'], 'there is no offset 999'],
    ['a position', ['--position', 'xyz'], '--position cannot be meant'],
  ])('refuses %s that there cannot be, as the run', async (_what, option, reason) => {
    const name = await filled(2);
    const run = await cli(['source', '--dry-run', ...settings(`servers=${servers}`, `topics=${name}`), ...option]);
    expect(run).toMatchObject({ code: 2, err: expect.stringContaining(reason) as string });
  });

  it('fails for a topic that does not exist, which --follow waits for, and creates none', async () => {
    const name = uniqueName('missing');
    const run = await cli(['source', '--dry-run', ...settings(...whole(name))]);
    expect(run).toMatchObject({ code: 2, err: expect.stringContaining(`there is no topic "${name}"`) as string });
    const waiting = await cli(['source', '--dry-run', '--follow', ...settings(...whole(name))]);
    expect(waiting.code).toBe(0);
    expect(waiting.out).toContain(`topic "${name}" does not exist: would wait for it\n`);
    expect(await topics()).not.toContain(name);
  });

  it('fails as the run would: for wrong settings with 2, without a broker with 3', async () => {
    const wrong = await cli(['source', '--dry-run', ...settings(`servers=${servers}`, 'topicz=a')]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('"topicz"');
    expect((await cli(['source', '--dry-run', ...settings('servers=127.0.0.1:1', 'topics=a')])).code).toBe(3);
  });
});

describe('destination --dry-run', () => {
  it('says where it would write, reads no line and creates no topic', async () => {
    const name = await topic(3);
    const run = await cli(['destination', '--dry-run', ...at(name)], { input: 'no record\n' });
    expect(run).toMatchObject({
      code: 0,
      err: '',
      out: `would write to topic "${name}", 3 partitions\ndry run: nothing was read or written\n`,
    });
    const missing = uniqueName('missing');
    const none = await cli(['destination', '--dry-run', ...at(missing)]);
    expect(none.code).toBe(0);
    expect(none.out).toContain(`topic "${missing}" does not exist: would write to it if the brokers, or createTopics, create it\n`);
    expect(await topics()).not.toContain(missing);
  });
});

describe('pipe --dry-run', () => {
  it('tells both sides, with --json as an object', async () => {
    const [name, copy] = [await filled(2), await topic()];
    const argv = ['pipe', '--dry-run', '--json', '--source', ...whole(name), '--destination', `servers=${servers}`, `topic=${copy}`];
    const run = await cli(argv);
    expect(JSON.parse(run.out)).toMatchObject({
      ok: true,
      result: {
        dryRun: true,
        would: [
          `would read topic "${name}", 1 partition`,
          'partition 0: offsets 0 to 2',
          'would read in a group of its own, from the beginning',
          `would write to topic "${copy}", 1 partition`,
        ],
      },
    });
  });

  it('refuses to read what it writes, and tells the problems of both sides', async () => {
    const name = await filled(2);
    const loop = await cli(['pipe', '--dry-run', '--source', ...whole(name), '--destination', `servers=${servers}`, `topic=${name}`]);
    expect(loop).toMatchObject({ code: 2, err: expect.stringContaining('would read its own output') as string });
    const own = ['pipe', '--dry-run', '--on-error', name, '--source', ...whole(name), '--destination', `servers=${servers}`, 'topic=other'];
    expect(await cli(own)).toMatchObject({ code: 2, err: expect.stringContaining('would read its own output') as string });
    const wrong = await cli(['pipe', '--dry-run', '--source', 'topicz=a', '--destination', 'topik=b']);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('"topicz"');
    expect(wrong.err).toContain('"topik"');
  });
});
