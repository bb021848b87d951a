import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { ENGINES, whyNoRealConduit } from './real/conduit.ts';
import { Scene, numbered } from './real/scene.ts';
import { eventually } from '../support/wait.ts';

const why = whyNoRealConduit();

describe.skipIf(why !== null)(`a real Conduit's API${why === null ? '' : ` (skipped: ${why})`}`, () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await Scene.open(sharedBroker().servers);
  });
  afterEach(() => scene.close());

  test('lists the plugin with its parameters, and validates settings with the texts that users know', async () => {
    const conduit = await scene.run({ engine: 'arch-v1', pipelines: [] });
    const plugins = (await conduit.get('/v1/connectors/plugins?name=standalone.*')) as {
      name: string;
      sourceParams: object;
      destinationParams: object;
    }[];
    const plugin = plugins.find(({ name }) => name.startsWith('standalone:kafka-wasm@v'));
    expect(Object.keys(plugin!.sourceParams)).toEqual(expect.arrayContaining(['servers', 'topics', 'groupID', 'readFromBeginning']));
    expect(Object.keys(plugin!.destinationParams)).toEqual(expect.arrayContaining(['servers', 'topic', 'acks', 'sdk.record.format']));
    const refused = await conduit.post('/v1/connectors/validate', {
      type: 'TYPE_SOURCE',
      plugin: 'standalone:kafka-wasm',
      config: { name: 'x', settings: { topics: 'a', nonsense: '1' } },
    });
    expect(refused.status).toBe(400);
    const { message } = refused.body as { message: string };
    expect(message).toContain('failed to parse configuration: config invalid: ');
    expect(message).toContain('"nonsense": unrecognized parameter');
    expect(message).toContain('error validating "servers": required parameter is not provided');
  });
});

describe.skipIf(why !== null).each(ENGINES)(
  `a deleted connector of a real Conduit, %s${why === null ? '' : ` (skipped: ${why})`}`,
  (engine) => {
    let scene: Scene;
    beforeEach(async () => {
      scene = await Scene.open(sharedBroker().servers);
    });
    afterEach(() => scene.close());

    test.each([
      ['that the connector named is removed', undefined, false],
      ['that a user named stays', 'by-a-user', true],
    ])('the consumer group %s', async (_, prefix, stays) => {
      const input = await scene.topic();
      const output = await scene.topic();
      await scene.topics.fill(input, 100, numbered);
      const settings: Record<string, string> = prefix === undefined ? {} : { groupID: uniqueName(prefix) };
      const first = await scene.run({
        engine,
        store: 'sqlite',
        pipelines: [{ id: 'p', source: scene.source(input, settings), destination: scene.destination(output) }],
      });
      await scene.arrived(output, 100);
      let group = '';
      await eventually(
        async () => {
          const position = await first.position('p:src');
          group = position === '' ? '' : (JSON.parse(position) as { GroupID: string }).GroupID;
          return group !== '';
        },
        10_000,
        'a stored position',
      );
      expect(await first.stop(), first.logTail()).toBe(0);
      expect(await scene.topics.hasGroup(group)).toBe(true);
      const second = await scene.run({ engine, store: 'sqlite', pipelines: [] });
      await eventually(async () => ((await second.get('/v1/connectors')) as object[]).length === 0, 20_000, 'no connector');
      expect(await scene.topics.hasGroup(group)).toBe(stays);
    });
  },
);
