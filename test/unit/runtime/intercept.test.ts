import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import type { Capability } from '../../../host/runtime/capability.ts';
import { intercept, type Interceptor } from '../../../host/runtime/intercept.ts';
import { acksOf, destinationRig, range, recordsOf, sourceRig, TestSink } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';

const open: { teardown(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((connector) => connector.teardown()));
});

/** A Kafka, and everything else that a guest may import, with interceptors before it: the last one is asked first. */
class InterceptedKafka extends FakeKafka {
  readonly #interceptors: Interceptor[];
  constructor(available: number, ...interceptors: Interceptor[]) {
    super(available);
    this.#interceptors = interceptors;
  }
  override capabilities(): Capability[] {
    return super.capabilities().map((one) => this.#interceptors.reduce((inner, each) => intercept(inner, each), one));
  }
}

function counting(): { counts: Record<string, number>; interceptor: Interceptor } {
  const counts: Record<string, number> = {};
  return {
    counts,
    interceptor: (call, next) => {
      const name = `${call.interface}#${call.function}`;
      counts[name] = (counts[name] ?? 0) + 1;
      return next();
    },
  };
}

const refusing =
  (name: string): Interceptor =>
  (call, next) => {
    if (call.function === name) throw new ConnectorError('policy.denied', `${name} is not allowed here`);
    return next();
  };

describe.each(['inline', 'worker'] as const)('an interceptor, of a guest %s', (placement) => {
  test('sees every call of a source, and the end of its handle', async () => {
    const { counts, interceptor } = counting();
    const kafka = new InterceptedKafka(25, interceptor);
    const { connector } = await sourceRig(kafka, { placement });
    open.push(connector);
    await connector.open(null);
    const sink = new TestSink();
    connector.run(sink, { credit: { maxRecords: 10 } });
    await sink.until(() => sink.count === 25);
    connector.ack(acksOf(...range(0, 25)));
    await connector.settled();
    await connector.teardown();
    const { 'conduit:kafka/consumer@0.1.0#[method]consumer.poll': polls, 'conduit:connector/log@0.1.0#log': lines, ...others } = counts;
    expect(others).toEqual({
      'conduit:kafka/consumer@0.1.0#[static]consumer.open': 1,
      'conduit:kafka/consumer@0.1.0#[method]consumer.commit': 1,
      'conduit:kafka/consumer@0.1.0#[resource-drop]consumer': 1,
    });
    expect(polls).toBe(kafka.calls.filter((call) => call.startsWith('poll')).length);
    expect(lines).toBe(kafka.lines.length);
  });

  test('sees the arguments and the handle, and may change the arguments', async () => {
    const asked: unknown[] = [];
    const handles = new Set<unknown>();
    const kafka = new InterceptedKafka(7, (call, next) => {
      if (call.function !== '[method]consumer.poll') return next();
      asked.push(call.args[0]);
      handles.add(call.handle);
      expect(call.context!.signal.aborted).toBe(false);
      return next([3, ...call.args.slice(1)]);
    });
    const { connector } = await sourceRig(kafka, { placement });
    open.push(connector);
    await connector.open(null);
    const sink = new TestSink();
    connector.run(sink, { credit: { maxRecords: 10 } });
    await sink.until(() => sink.count === 7);
    expect(sink.batches.map(({ count }) => count)).toEqual([3, 3, 1]);
    expect(asked[0]).toBe(10);
    expect(handles.size).toBe(1);
  });

  test('refuses what opens: the source gets the error, and Kafka is never asked', async () => {
    const kafka = new InterceptedKafka(1, refusing('[static]consumer.open'));
    const { connector } = await sourceRig(kafka, { placement });
    open.push(connector);
    await expect(connector.open(null)).rejects.toMatchObject({
      code: 'policy.denied',
      message: expect.stringContaining('[static]consumer.open is not allowed here'),
    });
    expect(kafka.calls).toEqual([]);
  });

  test('refuses a method: the write fails with that error, and nothing is sent', async () => {
    const kafka = new InterceptedKafka(0, refusing('[method]producer.send'));
    const { connector } = await destinationRig(kafka, { placement });
    open.push(connector);
    await connector.open();
    await expect(connector.write(recordsOf(2))).rejects.toMatchObject({ code: 'policy.denied' });
    expect(kafka.sent).toEqual([]);
  });

  test('that was added last is asked first', async () => {
    const { counts, interceptor } = counting();
    const kafka = new InterceptedKafka(0, interceptor, refusing('[static]producer.open'));
    const { connector } = await destinationRig(kafka, { placement });
    open.push(connector);
    await expect(connector.open()).rejects.toMatchObject({ code: 'policy.denied' });
    expect(Object.keys(counts)).not.toContain('conduit:kafka/producer@0.1.0#[static]producer.open');
  });

  test('that fails where a handle ends keeps nothing open', async () => {
    const kafka = new InterceptedKafka(0, refusing('[resource-drop]producer'));
    const { connector } = await destinationRig(kafka, { placement });
    await connector.open();
    await connector.teardown();
    expect(kafka.openProducers).toBe(0);
  });

  test('that makes a function wait which answers at once ends the instance', async () => {
    const kafka = new InterceptedKafka(0, async (_call, next) => next());
    await expect(
      (async () => {
        const { connector } = await sourceRig(kafka, { placement });
        open.push(connector);
        await connector.open(null);
      })(),
    ).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('answers at once') });
  });
});
