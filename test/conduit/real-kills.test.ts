import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedBroker, startBroker, type Broker } from '../support/broker.ts';
import { ENGINES, waitFor, whyNoRealConduit, type Conduit, type Engine } from './real/conduit.ts';
import { Scene, expectOrder, numbered, tally } from './real/scene.ts';

const why = whyNoRealConduit();
const skipped = why === null ? '' : ` (skipped: ${why})`;
const COUNT = 100_000;

/** Somewhere in the stream: a share of the records, and some milliseconds. */
const moment = (kill: number): { share: number; ms: number } => ({
  share: 0.1 + 0.25 * kill + 0.1 * Math.random(),
  ms: Math.random() * 200,
});

async function pluginOf(conduit: Conduit, end: 'src' | 'dst'): Promise<number> {
  let pid: number | undefined;
  await waitFor(
    () => (pid = conduit.plugins().find(({ connectorId }) => connectorId === `p:${end}`)?.pid) !== undefined,
    60_000,
    `a plugin process for ${end}`,
  );
  return pid!;
}

async function expectNothingLost(scene: Scene, engine: Engine, what: string, output: string): Promise<void> {
  await scene.quiet(output);
  const records = await scene.topics.read(output);
  const { lost, repeated } = tally(records, COUNT);
  process.stdout.write(`[real] ${engine}: ${what}: ${lost} lost, ${repeated} repeated of ${COUNT}\n`);
  expect(lost).toBe(0);
  expectOrder(records);
}

describe.skipIf(why !== null).each(ENGINES)(`kill -9 under a real Conduit, %s${skipped}`, (engine) => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.open(sharedBroker().servers);
  });
  afterEach(() => scene.close());

  test.each(['src', 'dst'] as const)('of the plugin process %s: nothing is lost', { timeout: 240_000 }, async (end) => {
    const input = await scene.topic(2);
    const output = await scene.topic();
    await scene.topics.fill(input, COUNT, numbered);
    const start = (): Promise<Conduit> =>
      scene.run({ engine, store: 'sqlite', pipelines: [{ id: 'p', source: scene.source(input), destination: scene.destination(output) }] });
    let conduit = await start();
    for (let kill = 0; kill < 3; kill++) {
      const { share, ms } = moment(kill);
      await scene.arrived(output, COUNT * share);
      await sleep(ms);
      process.kill(await pluginOf(conduit, end), 'SIGKILL');
      // arch-v1 starts the pipeline again by itself; arch-v2 of this Conduit never does.
      if (engine === 'arch-v2') {
        await sleep(500);
        await conduit.stop().catch(() => conduit.kill());
        conduit = await start();
      }
    }
    await scene.arrived(output, COUNT, 120_000);
    await expectNothingLost(scene, engine, `kill -9 of ${end}, three times`, output);
  });

  test('of Conduit: nothing is lost', { timeout: 240_000 }, async () => {
    const input = await scene.topic(2);
    const output = await scene.topic();
    await scene.topics.fill(input, COUNT, numbered);
    const start = (): Promise<Conduit> =>
      scene.run({ engine, store: 'sqlite', pipelines: [{ id: 'p', source: scene.source(input), destination: scene.destination(output) }] });
    let conduit = await start();
    for (let kill = 0; kill < 3; kill++) {
      const { share, ms } = moment(kill);
      await scene.arrived(output, COUNT * share);
      await sleep(ms);
      await conduit.kill();
      conduit = await start();
    }
    await scene.arrived(output, COUNT, 120_000);
    await expectNothingLost(scene, engine, 'kill -9 of Conduit, three times', output);
  });
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

    test('the pipeline goes on by itself when the broker is back, nothing is lost', { timeout: 300_000 }, async () => {
      const input = await scene.topic(2);
      const output = await scene.topic();
      await scene.topics.fill(input, COUNT, numbered);
      const conduit = await scene.run({
        engine,
        store: 'sqlite',
        pipelines: [{ id: 'p', source: scene.source(input), destination: scene.destination(output, { deliveryTimeout: '0s' }) }],
      });
      for (let kill = 0; kill < 2; kill++) {
        const { share, ms } = moment(kill);
        await scene.arrived(output, COUNT * share);
        await sleep(ms);
        await broker.kill();
        await sleep(3000);
        await broker.start();
      }
      await scene.arrived(output, COUNT, 120_000);
      await expectNothingLost(scene, engine, 'kill -9 of the broker, twice', output);
      expect(await conduit.stop(), conduit.logTail()).toBe(0);
    });
  },
);
