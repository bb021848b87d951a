import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import type { SourceConnector } from '../../../host/runtime/source.ts';
import { acksOf, range, sourceRig, TestSink, type RigOptions } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';
import { misbehaving } from './support/misbehaving.ts';
import { expectSoon } from '../../support/wait.ts';

const open: SourceConnector[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connector) => connector.teardown()));
});

async function running(kafka: FakeKafka, options: RigOptions & { credit?: object } = {}) {
  const rig = await sourceRig(kafka, options);
  open.push(rig.connector);
  await rig.connector.open(null);
  const sink = new TestSink();
  rig.connector.run(sink, { credit: options.credit });
  return { ...rig, sink, source: rig.connector };
}
/** All instances behave like this, so the cap on restarts is reached. */
async function endOf(behaviour: string, options: RigOptions = {}) {
  const rig = await running(new FakeKafka(100), {
    credit: { maxRecords: 10 },
    ...options,
    limits: { restarts: 1, ...options.limits },
    config: { behaviour, ...options.config },
  });
  await rig.sink.until((sink) => sink.errors.length > 0);
  return { ...rig, error: rig.sink.errors[0]! };
}

describe.each(['inline', 'worker'] as const)('a guest that misbehaves, %s', (placement) => {
  test.each([
    ['too many', 'read was granted 10 records and returned 13'],
    ['empty position', 'read returned an empty position'],
    ['other position', "read returned a last position that is not its last record's"],
    ['garbage', 'read returned data that is no Source.Run.Response'],
    ['wrong count', 'read returned a count of 9 with 10 records'],
    ['no records', 'read returned a batch of no records'],
    ['no data', 'read returned a count of 10 with 0 records'],
  ])('is ended when it returns %s', async (behaviour, text) => {
    const { sink, error, kafka } = await endOf(behaviour, { placement });
    expect(error.code).toBe('guest.restarts');
    expect(error.message).toBe(
      `the guest had to be replaced more than 1 times in 60 s, the last time because: the guest broke its contract: ${text}; this is a bug of the component`,
    );
    expect(error.cause).toMatchObject({ code: 'guest.contract' });
    expect(sink.batches).toEqual([]);
    expect(kafka.openConsumers).toBe(0);
  });

  test('is ended when it returns records without credit', async () => {
    const { sink } = await running(new FakeKafka(100), {
      placement,
      limits: { restarts: 0 },
      config: { behaviour: 'ignore zero credit' },
      credit: { maxRecords: 10 },
    });
    sink.room = false;
    await sink.until(() => sink.errors.length > 0);
    expect(sink.errors[0]!.message).toContain('read was granted 0 records and returned 1');
    expect(sink.count).toBe(10);
  });

  test('is replaced when it traps, and its last error line is in the error', async () => {
    const { error, kafka, hostLines } = await endOf('abort', { placement });
    expect(error.message).toContain(
      'the guest trapped in source.read: wasm trap: wasm `unreachable` instruction executed; its last error line: a bug in the guest',
    );
    expect(hostLines.map((line) => line.message)[0]).toMatch(/^the guest is replaced in 10 ms: the guest trapped/);
    expect(kafka.opened).toHaveLength(2);
    expect(kafka.openConsumers).toBe(0);
  });

  test('leaves no consumer behind when it traps with one open, and never has two', async () => {
    const { kafka } = await endOf('trap after poll', { placement, limits: { restarts: 3 } });
    expect(kafka.opened).toHaveLength(4);
    expect(kafka.mostOpenConsumers).toBe(1);
    expect(kafka.openConsumers).toBe(0);
  });

  test('is ended when it grows its memory without end, at the maximum that it declares', async () => {
    const { error } = await endOf('grow', { placement });
    expect(error.message).toContain('memory is full');
  });

  test('is ended when its memory is over the limit of the host, whatever its manifest says', async () => {
    const component = await misbehaving();
    const lying = { ...component, manifest: { ...component.manifest, memoryMaxBytes: 1 << 20 } };
    const { error } = await endOf('grow some', { placement, component: lying, limits: { memoryBytes: 3 << 20 } });
    expect(error.message).toMatch(/the guest uses \d+ bytes of memory, the limit \(memoryBytes\) is 3145728/);
  });

  test('cannot flood the log', async () => {
    const { kafka, sink } = await running(new FakeKafka(1), { placement, config: { behaviour: 'log a lot', at: 'open' } });
    await sink.until(() => sink.count === 1);
    const lines = kafka.lines.filter((line) => line.message.startsWith('line '));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.length).toBeLessThan(1_000);
    expect(Math.max(...kafka.lines.map((line) => line.message.length))).toBeLessThan(5_000);
  });

  test('cannot close its consumer when it forgets to: the host does', async () => {
    const { source, kafka } = await running(new FakeKafka(1), { placement, config: { behaviour: 'leak', at: 'teardown' } });
    await source.teardown();
    expect(kafka.openConsumers).toBe(0);
  });

  test('is replaced when the host itself fails in an import', async () => {
    const kafka = new FakeKafka(10);
    kafka.faults.poll.push(new TypeError('undefined is not a function'));
    const { sink, hostLines } = await running(kafka, { placement });
    await sink.until(() => sink.count === 10);
    expect(hostLines[0]!.message).toBe('the guest is replaced in 10 ms: the host failed in consumer.poll: undefined is not a function');
    expect(kafka.opened).toHaveLength(2);
    expect(kafka.openConsumers).toBe(1);
  });

  test('that asks Kafka for ever in one call is ended at the deadline of the call', async () => {
    const { error, kafka } = await endOf('busy after poll', { placement, limits: { restarts: 0, readMs: 300, guestMs: 60_000 } });
    expect(error.message).toContain('the guest did not return from source.read in time');
    expect(error.cause).toMatchObject({ code: 'guest.deadline' });
    expect(kafka.openConsumers).toBe(0);
  });

  test('is reopened at the last acknowledged position, and acks of its predecessor are ignored', async () => {
    const kafka = new FakeKafka(10);
    const { sink, source } = await running(kafka, { placement, credit: { maxWaitMs: 5_000 } });
    await sink.until(() => sink.count === 10);
    source.ack(acksOf(0, 1, 2, 3));
    await source.settled();
    kafka.faults.poll.push(new TypeError('the instance has to go'));
    source.ack(acksOf(4)); // wakes the poll that waits; the next one fails
    await sink.until(() => sink.count === 15);
    expect(kafka.opened.map((options) => options.resume[0]?.nextOffset)).toEqual([undefined, 5n]);
    expect(sink.positions).toEqual(['9', '9']);

    const given = kafka.lines.filter((line) => line.message === 'acked').length;
    source.ack(acksOf(5, 6, 7, 8));
    await source.settled();
    expect(kafka.lines.filter((line) => line.message === 'acked')).toHaveLength(given);
    // The last one of the old instance and the first two of the new one, in one message.
    source.ack(acksOf(9, 5, 6));
    await source.settled();
    expect(kafka.lines.findLast((line) => line.message === 'acked')!.fields).toEqual({ count: '2', last: '6' });
    expect(kafka.committed).toBe(7);
    source.ack(acksOf(7, 8, 9));
    await source.settled();
    source.ack(acksOf(10));
    expect(sink.errors.map((error) => error.code)).toEqual(['input.invalid']);
  });

  test('is reopened where a late ack of its predecessor has moved the position', async () => {
    const kafka = new FakeKafka(10);
    const { sink, source } = await running(kafka, {
      placement,
      limits: { backoffMinMs: 300, backoffMaxMs: 300 },
      credit: { maxWaitMs: 100 },
    });
    await sink.until(() => sink.count === 10);
    kafka.faults.poll.push(new TypeError('the instance has to go'));
    await expectSoon(() => kafka.openConsumers).toBe(0);
    source.ack(acksOf(...range(0, 8)));
    await source.settled();
    await sink.until(() => sink.count === 12);
    expect(kafka.opened[1]!.resume[0]!.nextOffset).toBe(8n);
  });

  test('is reopened with patience while Kafka is away, and that does not count as a restart', async () => {
    const kafka = new FakeKafka(10);
    const { sink, hostLines } = await running(kafka, { placement, limits: { restarts: 1 } });
    await sink.until(() => sink.count === 10);
    kafka.faults.poll.push(new TypeError('the instance has to go'));
    for (let i = 0; i < 6; i++) kafka.faults.open.push(new ConnectorError('kafka.unreachable', 'broker is away'));
    await sink.until(() => sink.count === 20);
    expect(sink.errors).toEqual([]);
    expect(hostLines.filter((line) => line.message.endsWith('broker is away'))).toHaveLength(6);
  });

  test('can be stopped and torn down while it is being replaced', async () => {
    const kafka = new FakeKafka(10);
    const { sink, source } = await running(kafka, { placement, limits: { backoffMinMs: 60_000, backoffMaxMs: 60_000 } });
    await sink.until(() => sink.count === 10);
    kafka.faults.poll.push(new TypeError('the instance has to go'));
    await expectSoon(() => kafka.openConsumers).toBe(0);
    expect(Buffer.from(await source.stop()).toString()).toBe('9');
    await source.teardown();
  });
});

describe('a guest that loops for ever, in a worker', () => {
  test.each([
    ['loop', 'read'],
    ['log for ever', 'read'],
    ['loop', 'ack'],
  ])('(%s in %s) is ended within a second of its deadline', async (behaviour, at) => {
    const { sink, source, kafka, hostLines } = await running(new FakeKafka(1), {
      placement: 'worker',
      limits: { restarts: 0, guestMs: 500 },
      config: { behaviour, at },
    });
    if (at === 'ack') await sink.until(() => sink.count === 1);
    const started = performance.now();
    if (at === 'ack') source.ack(acksOf(0));
    await sink.until(() => sink.errors.length > 0);
    expect(performance.now() - started).toBeLessThan(500 + 1_000);
    expect(sink.errors[0]!.message).toContain(`the guest ran for more than 500 ms in source.${at} without returning`);
    expect(kafka.openConsumers).toBe(0);
    expect(kafka.lines.length).toBeLessThan(1_000);
    expect(hostLines).toEqual([]);
  });

  test('fails configure and open in time', async () => {
    await expect(
      sourceRig(new FakeKafka(), { placement: 'worker', limits: { guestMs: 500 }, config: { behaviour: 'loop', at: 'configure' } }),
    ).rejects.toMatchObject({ code: 'guest.deadline' });
    const { connector } = await sourceRig(new FakeKafka(), {
      placement: 'worker',
      limits: { guestMs: 1_000 },
      config: { behaviour: 'loop', at: 'open' },
    });
    open.push(connector);
    await expect(connector.open(null)).rejects.toMatchObject({ code: 'guest.deadline' });
  });

  test.each(['stop', 'teardown'])('does not keep the host from ending it, when it loops in %s', async (at) => {
    const { sink, source, kafka } = await running(new FakeKafka(3), {
      placement: 'worker',
      limits: { guestMs: 1_000 },
      config: { behaviour: 'loop', at },
    });
    await sink.until(() => sink.count === 3);
    expect(Buffer.from(await source.stop()).toString()).toBe('2');
    await source.teardown();
    expect(kafka.openConsumers).toBe(0);
  });

  test('is not blamed for the time in which it waits for Kafka', async () => {
    const kafka = new FakeKafka(3);
    let release = (): void => undefined;
    kafka.gates.commit = new Promise((resolve) => (release = resolve));
    const { sink, source } = await running(kafka, { placement: 'worker', limits: { guestMs: 1_000 } });
    await sink.until(() => sink.count === 3);
    source.ack(acksOf(0));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    release();
    await source.settled();
    expect(kafka.committed).toBe(1);
    expect(kafka.opened).toHaveLength(1);
  });
});
