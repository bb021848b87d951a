import path from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { createSource } from '../../../host/connector.ts';
import type { ComponentSource } from '../../../host/runtime/component.ts';
import { TEST_LIMITS, TestSink } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';
import { misbehaving } from './support/misbehaving.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** The worker's code as one text, as an executable without files holds it. */
async function workerCode(): Promise<string> {
  const bundle = await build({
    stdin: {
      contents:
        "import { serveGuest } from './host/runtime/worker-main.ts'; import { bundledLocal } from './host/capability/worker-locals.ts'; import { instantiate } from './dist/test/misbehaving/component/kafka.js'; void serveGuest(instantiate, bundledLocal);",
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'silent',
  });
  return bundle.outputFiles[0]!.text;
}

test('a worker runs from bundled text, without any file', async () => {
  const { manifest, instantiate, coreModules } = await misbehaving();
  const component: ComponentSource = { manifest, instantiate, coreModules, worker: { code: await workerCode() } };
  const kafka = new FakeKafka(5);
  const source = createSource({ log: () => undefined, placement: 'worker', component, limits: TEST_LIMITS, capabilities: kafka.table });
  expect(await source.configure({})).toEqual([]);
  await source.open(null);
  const sink = new TestSink();
  source.run(sink);
  await sink.until(() => sink.count === 5);
  await source.teardown();
  expect(kafka.openConsumers).toBe(0);
});

test('a component without code for a worker says so when it is asked for one', async () => {
  const { manifest, instantiate, coreModules } = await misbehaving();
  const source = createSource({
    log: () => undefined,
    placement: 'worker',
    component: { manifest, instantiate, coreModules },
    limits: TEST_LIMITS,
    capabilities: new FakeKafka().table,
  });
  await expect(source.configure({})).rejects.toMatchObject({ code: 'environment', message: expect.stringContaining('run it inline') });
  await source.teardown();
});
