import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

describe('a secret in a file', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'vault-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (text: string | Buffer, name = 'password'): string => {
    writeFileSync(join(folder, name), text);
    return `file:${join(folder, name)}`;
  };
  const problemOf = (value: string, mayReadFiles = true): string => {
    const { problems } = new Vault(mayReadFiles).hide({ password: value }, PARAMS);
    expect(problems).toEqual([{ name: 'password', reason: expect.any(String) }]);
    return problems[0]!.reason;
  };

  test('is its text, without a byte order mark and without blanks and line ends around it', () => {
    const vault = new Vault(true);
    const { pairs, problems } = vault.hide({ password: file(`\ufeff ${SECRET}\r\n\n`) }, PARAMS);
    expect(problems).toEqual([]);
    expect(pairs[0]![1]).toMatch(/^secret:password:/);
    expect(vault.read(pairs[0]![1])).toBe(SECRET);
  });

  test('is read each time, and the text before it is redacted as well', () => {
    const vault = new Vault(true);
    const [[, reference]] = vault.hide({ password: file('first secret') }, PARAMS).pairs as [[string, string]];
    expect(vault.redact('of first secret')).toBe('of ***');
    file('second secret\n');
    expect(vault.read(reference)).toBe('second secret');
    expect(vault.redact('first secret, second secret')).toBe('***, ***');
    file('third secret');
    vault.read(reference);
    expect(vault.redact('second secret, third secret')).toBe('***, ***');
    rmSync(join(folder, 'password'));
    expect(() => vault.read(reference)).toThrow(
      `invalid password: the file ${join(folder, 'password')} cannot be used: there is no such file`,
    );
  });

  test('is checked as a secret of the settings, beside the others', () => {
    const seen: unknown[] = [];
    const check = (...given: unknown[]): null => (seen.push(given), null);
    new Vault(true).hide({ password: file(SECRET) }, PARAMS, check);
    expect(seen).toEqual([['password', SECRET, { password: SECRET }]]);
  });

  test('is refused where files are not allowed, and not taken for the secret itself', () => {
    const value = file(SECRET);
    const vault = new Vault();
    const [[, reference]] = vault.hide({ password: value }, PARAMS).pairs as [[string, string]];
    expect(problemOf(value, false)).toBe('invalid password: files are not allowed here: expected the text itself, and not file:');
    expect(() => vault.read(reference)).toThrow('files are not allowed here');
  });

  test.each([
    ['relative.txt', 'expected an absolute path, such as file:/run/secrets/kafka'],
    ['', 'expected an absolute path'],
    ['/no/such/file', 'there is no such file'],
    ['/dev/null', 'it is no regular file'],
    ['/', 'it is no regular file'],
  ])('"%s" is refused with setting, path and reason', (path, reason) => {
    expect(problemOf(`file:${path}`)).toContain(`invalid password: the file ${path || '(no name)'} cannot be used: ${reason}`);
  });

  test('that is empty, too large or no text is refused, and nothing of it is told', () => {
    expect(problemOf(file(' \n'))).toContain('it is empty');
    expect(problemOf(file('x'.repeat((1 << 20) + 1)))).toContain('it is larger than 1048576 bytes');
    const latin = problemOf(file(Buffer.concat([Buffer.from(`${SECRET}\n`), Buffer.from([0xfc])])));
    expect(latin).toContain('line 2, column 1: it is not UTF-8');
    expect(latin).not.toContain(SECRET);
    expect(new Vault(true).hide({ password: file('x'.repeat(1 << 20)) }, PARAMS).problems).toEqual([]);
  });

  test('is a file of the machine only for settings that are secret', () => {
    expect(new Vault(true).hide({ user: file(SECRET) }, PARAMS).pairs[0]![1]).toMatch(/^file:/);
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

  /** What the secrets of each login need. A schema registry takes a password or a token. */
  const LOGINS: Record<string, Record<string, string>> = {
    sasl: { saslMechanism: 'PLAIN', saslUsername: 'u', 'schemaRegistry.username': 'u' },
    oauth: { saslMechanism: 'OAUTHBEARER', 'oauth.tokenEndpoint': 'https://login.example', 'oauth.clientID': 'u' },
    aws: { saslMechanism: 'AWS_MSK_IAM', 'schemaRegistry.username': 'u' },
  };
  test.each(Object.keys(LOGINS))('of the real component stays out of its memory too (login: %s)', async (login) => {
    const memories: WebAssembly.Memory[] = [];
    const source = createSource({
      log: () => undefined,
      component: spiedComponent(await componentOfFolder(), memories),
      limits: TEST_LIMITS,
      capabilities: new FakeKafka().table,
      checkSecret: () => null,
    });
    const { sourceParams } = await source.specify();
    const ofOtherLogins = Object.keys(LOGINS).filter((other) => other !== login);
    ofOtherLogins.push('schemaRegistry.username' in LOGINS[login]! ? 'schemaRegistry.token' : 'schemaRegistry.password');
    const secret = sourceParams
      .filter((one) => one.secret && !ofOtherLogins.some((other) => one.name.startsWith(other)))
      .map((one) => one.name);
    expect(secret).toEqual(expect.arrayContaining(['clientKey', 'clientKeyPassword']));
    expect(secret.some((name) => name.startsWith(login))).toBe(true);
    const config = Object.fromEntries(secret.map((name) => [name, `${SECRET} of ${name}`]));
    const settings = { servers: 'visible-in-memory:9092', topics: 't', ...LOGINS[login], ...config };
    expect(await source.configure(settings)).toEqual([]);
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
