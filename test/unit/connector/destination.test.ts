import { describe, expect, test } from 'vitest';
import { composeDestination, type DestinationComposition } from '../../../host/connector/destination.ts';
import type { Settings } from '../../../host/base/settings.ts';
import type { QueueListener } from '../../../host/sdk/index.ts';
import { FakeDestination, acksOf, positionsOf, records } from '../plugin/support.ts';
import { eventually } from '../../support/wait.ts';

function composed(composition: Partial<DestinationComposition> = {}) {
  const inner = new FakeDestination();
  const seen: Settings[] = [];
  inner.configure = ((settings: Settings) => (seen.push(settings), Promise.resolve(inner.invalid))) as typeof inner.configure;
  return { inner, seen, destination: composeDestination(inner, { log: () => {}, schemas: null, ...composition }) };
}

const listener: QueueListener = { acks: () => undefined, failed: () => {}, full: () => {} };

describe('a composed destination', () => {
  test('gives its component settings without the blanks around names and values', async () => {
    const { seen, destination } = composed();
    await destination.configure({ ' servers ': ' a:1' });
    expect(seen).toEqual([{ servers: 'a:1' }]);
  });

  test.each<[Settings, Settings]>([
    [{ servers: 'a:1' }, { servers: 'a:1', deliveryTimeout: '0s' }],
    [{ deliveryTimeout: ' ' }, { deliveryTimeout: '0s' }],
    [{ deliveryTimeout: '10s' }, { deliveryTimeout: '10s' }],
    [{ ' deliveryTimeout ': '10s' }, { deliveryTimeout: '10s' }],
    [{ deliveryTimeout: 'soon' }, { deliveryTimeout: 'soon' }],
  ])('takes a default for %j where the setting is not set', async (given, expected) => {
    const { seen, destination } = composed({ defaults: { deliveryTimeout: '0s' } });
    await destination.configure(given);
    expect(seen).toEqual([expected]);
  });

  test('collects and paces writes as the settings say, whatever blanks are around their names', async () => {
    const { inner, destination } = composed();
    await destination.configure({
      ' sdk.batch.size': '8',
      'sdk.batch.delay ': '1h',
      ' sdk.rate.perSecond ': '1000',
      'sdk.rate.burst': '4',
    });
    const queue = destination.queue(listener);
    expect(queue.requestRecords).toBe(4);
    for (let record = 0; record < 7; record++) queue.push({ bytes: records(record, 1), count: 1 });
    expect(queue.gathering).toBe(true);
    expect(inner.writes).toEqual([]);
    queue.push({ bytes: records(7, 1), count: 1 });
    await eventually(() => queue.idle);
    expect(inner.writes.map((positions) => positions.length)).toEqual([4, 4]);
  });

  test('writes no more records at once than the burst of its rate', async () => {
    const { inner, destination } = composed();
    await destination.configure({ 'sdk.rate.perSecond': '1000', 'sdk.rate.burst': '4' });
    const acks = await destination.write(records(0, 10));
    expect(inner.writes.map((positions) => positions.length)).toEqual([4, 4, 2]);
    expect(acksOf([acks]).map(({ position }) => position)).toEqual(positionsOf(records(0, 10)));
  });

  test('ends a write that waits for its rate when it is torn down', async () => {
    const { inner, destination } = composed();
    await destination.configure({ 'sdk.rate.perSecond': '0.001', 'sdk.rate.burst': '1' });
    const acks = destination.write(records(0, 2));
    await eventually(() => inner.writes.length === 1);
    await destination.teardown();
    expect(acksOf([await acks])).toEqual([{ position: 'p0', error: '' }]);
  });

  test('keeps the settings of an earlier configure out of a later one', async () => {
    const { destination } = composed();
    await destination.configure({ 'sdk.rate.perSecond': '20' });
    await destination.configure({});
    expect(destination.queue(listener).requestRecords).toBe(Infinity);
  });
});
