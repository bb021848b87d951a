/** The recipes of docs/security.md, as a reader pastes them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { problemsOf, startGuest, type Guest } from '../support/guest.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/security.md'), 'utf8');
const recipes = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)]
  .map(([, text]) => parse(text!) as Record<string, unknown>)
  .filter((settings) => 'servers' in settings);

let guest: Guest;
beforeAll(async () => {
  guest = await startGuest();
});

test('there is one for each way to log in', () => {
  const mechanisms = new Set(recipes.map((settings) => settings['saslMechanism']));
  expect(mechanisms).toEqual(new Set(['PLAIN', 'OAUTHBEARER', 'AWS_MSK_IAM', 'SCRAM-SHA-256', 'SCRAM-SHA-512', undefined]));
});

describe.each(['source', 'destination'] as const)('is valid for a %s:', (side) => {
  test.each(recipes.map((settings, i) => [`${i + 1}. ${String(settings['servers'])}`, settings]))('%s', async (_, settings) => {
    for (const value of Object.values(settings)) expect(value).toEqual(expect.any(String));
    const topic = { [side === 'source' ? 'topics' : 'topic']: 'orders' };
    expect(await problemsOf(guest, side, { ...(settings as Record<string, string>), ...topic })).toEqual([]);
    if (side === 'source') await guest.source.open(undefined);
    else await guest.destination.open();
    const { connection } = guest.world.last(side === 'source' ? 'consumer.open' : 'producer.open');
    // Each recipe but the last, which says so, encrypts.
    expect(connection.tls !== undefined || settings['servers'] === 'localhost:9093').toBe(true);
    await guest[side].teardown();
  });
});
