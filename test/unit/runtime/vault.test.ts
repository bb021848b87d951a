import { describe, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { createSource } from '../../../host/connector.ts';
import { componentOfFolder } from '../../../host/runtime/component.ts';
import type { SecretReader } from '../../../host/base/secrets.ts';
import type { CapabilityTable } from '../../../host/runtime/connector-parts.ts';
import type { SaslPlain } from '../../../host/kafka/contract.ts';
import type { Param } from '../../../host/runtime/contract.ts';
import { Vault } from '../../../host/runtime/vault.ts';
import { TEST_LIMITS, TestSink } from './support/connectors.ts';
import { FakeKafka } from './support/fake-kafka.ts';
import { misbehaving } from './support/misbehaving.ts';
import { spiedComponent } from '../../support/spied-component.ts';

const param = (name: string, secret: boolean): Param => ({
  name,
  secret,
  description: '',
  defaultValue: '',
  kind: 'text',
  validations: [],
  hostImplemented: false,
});
const PARAMS = [param('password', true), param('user', false)];
const SECRET = 'correct horse battery staple';

describe('the vault', () => {
  test('replaces secret values by references that only it can read', () => {
    const vault = new Vault();
    const { pairs } = vault.hide({ user: 'u', password: SECRET }, PARAMS);
    expect(pairs[0]).toEqual(['user', 'u']);
    const reference = pairs[1]![1];
    expect(reference).not.toContain(SECRET);
    expect(vault.read(reference)).toBe(SECRET);
    expect(() => vault.read('secret:password:guessed')).toThrow(ConnectorError);
    expect(() => vault.read(SECRET)).toThrow('a reference to a secret that it was not given');
  });

  test.each(['', '  ', '\n'])('keeps an empty value (%j) empty', (empty) => {
    const { pairs } = new Vault().hide({ password: empty }, PARAMS);
    expect(pairs).toEqual([['password', empty]]);
  });

  test.each([' password', 'password ', '\tpassword\n'])('finds the setting under the key %j, as Conduit does', (key) => {
    const vault = new Vault();
    const { pairs } = vault.hide({ [key]: ` ${SECRET} ` }, PARAMS);
    expect(pairs[0]![0]).toBe(key);
    expect(vault.read(pairs[0]![1])).toBe(SECRET);
  });

  test('gives other references at every configuration, and forgets the old ones', () => {
    const vault = new Vault();
    const first = vault.hide({ password: SECRET }, PARAMS).pairs[0]![1];
    const second = vault.hide({ password: SECRET }, PARAMS).pairs[0]![1];
    expect(second).not.toBe(first);
    expect(() => vault.read(first)).toThrow(ConnectorError);
  });

  test('takes secrets out of texts, line by line, and leaves PEM markers', () => {
    const vault = new Vault();
    vault.hide({ password: '-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----' }, PARAMS);
    expect(vault.redact('bad line MIIEvQIBADANBg after -----BEGIN KEY-----')).toBe('bad line *** after -----BEGIN KEY-----');
    const error = vault.redactError(
      new ConnectorError('internal', 'MIIEvQIBADANBg', { cause: new Error('MIIEvQIBADANBg'), fields: { a: 'b' } }),
    );
    expect(error).toMatchObject({ code: 'internal', message: '***', fields: { a: 'b' } });
    expect(error.cause).toBeUndefined();
  });

  test('reports what the check of a secret value says', () => {
    const check = (name: string, value: string): string => `${name} is no key: ${value}`;
    expect(new Vault().hide({ password: SECRET, user: 'u' }, PARAMS, check).problems).toEqual([
      { name: 'password', reason: expect.stringMatching(/^password is no key/) },
    ]);
  });
});

const holds = (memories: WebAssembly.Memory[], text: string): boolean =>
  memories.some((memory) =>
    ['utf8', 'utf16le'].some((encoding) => Buffer.from(memory.buffer).includes(text, 0, encoding as BufferEncoding)),
  );

describe('a secret', () => {
  test('is never in the memory of a guest, in a log or in an error; Kafka reads it by its reference', async () => {
    const memories: WebAssembly.Memory[] = [];
    const kafka = new FakeKafka(10);
    const hostLines: string[] = [];
    let secrets: SecretReader | undefined;
    const capabilities: CapabilityTable = (reader) => {
      secrets = reader;
      return kafka.capabilities();
    };
    const source = createSource({
      log: (_level, message) => hostLines.push(message),
      component: spiedComponent(await misbehaving(), memories),
      limits: TEST_LIMITS,
      capabilities,
      checkSecret: () => null,
    });
    expect(await source.configure({ ' password ': ` ${SECRET}`, user: 'visible-in-memory' })).toEqual([]);
    await source.open(null);
    const sink = new TestSink();
    source.run(sink);
    await sink.until(() => sink.count === 10);
    kafka.faults.poll.push(new ConnectorError('kafka.rejected', `login failed with ${SECRET}`));
    await sink.until(() => sink.errors.length > 0);

    expect(holds(memories, 'visible-in-memory')).toBe(true);
    // The text of the host's own error passes through the guest, with the secret in it masked.
    expect(sink.errors[0]!.message).toBe('login failed with ***');
    expect(JSON.stringify([kafka.lines, hostLines])).not.toContain(SECRET);
    expect(secrets!.read((kafka.connections[0]!.sasl as SaslPlain).val.passwordRef)).toBe(SECRET);
    await source.teardown();
  });

  test('of the real component stays out of its memory too', async () => {
    const memories: WebAssembly.Memory[] = [];
    const source = createSource({
      log: () => undefined,
      component: spiedComponent(await componentOfFolder(), memories),
      limits: TEST_LIMITS,
      capabilities: new FakeKafka().table,
      checkSecret: () => null,
    });
    const { sourceParams } = await source.specify();
    const secret = sourceParams.filter((one) => one.secret).map((one) => one.name);
    expect(secret).toEqual(expect.arrayContaining(['clientKey', 'clientKeyPassword', 'saslPassword']));
    const config = Object.fromEntries(secret.map((name) => [name, `${SECRET} of ${name}`]));
    expect(await source.configure({ servers: 'visible-in-memory:9092', topics: 't', saslUsername: 'u', ...config })).toEqual([]);
    await source.open(null);
    expect(holds(memories, 'visible-in-memory')).toBe(true);
    expect(holds(memories, SECRET)).toBe(false);
    await source.teardown();
  });
});

test('a configuration that is refused after a good one leaves nothing to open', async () => {
  const source = createSource({ log: () => undefined, capabilities: new FakeKafka().table });
  expect(await source.configure({ servers: 'localhost:9092', topics: 't' })).toEqual([]);
  expect(await source.configure({ topics: 't' })).not.toEqual([]);
  await expect(source.open(null)).rejects.toMatchObject({ code: expect.any(String), message: expect.stringContaining('open') });
  await source.teardown();
});
