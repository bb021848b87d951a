import { afterEach, describe, expect, test } from 'vitest';
import { sharedBroker, uniqueName } from '../../support/broker.ts';
import { DestinationEngine, ENGINES, SourceEngine } from '../../support/engine.ts';
import { OAUTH_CLIENT, startTokenServer } from '../../support/token-server.ts';
import { Topics } from '../../support/topics.ts';
import { disposeAll, plugin, recordsFrom } from './support.ts';

const { servers, oauthServers, saslServers, saslSslServers, tls, login } = sharedBroker();
const WRONG = 'wrong-password-1234';
const config = (saslMechanism: string, saslPassword = login?.password ?? '') => ({
  saslMechanism,
  saslUsername: login?.username ?? '',
  saslPassword,
});

afterEach(disposeAll);

describe.skipIf(login === null)(`SASL in a plugin${login === null ? ' (skipped: the given cluster names no SASL listeners)' : ''}`, () => {
  test.each(ENGINES)(
    'under arch-%s, records go both ways over SASL and TLS, and nothing that the plugin says has the password',
    async (engine) => {
      const topic = uniqueName('sasl');
      await new Topics(servers).create(topic);
      const secure = { servers: saslSslServers!, caCert: tls!.caCert };
      const writing = await plugin();
      const destination = new DestinationEngine(writing, engine);
      await destination.start({ ...secure, topic, ...config('SCRAM-SHA-512') });
      await destination.write(recordsFrom(0, 5));
      expect(destination.acks.map(({ error }) => error)).toEqual(['', '', '', '', '']);
      await destination.stop();
      const reading = await plugin();
      const source = new SourceEngine(reading, engine);
      await source.start({ ...secure, topics: topic, readFromBeginning: 'true', ...config('PLAIN') });
      await source.until(5);
      await source.stop();
      for (const { stderr, stdout } of [writing, reading]) {
        expect(stderr.length).toBeGreaterThan(0);
        expect([stdout, ...stderr].join('\n')).not.toContain(login!.password);
      }
    },
  );

  test('with OAUTHBEARER, records go both ways, and nothing that the plugin says has the secret or a token', async () => {
    const tokens = await startTokenServer();
    try {
      const topic = uniqueName('sasl');
      await new Topics(servers).create(topic);
      const settings = {
        servers: oauthServers!,
        saslMechanism: 'OAUTHBEARER',
        'oauth.tokenEndpoint': tokens.url,
        'oauth.clientID': OAUTH_CLIENT.clientId,
        'oauth.clientSecret': OAUTH_CLIENT.clientSecret,
      };
      const writing = await plugin();
      const destination = new DestinationEngine(writing, 'v2');
      await destination.start({ ...settings, topic });
      await destination.write(recordsFrom(0, 5));
      await destination.stop();
      const reading = await plugin();
      const source = new SourceEngine(reading, 'v2');
      await source.start({ ...settings, topics: topic, readFromBeginning: 'true' });
      await source.until(5);
      await source.stop();
      expect(tokens.issued).toHaveLength(2);
      for (const { stderr, stdout } of [writing, reading])
        for (const secret of [OAUTH_CLIENT.clientSecret, ...tokens.issued]) expect([stdout, ...stderr].join('\n')).not.toContain(secret);
    } finally {
      await tokens.close();
    }
  });

  test.each([
    ['Source', 'topics'],
    ['Destination', 'topic'],
  ])('Open of a %s with a wrong password fails at once, and names mechanism and server and not the password', async (side, setting) => {
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      const started = await plugin();
      const settings = { servers: saslServers!, [setting]: 'any', ...config(mechanism, WRONG) };
      await started.client.call(`/connector.v2.${side}Plugin/Configure`, { config: settings });
      const start = performance.now();
      const error = await started.client.call(`/connector.v2.${side}Plugin/Open`).then(
        () => null,
        (thrown: unknown) => thrown as Error,
      );
      expect(performance.now() - start).toBeLessThan(5_000);
      expect(error?.message).toContain(`SASL ${mechanism} login at ${saslServers!.split(',')[0]} failed: `);
      await started.client.call(`/connector.v2.${side}Plugin/Teardown`);
      expect(await started.shutdown()).toEqual({ code: 0, signal: null });
      expect([error!.message, started.stdout, ...started.stderr].join('\n')).not.toContain(WRONG);
    }
  });

  test('Configure tells every problem of a login, and nothing of the password', async () => {
    const { client } = await plugin();
    const settings = { servers: saslServers!, topics: 't', saslMechanism: 'GSSAPI', saslPassword: WRONG };
    const error = await client.call('/connector.v2.SourcePlugin/Configure', { config: settings }).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.message).toContain('invalid sasl auth, please specify both saslUsername and saslPassword');
    expect(error?.message).toContain('error validating "saslMechanism": "GSSAPI" value must be included in the list');
    expect(error?.message).not.toContain(WRONG);
  });
});
