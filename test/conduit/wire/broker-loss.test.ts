import { afterEach, beforeAll, expect, test } from 'vitest';
import { startBroker, uniqueName, type Broker } from '../../support/broker.ts';
import { DestinationEngine, ENGINES, SourceEngine } from '../../support/engine.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, numbersOf, plugin, range, recordsFrom } from './support.ts';
import { eventually, sleep } from '../../support/wait.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker();
  return () => broker.close();
});
afterEach(disposeAll);

const OUTAGE_MS = 5_000;
/** Longer than the specification's default of `deliveryTimeout`. */
const LONG_OUTAGE_MS = 12_000;

test.for(ENGINES)(
  'arch-%s: a broker that is lost while a source runs is reported, and reading goes on when it is back',
  async (engine, { skip }) => {
    skip(!broker.canRestart, 'a cluster that was given by its address cannot be stopped from here');
    const topics = new Topics(broker.servers);
    const topic = uniqueName('loss');
    await topics.create(topic);
    await topics.fill(topic, 100, (index) => Buffer.from(`value ${index}`));
    const started = await plugin();
    const source = new SourceEngine(started, engine);
    await source.start({ servers: broker.servers, topics: topic, readFromBeginning: 'true' });
    await source.until(100);
    await broker.stop();
    await sleep(OUTAGE_MS);
    expect(source.stream.ended).toBe(false);
    await eventually(() => started.logLines().some((line) => ['warn', 'error'].includes(line['@level'])), 30_000, 'a line about the loss');
    await broker.start();
    await topics.fill(topic, 100, (index) => Buffer.from(`value ${index}`), 100);
    await source.until(200, 90_000);
    expect([...new Set(numbersOf(source.records))]).toEqual(range(200));
    await source.stop();
  },
);

test.for(ENGINES)(
  'arch-%s: records that are written while the broker is lost for long are acknowledged when it is back, with default settings',
  async (engine, { skip }) => {
    skip(!broker.canRestart, 'a cluster that was given by its address cannot be stopped from here');
    const topics = new Topics(broker.servers);
    const topic = uniqueName('loss');
    await topics.create(topic);
    const started = await plugin();
    const destination = new DestinationEngine(started, engine);
    await destination.start({ servers: broker.servers, topic });
    await destination.write(recordsFrom(0, 100));
    await broker.stop();
    const written = destination.write(recordsFrom(100, 100), 90_000);
    await sleep(LONG_OUTAGE_MS);
    expect(destination.stream.ended).toBe(false);
    await broker.start();
    await written;
    expect(destination.acks.every(({ error }) => error === '')).toBe(true);
    await destination.stop();
    expect([...new Set((await topics.read(topic)).map(({ key }) => key!.toString()))]).toEqual(range(200).map((index) => `key ${index}`));
  },
);

test('a deliveryTimeout that the operator has set still bounds a write', async ({ skip }) => {
  skip(!broker.canRestart, 'a cluster that was given by its address cannot be stopped from here');
  const topics = new Topics(broker.servers);
  const topic = uniqueName('loss');
  await topics.create(topic);
  const destination = new DestinationEngine(await plugin(), 'v2');
  await destination.start({ servers: broker.servers, topic, deliveryTimeout: '2s' });
  await destination.write(recordsFrom(0, 10));
  await broker.stop();
  await destination.write(recordsFrom(10, 10), 30_000);
  await broker.start();
  const errors = destination.acks.map(({ error }) => error);
  expect(errors.slice(0, 10).join('')).toBe('');
  const timedOut = 'failed to produce record: records have timed out before they were able to be produced';
  for (const error of errors.slice(10)) expect(error).toMatch(new RegExp(`^${timedOut}: (Connection error|Closed connection)`));
});
