import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { withoutWaiting } from '../../../host/runtime/capability.ts';
import { configure, sourceGuest, stop } from '../../../host/runtime/guest.ts';
import { Instance } from '../../../host/runtime/instance.ts';
import { DEFAULT_LIMITS } from '../../../host/runtime/limits.ts';
import { TEST_LIMITS } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';
import { misbehaving } from './support/misbehaving.ts';
import { expectSoon } from '../../support/wait.ts';

const limits = { ...DEFAULT_LIMITS, ...TEST_LIMITS };
const CREDIT = { maxRecords: 10, maxBytes: 1 << 20, maxWaitMs: 10_000 };
const started: Instance[] = [];
beforeAll(async () => void (await misbehaving()), 90_000);
afterEach(async () => {
  await Promise.all(started.splice(0).map((instance) => instance.end()));
});

describe.each(['inline', 'worker'] as const)('an instance, %s', (placement) => {
  async function start(kafka: FakeKafka, config: [string, string][] = [], capabilities = kafka.capabilities()): Promise<Instance> {
    const instance = await Instance.start({
      component: await misbehaving(),
      placement,
      limits,
      log: () => undefined,
      capabilities,
    });
    started.push(instance);
    expect(await configure(instance, 'source', config, limits)).toEqual([]);
    return instance;
  }

  test('makes calls one after the other, in the order in which they were asked for', async () => {
    const kafka = new FakeKafka(0);
    const instance = await start(kafka);
    await sourceGuest.open(instance, null, limits);
    const done: string[] = [];
    const read = sourceGuest.read(instance, CREDIT, limits).then((batch) => done.push(`read ${batch?.count}`));
    const ack = sourceGuest.ack(instance, Buffer.from([0x0a, 1, 0x30]), limits).then(() => done.push('ack'));
    const stopping = stop(instance, 'source', limits).then(() => done.push('stop'));
    await expectSoon(() => kafka.calls).toEqual(['open 0', 'poll 10 10000']);
    kafka.produce(3);
    await Promise.all([read, ack, stopping]);
    expect(done).toEqual(['read 3', 'ack', 'stop']);
    expect(kafka.calls.slice(2)).toEqual(['commit 1']);
    expect(kafka.mostInFlight).toBe(1);
  });

  test('wakes a poll that the guest has not made yet', async () => {
    const kafka = new FakeKafka(0);
    const instance = await start(kafka);
    await sourceGuest.open(instance, null, limits);
    const read = sourceGuest.read(instance, { ...CREDIT, maxWaitMs: 60_000 }, limits);
    await Promise.resolve().then(() => undefined);
    instance.interrupt();
    expect(await read).toBeNull();
  });

  test('opens nothing when nothing outside was granted', async () => {
    const kafka = new FakeKafka(1);
    const instance = await start(kafka, [], kafka.capabilities().map(withoutWaiting));
    await expect(sourceGuest.open(instance, null, limits)).rejects.toMatchObject({
      code: 'policy.denied',
      message: 'conduit:kafka/consumer@0.1.0 is not granted to this instance',
    });
    expect(kafka.calls).toEqual([]);
  });

  test('rejects what is in flight and what waits when it fails, and everything after', async () => {
    const kafka = new FakeKafka(0);
    const instance = await start(kafka);
    await sourceGuest.open(instance, null, limits);
    const calls = [sourceGuest.read(instance, CREDIT, limits), stop(instance, 'source', limits)].map((call) =>
      call.catch((thrown: unknown) => thrown),
    );
    await expectSoon(() => kafka.calls).toHaveLength(2);
    const failure = new ConnectorError('guest.contract', 'a breach');
    instance.fail(failure);
    expect(await Promise.all(calls)).toEqual([failure, failure]);
    await expect(stop(instance, 'source', limits)).rejects.toBe(failure);
    await instance.end();
    expect(kafka.openConsumers).toBe(0);
  });

  test.each([-1, 1.5, 2 ** 32, NaN])('is not asked with a credit of %d records, which would become another number', async (maxRecords) => {
    const instance = await start(new FakeKafka(5));
    await sourceGuest.open(instance, null, limits);
    await expect(sourceGuest.read(instance, { ...CREDIT, maxRecords }, limits)).rejects.toMatchObject({ code: 'internal' });
    expect(instance.failure).toBeNull();
  });

  test.each([
    ['a partition', { partition: 2 ** 40 + 5 }],
    ['an epoch', { epoch: -1 }],
    ['an offset', { records: { baseOffset: 2n ** 63n } }],
    ['a count', { records: { count: 1.5 } }],
  ])(
    'ends when the host has %s for it that is out of range',
    async (_: string, wrong: { records?: object; partition?: number; epoch?: number }) => {
      const kafka = new FakeKafka(5);
      const open = kafka.openConsumer.bind(kafka);
      kafka.openConsumer = async (connection, options) => {
        const consumer = await open(connection, options);
        return {
          ...consumer,
          poll: async (...args) =>
            (await consumer.poll(...args)).map((one) => ({ ...one, ...wrong, records: { ...one.records, ...wrong.records } })),
        };
      };
      const instance = await start(kafka);
      await sourceGuest.open(instance, null, limits);
      await expect(sourceGuest.read(instance, CREDIT, limits)).rejects.toMatchObject({
        code: 'internal',
        message: 'the host failed in consumer.poll: poll returned a number that is out of range',
      });
      expect(instance.failure).not.toBeNull();
    },
  );

  test('survives errors of the host that are errors of the contract, and passes kind and text on', async () => {
    const kafka = new FakeKafka(5);
    const instance = await start(kafka);
    await sourceGuest.open(instance, null, limits);
    for (const [code, kind] of [
      ['kafka.unreachable', 'unavailable'],
      ['kafka.timeout', 'timeout'],
      ['kafka.rejected', 'rejected'],
      ['policy.denied', 'permission-denied'],
      ['limit.exceeded', 'limit-exceeded'],
      ['cancelled', 'cancelled'],
      ['environment', 'other'],
    ] as const) {
      kafka.faults.poll.push(new ConnectorError(code, `${code} ✓ 😀`));
      await expect(sourceGuest.read(instance, CREDIT, limits)).rejects.toMatchObject({ code, kind, message: `${code} ✓ 😀` });
    }
    expect((await sourceGuest.read(instance, CREDIT, limits))?.count).toBe(5);
  });

  test.each([
    ['the code that the host gave tells which error it was, whatever the guest says', 'own words', 'kafka.corrupt', 'in other words'],
    ['the text tells nothing: an error without a code has that of its kind', 'no code', 'remote.rejected', 'CRC does not match'],
    ['a code that the host has not given tells nothing', 'own code', 'remote.rejected', 'CRC does not match'],
  ])('%s', async (_what, behaviour, code, message) => {
    const kafka = new FakeKafka(5);
    const instance = await start(kafka, [['behaviour', behaviour]]);
    await sourceGuest.open(instance, null, limits);
    kafka.faults.poll.push(new ConnectorError('kafka.corrupt', 'CRC does not match'));
    await expect(sourceGuest.read(instance, CREDIT, limits)).rejects.toMatchObject({ code, kind: 'rejected', message });
  });

  test('keeps its memory flat over many reads', async () => {
    const kafka = new FakeKafka(1_000_000);
    kafka.recordBytes = 100;
    const instance = await start(kafka);
    await sourceGuest.open(instance, null, limits);
    await sourceGuest.read(instance, { ...CREDIT, maxRecords: 1000 }, limits);
    const before = instance.memoryBytes;
    for (let i = 0; i < 200; i++) await sourceGuest.read(instance, { ...CREDIT, maxRecords: 1000 }, limits);
    expect(instance.memoryBytes).toBe(before);
  });
});
