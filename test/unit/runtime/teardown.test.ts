import { describe, expect, test } from 'vitest';
import { createDestination, createSource } from '../../../host/connector.ts';
import { acksOf, destinationRig, sourceRig, TEST_LIMITS, TestSink } from './support/connectors.ts';
import type { OpenContext } from '../../../host/kafka/index.ts';
import { FakeKafka } from './support/fake-kafka.ts';
import { misbehaving } from './support/misbehaving.ts';
import { expectSoon } from '../../support/wait.ts';

describe.each(['inline', 'worker'] as const)('teardown of a source, %s', (placement) => {
  const bare = async (kafka: FakeKafka) => ({
    log: () => undefined,
    placement,
    component: await misbehaving(),
    limits: TEST_LIMITS,
    capabilities: kafka.table,
  });

  test('works before anything else was called', async () => {
    await createSource(await bare(new FakeKafka())).teardown();
    await createDestination(await bare(new FakeKafka())).teardown();
  });

  test('works after specify and after a refused configuration', async () => {
    const source = createSource(await bare(new FakeKafka()));
    expect((await source.specify()).name).toBe('misbehaving');
    expect(await source.configure({ invalid: 'x' })).toHaveLength(1);
    await source.teardown();
  });

  test('works between configure, open and run, and closes once what was opened', async () => {
    for (const calls of [1, 2]) {
      const { connector, kafka } = await sourceRig(new FakeKafka(), { placement });
      if (calls > 1) await connector.open(null);
      await connector.teardown();
      await connector.teardown();
      expect(kafka.openConsumers).toBe(0);
      expect(kafka.calls).toEqual(calls > 1 ? ['open 0', 'close'] : []);
    }
  });

  test('ends an open that is in flight, and closes what it opens too late', async () => {
    const kafka = new FakeKafka();
    let release = (): void => undefined;
    kafka.gates.open = new Promise((resolve) => (release = resolve));
    const { connector } = await sourceRig(kafka, { placement });
    const opening = connector.open(null).catch((thrown: unknown) => thrown);
    await expectSoon(() => kafka.calls).toEqual(['open 0']);
    await connector.teardown();
    expect(await opening).toMatchObject({ code: 'cancelled' });
    release();
    await expectSoon(() => kafka.calls).toEqual(['open 0', 'close']);
    expect(kafka.openConsumers).toBe(0);
  });

  test('ends the open of a guest that replaces another one, at once', async () => {
    const kafka = new FakeKafka(1);
    const { connector } = await sourceRig(kafka, {
      placement,
      config: { behaviour: 'trap', at: 'read' },
      limits: { teardownMs: 60_000, openMs: 60_000 },
    });
    await connector.open(null);
    let openings = 0;
    const hanging = (_connection: unknown, _options: unknown, { signal }: OpenContext): Promise<never> => {
      openings++;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    };
    Object.assign(kafka, { openConsumer: hanging });
    connector.run(new TestSink());
    await expectSoon(() => openings).toBe(1);
    const started = performance.now();
    await connector.teardown();
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('works while a read waits, after stop, and after a failure', async () => {
    for (const state of ['reading', 'stopped', 'failed']) {
      const { connector, kafka } = await sourceRig(new FakeKafka(1), { placement });
      await connector.open(null);
      const sink = new TestSink();
      connector.run(sink, { credit: { maxWaitMs: 60_000 } });
      await sink.until(() => sink.count === 1);
      if (state === 'stopped') await connector.stop();
      if (state === 'failed') connector.ack(acksOf(0, 1));
      await connector.teardown();
      expect(kafka.openConsumers).toBe(0);
      expect(sink.batches).toHaveLength(1);
    }
  });

  test('drops what a read returns after it began', async () => {
    const kafka = new FakeKafka(0);
    const { connector } = await sourceRig(kafka, { placement });
    await connector.open(null);
    const sink = new TestSink();
    connector.run(sink, { credit: { maxWaitMs: 60_000 } });
    await expectSoon(() => kafka.calls.length).toBe(2);
    const teardown = connector.teardown();
    kafka.produce(5);
    await teardown;
    expect(sink.batches).toEqual([]);
    expect(kafka.committed).toBe(0);
  });

  test('is bounded when the consumer does not close', async () => {
    const kafka = new FakeKafka(1);
    const { connector } = await sourceRig(kafka, { placement, limits: { teardownMs: 200 } });
    await connector.open(null);
    kafka.gates.commit = new Promise(() => undefined);
    const sink = new TestSink();
    connector.run(sink);
    await sink.until(() => sink.count === 1);
    connector.ack(acksOf(0));
    await expectSoon(() => kafka.calls).toContain('commit 1');
    const started = performance.now();
    await connector.teardown();
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(kafka.openConsumers).toBe(0);
  });

  test('refuses calls that come out of order, naming the state', async () => {
    const { connector } = await sourceRig(new FakeKafka(), { placement });
    expect(() => connector.run(new TestSink())).toThrow('run was called while the connector is configured');
    await connector.teardown();
    await expect(connector.configure({})).rejects.toThrow('configure was called while the connector is torn down');
    await expect(connector.open(null)).rejects.toThrow('open was called while the connector is torn down');
    connector.ack(acksOf(0));
    await connector.settled();
    expect(await connector.stop()).toEqual(new Uint8Array(0));
  });
});

describe.each(['inline', 'worker'] as const)('teardown of a destination, %s', (placement) => {
  test('works between configure and open and after both, and leaves nothing open', async () => {
    for (const opens of [false, true]) {
      const { connector, kafka } = await destinationRig(new FakeKafka(), { placement });
      if (opens) await connector.open();
      expect(kafka.openProducers).toBe(opens ? 1 : 0);
      await connector.teardown();
      await connector.teardown();
      expect(kafka.openProducers).toBe(0);
    }
  });

  test('ends an open that is in flight, and closes what it opens too late', async () => {
    const kafka = new FakeKafka();
    let release = (): void => undefined;
    kafka.gates.open = new Promise((resolve) => (release = resolve));
    const { connector } = await destinationRig(kafka, { placement });
    const opening = connector.open().catch((thrown: unknown) => thrown);
    await expectSoon(() => kafka.calls).toEqual(['open producer']);
    await connector.teardown();
    expect(await opening).toMatchObject({ code: 'cancelled' });
    release();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(kafka.openProducers).toBe(0);
  });
});
