import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedBroker, startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { ENGINES, isAlive, storedPosition, whyNoRealConduit, type Conduit, type Engine } from './real/conduit.ts';
import { Scene, expectOrder, expectRuns, numbered, resumePoints, tally } from './real/scene.ts';
import type { TopicRecord } from '../support/topics.ts';
import { eventually, sleep } from '../support/wait.ts';

const why = whyNoRealConduit();
const skipped = why === null ? '' : ` (skipped: ${why})`;
const COUNT = 100_000;
/** The most records of one write of a destination: a write takes 1 MiB, and each record takes more than 200 bytes in it. */
const MAX_UNACKNOWLEDGED = 5_000;

/** A point in the stream at which to kill: a share of the records, and some milliseconds after it. */
const moment = (kill: number): { share: number; ms: number } => ({
  share: 0.1 + 0.25 * kill + 0.1 * Math.random(),
  ms: Math.random() * 200,
});

async function pluginOf(conduit: Conduit, end: 'src' | 'dst'): Promise<number> {
  let pid: number | undefined;
  await eventually(
    () => (pid = conduit.plugins().find(({ connectorId }) => connectorId === `p:${end}`)?.pid) !== undefined,
    60_000,
    `a plugin process for ${end}`,
  );
  return pid!;
}

function report(engine: Engine, what: string, records: readonly TopicRecord[]): { lost: number; repeated: number } {
  const counts = tally(records, COUNT);
  process.stdout.write(`[real] ${engine}: ${what}: ${counts.lost} lost, ${counts.repeated} repeated of ${COUNT}\n`);
  return counts;
}

/** Waits until so much of the stream has arrived, and a little more. */
async function reach(scene: Scene, output: string, kill: number, from = 0): Promise<void> {
  const { share, ms } = moment(kill);
  await scene.arrived(output, COUNT * share - from);
  await sleep(ms);
}

async function readAll(scene: Scene, output: string, count = COUNT): Promise<TopicRecord[]> {
  await scene.arrived(output, count, 120_000);
  await scene.quiet(output);
  return scene.topics.read(output);
}

describe.skipIf(why !== null).each(ENGINES)(`kill -9 under a real Conduit, %s${skipped}`, (engine) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.open(sharedBroker().servers);
  });
  afterEach(() => scene.close());

  /** Ends three Conduits, each with an output topic of its own, and checks where the next one continues. */
  const expectExactResume = async (what: string, end: (conduit: Conduit) => Promise<void>): Promise<void> => {
    const input = await scene.topic(2);
    const groupID = uniqueName('group');
    await scene.topics.fill(input, COUNT, numbered);
    const all: TopicRecord[] = [];
    let starts = new Map<number, number>();
    for (let kill = 0; kill <= 3; kill++) {
      const output = await scene.topic();
      const conduit = await scene.run({
        engine,
        store: 'sqlite',
        pipelines: [{ id: 'p', source: scene.source(input, { groupID }), destination: scene.destination(output) }],
      });
      const done = [...starts.values()].reduce((sum, offset) => sum + offset, 0);
      if (kill < 3) {
        await reach(scene, output, kill, done);
        const plugins = conduit.plugins();
        await end(conduit);
        await eventually(() => plugins.every(({ pid }) => !isAlive(pid)), 10_000, 'no plugin process');
      }
      const records = kill < 3 ? await scene.topics.read(output) : await readAll(scene, output, COUNT - done);
      all.push(...records);
      // No record that Conduit has acknowledged comes again: Conduit had stored its position, or the plugin could commit its offset.
      expectRuns(records, starts);
      if (kill < 3) starts = resumePoints(storedPosition(scene.folder, 'p:src'), await scene.topics.commits(groupID, input));
    }
    expect(report(engine, what, all).lost).toBe(0);
  };

  test('of Conduit, three times: nothing is lost, and every time exactly what was not acknowledged comes again', { timeout: 240_000 }, () =>
    expectExactResume('kill -9 of Conduit, three times', (conduit) => conduit.kill()),
  );

  // arch-v2 of this Conduit never starts a failed pipeline again: its user has to start Conduit again.
  if (engine === 'arch-v2')
    test.each(['src', 'dst'] as const)(
      'of the plugin process %s, three times, Conduit started again: nothing is lost, and exactly what was not acknowledged comes again',
      { timeout: 240_000 },
      (end) =>
        expectExactResume(`kill -9 of ${end}, three times`, async (conduit) => {
          process.kill(await pluginOf(conduit, end), 'SIGKILL');
          await sleep(500);
          await conduit.stop().catch(() => conduit.kill());
        }),
    );

  // arch-v1 starts the pipeline again by itself. A killed source loses nothing that Conduit has, so that nothing comes again; a killed
  // destination may have written what it could not acknowledge any more.
  if (engine === 'arch-v1')
    test.each([
      ['src', 0],
      ['dst', MAX_UNACKNOWLEDGED],
    ] as const)(
      'of the plugin process %s, three times: the pipeline goes on, nothing is lost',
      { timeout: 240_000 },
      async (end, limit) => {
        const input = await scene.topic();
        const output = await scene.topic();
        await scene.topics.fill(input, COUNT, numbered);
        const conduit = await scene.run({
          engine,
          store: 'sqlite',
          pipelines: [{ id: 'p', source: scene.source(input), destination: scene.destination(output) }],
        });
        for (let kill = 0; kill < 3; kill++) {
          await reach(scene, output, kill);
          process.kill(await pluginOf(conduit, end), 'SIGKILL');
        }
        const records = await readAll(scene, output);
        const { lost, repeated } = report(engine, `kill -9 of ${end}, three times`, records);
        expect(lost).toBe(0);
        expect(repeated).toBeLessThanOrEqual(3 * limit);
        expectOrder(records);
      },
    );
});

const owned = why === null && !process.env['KAFKA_SERVERS'];
const whyNotOwned = why ?? 'KAFKA_SERVERS names a cluster that is not ours to kill';
describe.skipIf(!owned).each(ENGINES)(
  `kill -9 of the broker under a real Conduit, %s${owned ? '' : ` (skipped: ${whyNotOwned})`}`,
  (engine) => {
    let broker: Broker;
    let scene: Scene;
    beforeAll(async () => {
      broker = await startBroker();
    });
    beforeEach(async () => {
      scene = await Scene.open(broker.servers);
    });
    afterEach(() => scene.close());
    afterAll(() => broker.close());

    test('the pipeline goes on by itself when the broker is back, nothing is lost, nothing comes again', { timeout: 300_000 }, async () => {
      const input = await scene.topic(2);
      const output = await scene.topic();
      await scene.topics.fill(input, COUNT, numbered);
      const conduit = await scene.run({
        engine,
        store: 'sqlite',
        pipelines: [{ id: 'p', source: scene.source(input), destination: scene.destination(output) }],
      });
      for (let kill = 0; kill < 2; kill++) {
        await reach(scene, output, kill);
        await broker.kill();
        await sleep(3000);
        await broker.start();
      }
      const records = await readAll(scene, output);
      // The killed broker does not send the answers to some writes. The writes are repeated, and their records are in the topic once.
      expect(report(engine, 'kill -9 of the broker, twice', records)).toEqual({ lost: 0, repeated: 0 });
      expectOrder(records);
      expect(await conduit.stop(), conduit.logTail()).toBe(0);
    });
  },
);
