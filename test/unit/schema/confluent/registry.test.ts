import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Net } from '../../../../host/net/net.ts';
import { dependenciesOf } from '../../../../host/schema/confluent/references.ts';
import type { Registry } from '../../../../host/schema/confluent/registry.ts';
import { makeCertificates } from '../../../support/broker/certificates.ts';
import { FakeRegistry } from '../../../support/schema-registry.ts';
import { registryAt } from './support.ts';

let fake: FakeRegistry;
let url: string;
const opened: Registry[] = [];
const registry = (...args: Parameters<typeof registryAt>) => {
  const made = registryAt(...args);
  opened.push(made.registry);
  return made;
};
const soon = (ms = 5_000) => AbortSignal.timeout(ms);
beforeEach(async () => {
  fake = new FakeRegistry();
  url = await fake.start();
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  fake.stop();
});

test('schemas are found by identifier, by version and as the latest, and registered', async () => {
  fake.add('a b/c', 7, { schema: '"string"' });
  fake.add('a b/c', 8, { schema: '{}', schemaType: 'JSON', references: [{ name: 'n', subject: 's', version: 2 }] });
  const { registry: one } = registry([url]);
  expect(await one.byId(7, soon())).toEqual({ type: 'AVRO', text: '"string"', references: [] });
  expect(await one.byVersion('a b/c', 1, soon())).toMatchObject({ id: 7 });
  expect(await one.byVersion('a b/c', 'latest', soon())).toEqual({
    id: 8,
    type: 'JSON',
    text: '{}',
    references: [{ name: 'n', subject: 's', version: 2 }],
  });
  expect(await one.idIn('a b/c', { type: 'AVRO', text: '"string"', references: [] }, soon())).toBe(7);
  expect(await one.register('new', { type: 'PROTOBUF', text: 'x', references: [] }, soon())).toBe(3);
  expect(fake.schemas.get(3)).toEqual({ schema: 'x', schemaType: 'PROTOBUF', references: [] });
});

test('a path in the address and the credentials are sent', async () => {
  const { registry: one } = registry([`${url}/api/v7`], { authorization: 'Bearer abc' });
  fake.intercept = (_, response) => (response.end('{"schema":"1"}'), true);
  await one.byId(1, soon());
  expect(fake.requests).toEqual([{ method: 'GET', path: '/api/v7/schemas/ids/1', authorization: 'Bearer abc' }]);
});

describe('a refusal', () => {
  test.each([
    [
      401,
      '{"message":"who?"}',
      'the schema registry refused (HTTP status 401): who?; check schemaRegistry.username, schemaRegistry.password and schemaRegistry.token',
    ],
    [404, '{"error_code":40403,"message":"Schema 1 not found"}', 'the schema registry refused (HTTP status 404): Schema 1 not found'],
    [302, '', 'the schema registry refused (HTTP status 302): it gives no reason'],
    [200, '<html>', 'expected JSON from the schema registry, got something else: is URL its address?'],
  ])('with status %i is not tried again', async (status, body, text) => {
    fake.intercept = (_, response) => (response.writeHead(status).end(body), true);
    const { registry: one } = registry([url]);
    await expect(one.byId(1, soon())).rejects.toMatchObject({ code: 'schema.rejected', status, message: text.replace('URL', url) });
    expect(fake.requests).toHaveLength(1);
  });

  test.each([
    ['{}', 'schema 1 of the schema registry has no text'],
    ['{"schema":"x","schemaType":"XML"}', 'schema 1 of the schema registry is of type "XML"'],
    ['{"schema":"x","references":[{}]}', 'schema 1 of the schema registry has a malformed reference'],
    ['null', 'schema 1 of the schema registry has no text'],
  ])('an answer %s is no schema', async (body, text) => {
    fake.intercept = (_, response) => (response.end(body), true);
    await expect(registry([url]).registry.byId(1, soon())).rejects.toMatchObject({ code: 'schema.mismatch', message: text });
  });

  test('an answer without a bound is cut off', async () => {
    fake.intercept = (_, response) => (response.end('x'.repeat(5_000_000)), true);
    await expect(registry([url]).registry.byId(1, soon(300))).rejects.toMatchObject({
      message: expect.stringContaining('longer than') as string,
    });
  });
});

describe('a registry that does not answer', () => {
  test('is asked again until it does, with one warning and one note', async () => {
    fake.add('s', 1, { schema: '"int"' });
    let failures = 2;
    fake.intercept = (request, response) => {
      if (failures-- <= 0) return false;
      if (failures === 1) request.socket.destroy();
      else response.writeHead(503).end();
      return true;
    };
    const { registry: one, lines } = registry([url]);
    expect(await one.byId(1, soon())).toMatchObject({ text: '"int"' });
    expect(one.unreachable).toBeNull();
    expect(lines.map((line) => line.split(':')[0])).toEqual(['warn', 'debug', 'info']);
  });

  test('is given up with the signal, and the reason names its address', async () => {
    const { registry: one } = registry(['http://127.0.0.1:1']);
    await expect(one.byId(1, soon(300))).rejects.toMatchObject({
      code: 'schema.unreachable',
      message: expect.stringContaining('http://127.0.0.1:1') as string,
    });
    expect(one.unreachable?.code).toBe('schema.unreachable');
  });

  test('is replaced by the next server of the list, which is then asked first', async () => {
    fake.add('s', 1, { schema: '"int"' });
    const { registry: one } = registry(['http://127.0.0.1:1', url]);
    await one.byId(1, soon());
    await one.byId(1, soon());
    expect(fake.requests).toHaveLength(2);
    expect(one.unreachable).toBeNull();
  });
});

test('the policy is asked for its purpose, and a denial is not tried again', async () => {
  const asked: string[] = [];
  const net = new Net({ policy: ({ purpose, asker }) => (asked.push(`${asker}: ${purpose}`), 'no') });
  await expect(registry([url], { net }).registry.byId(1, soon())).rejects.toMatchObject({ code: 'policy.denied' });
  expect(asked).toEqual(['schema registry client: schema-registry']);
});

test('the first look fails for wrong credentials and a missing server only', async () => {
  const { registry: one } = registry([url]);
  await one.probe(soon());
  for (const [status, isFine] of [
    [404, true],
    [401, false],
    [403, false],
  ] as const) {
    fake.intercept = (_, response) => (response.writeHead(status).end('{}'), true);
    await (isFine ? one.probe(soon()) : expect(one.probe(soon())).rejects.toMatchObject({ code: 'schema.rejected' }));
  }
  await expect(registry(['http://127.0.0.1:1']).registry.probe(soon(200))).rejects.toMatchObject({ code: 'schema.unreachable' });
});

test('https is verified with the given authorities', async () => {
  const certificates = await makeCertificates();
  const secure = new FakeRegistry(certificates.server);
  const address = (await secure.start()).replace('http:', 'https:');
  try {
    secure.add('s', 1, { schema: '"int"' });
    const { registry: one } = registry([address], { tls: { ca: certificates.client.caCert } });
    expect(await one.byId(1, soon())).toMatchObject({ text: '"int"' });
    const { registry: other } = registry([address], { tls: { ca: certificates.client.otherCaCert } });
    await expect(other.byId(1, soon(300))).rejects.toMatchObject({ code: 'schema.unreachable' });
  } finally {
    secure.stop();
  }
});

describe('references', () => {
  const reference = (subject: string, name = subject) => ({ name, subject, version: 1 });
  test('are found once each, behind those that they need', async () => {
    fake.add('a', 1, { schema: 'A' });
    fake.add('b', 2, { schema: 'B', references: [reference('a')] });
    fake.add('c', 3, { schema: 'C', references: [reference('a'), reference('b')] });
    const { registry: one } = registry([url]);
    const root = { type: 'AVRO' as const, text: 'R', references: [reference('c'), reference('a')] };
    expect((await dependenciesOf(root, one, soon())).map(({ text }) => text)).toEqual(['A', 'B', 'C']);
  });
  test('that lead back, go too deep or are too many are refused', async () => {
    fake.add('a', 1, { schema: 'A', references: [reference('b')] });
    fake.add('b', 2, { schema: 'B', references: [reference('a')] });
    for (let i = 0; i < 20; i++) fake.add(`deep${i}`, 100 + i, { schema: 'D', references: [reference(`deep${i + 1}`)] });
    const { registry: one } = registry([url]);
    const of = (...references: ReturnType<typeof reference>[]) => dependenciesOf({ type: 'AVRO', text: '', references }, one, soon());
    await expect(of(reference('a'))).rejects.toThrow('leads back to itself');
    await expect(of(reference('deep0'))).rejects.toThrow('nested deeper than 16');
    fake.add('x', 500, { schema: 'X' });
    await expect(of(...Array.from({ length: 201 }, (_, i) => reference('x', `n${i}`)))).rejects.toThrow('more than 200');
  });
});
