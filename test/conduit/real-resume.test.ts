import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { ENGINES, isAlive, storedPosition, whyNoRealConduit, type Conduit } from './real/conduit.ts';
import { Scene, expectOrder, expectRuns, numbered, parsePosition, resumePoints, tally } from './real/scene.ts';
import { eventually, sleep } from '../support/wait.ts';

const why = whyNoRealConduit();
/** So many records that every stop comes before the last one. */
const COUNT = 100_000;
/** The most records of other partitions whose last acknowledgements may be dropped; a part of one batch of 1,000 records was seen. */
const MAX_DROPPED = 5_000;

describe.skipIf(why !== null).each(ENGINES)(
  `stop and resume in a real Conduit, %s${why === null ? '' : ` (skipped: ${why})`}`,
  (engine) => {
    let scene: Scene;
    beforeEach(async () => {
      scene = await Scene.open(sharedBroker().servers);
    });
    afterEach(() => scene.close());

    test('graceful stops in the middle and restarts lose nothing and, of one partition, repeat nothing', async () => {
      const input = await scene.topic();
      const output = await scene.topic();
      await scene.topics.fill(input, COUNT, numbered);
      const pipelines = [{ id: 'p', source: scene.source(input), destination: scene.destination(output) }];
      for (const share of [0.1, 0.4]) {
        const conduit = await scene.run({ engine, store: 'sqlite', pipelines });
        await scene.arrived(output, COUNT * share);
        expect(await conduit.stop(), conduit.logTail()).toBe(0);
      }
      expect(await scene.topics.count(output)).toBeLessThan(COUNT);
      await scene.run({ engine, store: 'sqlite', pipelines });
      await scene.arrived(output, COUNT);
      await scene.quiet(output);
      const records = await scene.topics.read(output);
      expect(tally(records, COUNT)).toEqual({ lost: 0, repeated: 0 });
      expectOrder(records);
    });

    describe.each(['SIGINT', 'SIGTERM'] as const)('%s to the whole process group', (signal) => {
      // No commit but the one of the end: the source commits by size, by time, and with acknowledgements a second after the last commit.
      const rarely = { commitOffsetsSize: '1000000', commitOffsetsDelay: '1h' };
      const run = async (input: string, output: string, settings: Record<string, string>): Promise<Conduit> =>
        scene.run({
          engine,
          store: 'sqlite',
          ownGroup: true,
          pipelines: [{ id: 'p', source: scene.source(input, settings), destination: scene.destination(output) }],
        });

      test('commits everything that Conduit had acknowledged', async () => {
        const input = await scene.topic();
        const output = await scene.topic();
        const groupID = uniqueName('group');
        await scene.topics.fill(input, 3000, numbered);
        const conduit = await run(input, output, { groupID, ...rarely });
        await scene.arrived(output, 3000);
        const last = async (): Promise<boolean> => {
          const position = await conduit.position('p:src');
          return position !== '' && parsePosition(position).offset === 2999;
        };
        await eventually(last, 10_000, 'the last position');
        await sleep(2000); // Conduit acknowledges when it has stored the position, a second later
        expect(await conduit.stop(signal, 'group'), conduit.logTail()).toBe(0);
        expect(parsePosition(storedPosition(scene.folder, 'p:src'))).toEqual({ group: groupID, partition: 0, offset: 2999 });
        expect(await scene.topics.committed(groupID, input)).toBe(3000);
      });

      // Conduit cancels the stream after its last acknowledgements, and gRPC drops those that it has not sent by then, so the plugin cannot
      // commit their offsets. Conduit's position replaces the commit in the partition of the last record only.
      test.each([1, 2])(
        'in the middle of a stream, with %i partitions, loses nothing and repeats nothing that is committed or that the position covers',
        async (partitions) => {
          const input = await scene.topic(partitions);
          const [before, after] = [await scene.topic(), await scene.topic()];
          const groupID = uniqueName('group');
          await scene.topics.fill(input, COUNT, numbered);
          const first = await run(input, before, { groupID });
          await scene.arrived(before, COUNT / 5);
          expect(await first.stop(signal, 'group'), first.logTail()).toBe(0);
          const read = await scene.topics.read(before);
          expect(read.length).toBeLessThan(COUNT);
          const starts = resumePoints(storedPosition(scene.folder, 'p:src'), await scene.topics.commits(groupID, input));
          await run(input, after, { groupID });
          await scene.arrived(after, COUNT - [...starts.values()].reduce((sum, offset) => sum + offset, 0));
          await scene.quiet(after);
          const rest = await scene.topics.read(after);
          expectRuns(rest, starts);
          const { lost, repeated } = tally([...read, ...rest], COUNT);
          process.stdout.write(`[real] ${engine}: ${signal} to the group, ${partitions} partitions: ${lost} lost, ${repeated} repeated\n`);
          expect(lost).toBe(0);
          expect(repeated).toBeLessThanOrEqual(partitions === 1 ? 0 : MAX_DROPPED);
        },
      );
    });

    test('a plugin whose Conduit was killed leaves within 5 s, and the next Conduit reads on at once, exactly where it has to', async () => {
      const input = await scene.topic(2);
      const [before, after] = [await scene.topic(), await scene.topic()];
      const groupID = uniqueName('group');
      await scene.topics.fill(input, COUNT, numbered);
      const run = (output: string): Promise<Conduit> =>
        scene.run({
          engine,
          store: 'sqlite',
          pipelines: [{ id: 'p', source: scene.source(input, { groupID }), destination: scene.destination(output) }],
        });
      const first = await run(before);
      await scene.arrived(before, COUNT / 4);
      const plugins = first.plugins();
      expect(plugins.length).toBeGreaterThanOrEqual(2);
      await first.kill();
      await eventually(() => plugins.every(({ pid }) => !isAlive(pid)), 5000, 'no plugin process');
      const starts = resumePoints(storedPosition(scene.folder, 'p:src'), await scene.topics.commits(groupID, input));
      await run(after);
      const left = COUNT - [...starts.values()].reduce((sum, offset) => sum + offset, 0);
      await scene.arrived(after, left);
      await scene.quiet(after);
      const [early, late] = [await scene.topics.read(before), await scene.topics.read(after)];
      expect(tally([...early, ...late], COUNT).lost).toBe(0);
      expectOrder(early);
      // No record that Conduit has acknowledged comes again: Conduit had stored its position, or the plugin could commit its offset.
      expectRuns(late, starts);
      expect(late).toHaveLength(left);
      process.stdout.write(`[real] ${engine}: Conduit killed: 0 lost, ${early.length + late.length - COUNT} repeated of ${COUNT}\n`);
    });

    test('positions carry over from builtin:kafka and back: nothing is lost, nothing comes again', async () => {
      const input = await scene.topic(2);
      const output = await scene.topic();
      const run = async (plugin: string, from: number, to: number): Promise<void> => {
        await scene.topics.fill(input, to - from, numbered, from);
        const conduit = await scene.run({
          engine,
          store: 'sqlite',
          pipelines: [{ id: 'p', source: scene.source(input, {}, plugin), destination: scene.destination(output) }],
        });
        await scene.arrived(output, to);
        await sleep(2500); // Conduit stores positions and acknowledges once a second; the Go connector resumes from its group's commit
        expect(await conduit.stop(), conduit.logTail()).toBe(0);
        const records = await scene.topics.read(output);
        expect(tally(records, to), `after ${plugin}`).toEqual({ lost: 0, repeated: 0 });
        expectOrder(records);
      };
      await run('builtin:kafka', 0, 400);
      await run('standalone:kafka-wasm', 400, 800);
      await run('builtin:kafka', 800, 1200);
      await run('standalone:kafka-wasm', 1200, 1600);
    });
  },
);
