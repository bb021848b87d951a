import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDestination, openSource } from '../../../host/index.ts';
import { FakeRegistry } from '../../support/schema-registry.ts';

let fake: FakeRegistry;
let url: string;
beforeEach(async () => {
  fake = new FakeRegistry();
  url = await fake.start();
});
afterEach(() => fake.stop());

const SECRET = 'hunter2-of-the-registry';

test.each([
  [
    'a password',
    { 'schemaRegistry.username': 'me', 'schemaRegistry.password': SECRET },
    `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`,
  ],
  ['a token', { 'schemaRegistry.token': SECRET }, `Bearer ${SECRET}`],
])('%s reaches the registry and neither errors nor logs, also if the registry repeats it', async (_what, login, authorization) => {
  fake.intercept = (_, response) => (response.writeHead(401).end(JSON.stringify({ message: `no user with ${SECRET}` })), true);
  const told: string[] = [];
  const open = { log: (...line: unknown[]) => void told.push(JSON.stringify(line)) };
  const settings = { servers: '127.0.0.1:1', valueFormat: 'avro', 'schemaRegistry.url': url, ...login };
  for (const opening of [
    openSource({ ...open, settings: { ...settings, topics: 'x', groupID: 'g' } }),
    openDestination({ ...open, settings: { ...settings, topic: 'x' } }),
  ]) {
    const error = (await opening.then(
      () => null,
      (thrown: unknown) => thrown,
    )) as Error & { code: string; fields: object };
    expect(error).toMatchObject({
      code: 'schema.rejected',
      message: expect.stringContaining('no user with ***; check schemaRegistry.username') as string,
    });
    told.push(error.message, String(error.stack), JSON.stringify(error.fields), String(error.cause));
  }
  expect(fake.requests.map((request) => request.authorization)).toEqual([authorization, authorization]);
  expect(told.join('\n')).not.toContain(SECRET);
});
