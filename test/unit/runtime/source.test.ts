import { afterEach, describe, expect, test } from 'vitest';
import type { SourceConnector } from '../../../host/runtime/source.ts';
import { ConnectorError } from '../../../host/base/errors.ts';
import { acksOf, range, sourceRig, TestSink, type RigOptions } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';
import { expectSoon } from '../../support/wait.ts';

const open: SourceConnector[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connector) => connector.teardown()));
});

async function running(kafka: FakeKafka, options: RigOptions & { from?: string; credit?: object } = {}) {
  const rig = await sourceRig(kafka, options);
  open.push(rig.connector);
  await rig.connector.open(options.from === undefined ? null : Buffer.from(options.from));
  const sink = new TestSink();
  rig.connector.run(sink, { credit: options.credit });
  return { ...rig, sink, source: rig.connector };
}

describe.each(['inline', 'worker'] as const)('a source, %s', (placement) => {
  test('emits what is there, in order and within its credit', async () => {
    const { sink } = await running(new FakeKafka(25), { placement, credit: { maxRecords: 10 } });
    await sink.until(() => sink.count === 25);
    expect(sink.batches.map((batch) => batch.count)).toEqual([10, 10, 5]);
    expect(sink.positions).toEqual(['9', '19', '24']);
  });

  test('opens at the position that it is given', async () => {
    const { sink, kafka } = await running(new FakeKafka(25), { placement, from: '19' });
    await sink.until(() => sink.count === 5);
    expect(kafka.opened[0]!.resume).toEqual([{ topic: 't', partition: 0, nextOffset: 20n }]);
  });

  test('takes an empty position for none', async () => {
    const { kafka } = await running(new FakeKafka(1), { placement, from: '' });
    expect(kafka.opened[0]!.resume).toEqual([]);
  });

  test('gives acks to the guest before it reads on, and many of them in one call', async () => {
    const { sink, source, kafka } = await running(new FakeKafka(10), { placement });
    await sink.until(() => sink.count === 10);
    const before = kafka.calls.length;
    for (const offset of range(0, 10)) source.ack(acksOf(offset));
    kafka.produce(1);
    await source.settled();
    await sink.until(() => sink.count === 11);
    expect(kafka.committed).toBe(10);
    expect(kafka.lines.filter((line) => line.message === 'acked').map((line) => line.fields)).toEqual([{ count: '10', last: '9' }]);
    // The poll that waited is over; what follows it is the commit, and only then the next poll.
    expect(kafka.calls.slice(before, before + 2)).toEqual(['commit 10', expect.stringMatching(/^poll/)]);
  });

  test('wakes a waiting poll when an ack arrives', async () => {
    const { sink, source, kafka } = await running(new FakeKafka(1), { placement, credit: { maxWaitMs: 60_000 } });
    await sink.until(() => sink.count === 1);
    source.ack(acksOf(0));
    await source.settled();
    expect(kafka.committed).toBe(1);
  });

  test('wakes a waiting poll when it is stopped', async () => {
    const { source, kafka } = await running(new FakeKafka(0), { placement, credit: { maxWaitMs: 60_000 } });
    await expectSoon(() => kafka.calls.filter((call) => call.startsWith('poll')).length).toBe(1);
    expect(await source.stop()).toEqual(new Uint8Array(0));
  });

  test('never has two calls in flight', async () => {
    const { sink, source, kafka } = await running(new FakeKafka(200), { placement, credit: { maxRecords: 7, maxWaitMs: 50 } });
    for (let offset = 0; offset < 200;) {
      await sink.until(() => sink.count > offset);
      source.ack(acksOf(...range(offset, (offset = sink.count))));
    }
    await source.stop();
    await source.teardown();
    expect(kafka.committed).toBe(200);
    expect(kafka.mostInFlight).toBe(1);
  });

  test('returns the last emitted position from stop, emits nothing after it, and still takes acks', async () => {
    const { sink, source, kafka } = await running(new FakeKafka(1_000_000), { placement, credit: { maxRecords: 3 } });
    await sink.until(() => sink.count > 20);
    const position = Buffer.from(await source.stop()).toString();
    const emitted = sink.count;
    expect(position).toBe(String(emitted - 1));
    expect(await source.stop()).toEqual(new Uint8Array(Buffer.from(position)));
    source.ack(acksOf(...range(0, emitted)));
    await source.settled();
    expect(kafka.committed).toBe(emitted);
    expect(sink.count).toBe(emitted);
  });

  test('gives the acks that came last to the guest in teardown, and leaves nothing open', async () => {
    const { sink, source, kafka } = await running(new FakeKafka(5), { placement });
    await sink.until(() => sink.count === 5);
    source.ack(acksOf(0, 1, 2));
    await source.teardown();
    expect(kafka.committed).toBe(3);
    expect(kafka.openConsumers).toBe(0);
  });

  test('reads with no credit while the sink is full, once a second, and reads on when it has room', async () => {
    const { sink, source, kafka } = await running(new FakeKafka(100), { placement, credit: { maxRecords: 10 } });
    sink.room = false;
    await sink.until(() => sink.count === 10);
    const idleReads = (): number => kafka.messages().filter((line) => line === 'zero credit').length;
    await expectSoon(idleReads).toBeGreaterThanOrEqual(2);
    expect(idleReads()).toBeLessThan(5);
    expect(sink.count).toBe(10);
    expect(kafka.calls.filter((call) => call.startsWith('poll'))).toHaveLength(1);
    sink.room = true;
    source.resume();
    await sink.until(() => sink.count === 100);
  });

  test('gives acks to the guest also while the sink is full', async () => {
    const { sink, source, kafka } = await running(new FakeKafka(100), { placement, credit: { maxRecords: 10 } });
    sink.room = false;
    await sink.until(() => sink.count === 10);
    source.ack(acksOf(...range(0, 10)));
    await source.settled();
    expect(kafka.committed).toBe(10);
  });

  test('reads on while acks gather after a commit that took time, and commits them without being asked', async () => {
    const kafka = new FakeKafka(300);
    const commits = (): number => kafka.calls.filter((call) => call.startsWith('commit')).length;
    const { sink, source } = await running(kafka, { placement, credit: { maxRecords: 1, maxWaitMs: 60_000 } });
    // A getter: each commit waits for a new one.
    Object.defineProperty(kafka.gates, 'commit', { get: () => new Promise((resolve) => setTimeout(resolve, 20)) });
    for (let offset = 0; offset < 300;) {
      await sink.until(() => sink.count > offset);
      source.ack(acksOf(...range(offset, (offset = sink.count))));
    }
    await expectSoon(() => kafka.committed).toBe(300);
    expect(commits()).toBeLessThan(150);
  });

  test('commits at once when somebody waits for it, also after a commit that took time', async () => {
    const kafka = new FakeKafka(2);
    const { sink, source } = await running(kafka, { placement, credit: { maxRecords: 1, maxWaitMs: 60_000 } });
    kafka.gates.commit = new Promise((resolve) => setTimeout(resolve, 50));
    await sink.until(() => sink.count === 2);
    source.ack(acksOf(0));
    await source.settled();
    source.ack(acksOf(1));
    await source.settled();
    expect(kafka.committed).toBe(2);
  });

  test('retries a read that failed for now, and says so', async () => {
    const kafka = new FakeKafka(5);
    kafka.faults.poll.push(new ConnectorError('kafka.unreachable', 'broker is away'), new ConnectorError('kafka.timeout', 'still away'));
    const { sink, hostLines } = await running(kafka, { placement });
    await sink.until(() => sink.count === 5);
    expect(hostLines.map((line) => line.message)).toEqual([
      'reading failed, next attempt in 10 ms: broker is away',
      'reading failed, next attempt in 20 ms: still away',
    ]);
    expect(kafka.opened).toHaveLength(1);
  });

  test('ends with the error of a read that cannot succeed, with the code that the host gave it', async () => {
    const kafka = new FakeKafka(5);
    kafka.faults.poll.push(new ConnectorError('kafka.corrupt', 'CRC does not match', { fields: { topic: 't' } }));
    const { sink, source } = await running(kafka, { placement });
    await sink.until(() => sink.errors.length > 0);
    expect(sink.errors[0]).toMatchObject({ code: 'kafka.corrupt', message: 'CRC does not match', fields: { topic: 't' } });
    expect(await source.stop()).toEqual(new Uint8Array(0));
  });

  test('goes on when offsets cannot be committed for now', async () => {
    const kafka = new FakeKafka(5);
    kafka.faults.commit.push(new ConnectorError('kafka.timeout', 'no coordinator'));
    const { sink, source } = await running(kafka, { placement });
    await sink.until(() => sink.count === 5);
    source.ack(acksOf(0));
    await source.settled();
    source.ack(acksOf(1));
    await source.settled();
    expect(kafka.committed).toBe(2);
    expect(sink.errors).toEqual([]);
  });

  test('refuses more acks than there are outstanding records', async () => {
    const { sink, source } = await running(new FakeKafka(3), { placement });
    await sink.until(() => sink.count === 3);
    source.ack(acksOf(0, 1, 2, 3));
    expect(sink.errors.map((error) => error.code)).toEqual(['input.invalid']);
    expect(sink.errors[0]!.message).toBe('expected acknowledgements for at most 3 outstanding records, got 4');
  });

  test('refuses an ack that it cannot read', async () => {
    const { sink, source } = await running(new FakeKafka(3), { placement });
    source.ack(Buffer.from([0xff, 0xff, 0xff]));
    expect(sink.errors.map((error) => error.code)).toEqual(['input.invalid']);
  });

  test('emits nothing after it has failed', async () => {
    const kafka = new FakeKafka(3);
    const { sink, source } = await running(kafka, { placement, credit: { maxWaitMs: 60_000 } });
    await sink.until(() => sink.count === 3);
    await expectSoon(() => kafka.calls.filter((call) => call.startsWith('poll')).length).toBe(2);
    source.ack(acksOf(0, 1, 2, 3));
    kafka.produce(1);
    await source.teardown();
    expect(sink.errors).toHaveLength(1);
    expect(sink.count).toBe(3);
  });

  test('asks a guest that returns nothing at once less often', async () => {
    const kafka = new FakeKafka(0);
    const open = kafka.openConsumer.bind(kafka);
    kafka.openConsumer = async (...args) => ({ ...(await open(...args)), poll: async () => (kafka.calls.push('poll'), []) });
    await running(kafka, { placement });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(kafka.calls.length).toBeGreaterThan(5);
    expect(kafka.calls.length).toBeLessThan(500);
  });

  test('reports the problems of a configuration, all at once', async () => {
    await expect(sourceRig(new FakeKafka(), { placement, config: { invalid: 'nothing is right' } })).rejects.toThrow(
      '[{"name":"invalid","reason":"nothing is right"}]',
    );
  });

  test('reports why it cannot open', async () => {
    const kafka = new FakeKafka();
    const { connector } = await sourceRig(kafka, { placement });
    open.push(connector);
    kafka.faults.open.push(new ConnectorError('environment', 'no network'));
    await expect(connector.open(null)).rejects.toMatchObject({ code: 'environment', message: 'no network' });
    await connector.open(null);
  });
});
