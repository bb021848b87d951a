/** Searches everything that a connector says, and the memory of its guest, for its secrets: real component, real broker, real logins. */
import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDestination, createSource, type ConnectorOptions } from '../../host/connector.ts';
import { componentOfFolder } from '../../host/runtime/component.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { AWS, mskDoor, type MskDoor } from '../support/msk-door.ts';
import { OAUTH_CLIENT, startTokenServer, type TokenServer } from '../support/token-server.ts';
import { Topics } from '../support/topics.ts';
import { TestSink } from '../unit/runtime/support/connectors.ts';
import { spiedComponent } from '../support/spied-component.ts';

const { servers, saslSslServers, mtlsServers, oauthServers, tls, login } = sharedBroker();
const WRONG = 'wrong-password-1234';
const KEY_PASSWORD = 'geheim of the key';

/** Forms in which a secret could lie around. */
function forms(secret: string): Buffer[] {
  const utf8 = Buffer.from(secret);
  return [utf8, Buffer.from(secret, 'utf16le'), Buffer.from(utf8.toString('base64')), Buffer.from(utf8.toString('hex'))];
}
/** Lines of a PEM text that tell something. */
const linesOf = (pem: string): string[] => pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));

interface Witness {
  options: ConnectorOptions;
  said: unknown[];
  /** Throws if one of the secrets is in memory, in a log line or in an error. */
  check(secrets: readonly string[]): void;
}

async function witness(): Promise<Witness> {
  const memories: WebAssembly.Memory[] = [];
  const said: unknown[] = [];
  return {
    options: {
      log: (level, message, fields) => void said.push({ level, message, fields }),
      component: spiedComponent(await componentOfFolder(), memories),
    },
    said,
    check: (secrets) => {
      expect(memories.length).toBeGreaterThan(0);
      const texts = Buffer.from(
        JSON.stringify(said, (_, value: unknown) =>
          value instanceof Error ? { ...value, text: String(value), stack: value.stack, cause: value.cause } : value,
        ),
      );
      for (const secret of secrets)
        for (const form of forms(secret)) {
          expect(texts.includes(form)).toBe(false);
          for (const memory of memories) expect(Buffer.from(memory.buffer).includes(form)).toBe(false);
        }
      // The search finds what is there.
      expect(memories.some((memory) => forms('127.0.0.1:').some((form) => Buffer.from(memory.buffer).includes(form)))).toBe(true);
    },
  };
}

let tokens: TokenServer;
let msk: MskDoor;
beforeAll(async () => {
  [tokens, msk] = await Promise.all([startTokenServer(), mskDoor(servers, 60_000)]);
});
afterAll(async () => {
  msk.close();
  await tokens.close();
});

describe.skipIf(login === null || tls === null)(
  `no secret${login === null ? ' (skipped: the given cluster names no SASL listeners)' : ''}`,
  () => {
    const sasl = (password: string) => ({
      servers: saslSslServers!,
      caCert: tls!.caCert,
      saslMechanism: 'SCRAM-SHA-256',
      saslUsername: login!.username,
      saslPassword: password,
    });
    const encryptedKey = () =>
      String(createPrivateKey(tls!.clientKey).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: KEY_PASSWORD }));
    const mutual = (password: string) => ({
      servers: mtlsServers!,
      caCert: tls!.caCert,
      clientCert: tls!.clientCert,
      clientKey: encryptedKey(),
      clientKeyPassword: password,
    });

    const oauth = () => ({
      servers: oauthServers!,
      saslMechanism: 'OAUTHBEARER',
      'oauth.tokenEndpoint': tokens.url,
      'oauth.clientID': OAUTH_CLIENT.clientId,
      'oauth.clientSecret': OAUTH_CLIENT.clientSecret,
    });
    const aws = () => ({
      servers: msk.address,
      saslMechanism: 'AWS_MSK_IAM',
      'aws.region': AWS.region,
      'aws.accessKeyID': AWS.accessKeyId,
      'aws.secretAccessKey': AWS.secretAccessKey,
      'aws.sessionToken': AWS.sessionToken,
    });

    test.each([
      ['OAUTHBEARER', oauth, () => [OAUTH_CLIENT.clientSecret, ...tokens.issued]],
      ['AWS_MSK_IAM', aws, () => [AWS.accessKeyId, AWS.secretAccessKey, AWS.sessionToken]],
      ['SASL', () => sasl(login!.password), () => [login!.password]],
      ['mutual TLS', () => mutual(KEY_PASSWORD), () => [KEY_PASSWORD, ...linesOf(tls!.clientKey)]],
    ])('of %s is in the memory or the words of a source and a destination that work', async (_, config, secrets) => {
      const topic = uniqueName('secrets');
      const topics = new Topics(servers);
      await topics.create(topic);
      await topics.fill(topic, 5, (i) => Buffer.from(`value ${i}`));
      for (const side of ['source', 'destination'] as const) {
        const { options, check } = await witness();
        const settings = config();
        const all = () => [...secrets(), ...linesOf('clientKey' in settings ? settings.clientKey : '')];
        if (side === 'source') {
          const source = createSource(options);
          expect(await source.configure({ ...settings, topics: topic, readFromBeginning: 'true' })).toEqual([]);
          await source.open(null);
          const sink = new TestSink();
          source.run(sink);
          await sink.until(() => sink.count === 5);
          check(all());
          await source.teardown();
          check(all());
        } else {
          const destination = createDestination(options);
          expect(await destination.configure({ ...settings, topic })).toEqual([]);
          await destination.open();
          check(all());
          await destination.teardown();
          check(all());
        }
      }
    });

    test.each(['source', 'destination'] as const)('that is wrong is in the memory or the words of a %s', async (side) => {
      const { options, said, check } = await witness();
      const connector = side === 'source' ? createSource(options) : createDestination(options);
      const topic = { [side === 'source' ? 'topics' : 'topic']: 'any' };
      said.push(await connector.configure({ ...mutual(WRONG), ...topic }));
      expect(JSON.stringify(said)).toContain('check clientKeyPassword');
      said.push(await connector.configure({ ...sasl(WRONG), ...topic, saslUsername: '' }));
      expect(JSON.stringify(said)).toContain('please specify both saslUsername and saslPassword');
      expect(await connector.configure({ ...sasl(WRONG), ...topic })).toEqual([]);
      const opening =
        side === 'source'
          ? openSource(connector as ReturnType<typeof createSource>)
          : (connector as ReturnType<typeof createDestination>).open();
      said.push(
        await opening.then(
          () => expect.unreachable(),
          (error: unknown) => error,
        ),
      );
      expect(String(said.at(-1))).toContain('SASL SCRAM-SHA-256 login at ');
      check([WRONG]);
      await connector.teardown();
      check([WRONG]);
    });
  },
);

function openSource(source: ReturnType<typeof createSource>): Promise<void> {
  return source.open(null);
}
