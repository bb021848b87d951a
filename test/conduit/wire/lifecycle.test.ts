/** Lifecycle events, as Conduit sends them: between Configure and Open, and, when a connector is deleted, to a process that is not configured. */
import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, plugin } from './support.ts';

afterEach(disposeAll);

const { servers } = sharedBroker();
const topics = new Topics(servers);

describe.each([
  ['Source', 'topics'],
  ['Destination', 'topic'],
])('a %s', (side, setting) => {
  const path = (method: string): string => `/connector.v2.${side}Plugin/${method}`;
  const newConfig = async (): Promise<Record<string, string>> => {
    const topic = uniqueName('lifecycle');
    await topics.create(topic);
    return { servers, [setting]: topic };
  };

  test.each([
    ['OnCreated', (config: object) => ({ config })],
    ['OnUpdated', (config: object) => ({ config_before: { servers: 'localhost:1', old: 'setting' }, config_after: config })],
  ])('answers Lifecycle%s with OK, and opens after it', async (event, request) => {
    const { client } = await plugin();
    const config = await newConfig();
    await client.call(path('Configure'), { config });
    expect(await client.call(path(`Lifecycle${event}`), request(config))).toEqual({});
    expect(await client.call(path('Open'))).toEqual({});
    expect(await client.call(path('Teardown'))).toEqual({});
  });

  test.each([
    ['whose settings are fine', newConfig],
    ['whose settings were never accepted', () => Promise.resolve({ nonsense: '1' })],
    ['that has no settings', () => Promise.resolve({})],
    ['whose broker is gone', () => Promise.resolve({ servers: '127.0.0.1:1', [setting]: 'topic' })],
  ])('answers LifecycleOnDeleted of a connector %s with OK, and ends as always', { timeout: 30_000 }, async (_, config) => {
    const started = await plugin();
    expect(await started.client.call(path('LifecycleOnDeleted'), { config: await config() })).toEqual({});
    expect(await started.client.call(path('Teardown'))).toEqual({});
    expect(await started.shutdown()).toEqual({ code: 0, signal: null });
  });
});
