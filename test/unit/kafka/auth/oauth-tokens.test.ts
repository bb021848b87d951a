import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OauthTokens } from '../../../../host/kafka/auth/oauth-tokens.ts';
import type { OauthClient } from '../../../../host/kafka/contract.ts';
import { Net, type NetOptions } from '../../../../host/net/net.ts';
import { makeCertificates } from '../../../support/broker/certificates.ts';
import { json, OAUTH_CLIENT, startTokenServer, type TokenServer } from '../../../support/token-server.ts';

let server: TokenServer;
const lines: string[] = [];
beforeEach(async () => {
  server = await startTokenServer();
  lines.length = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

interface Options extends Partial<OauthClient> {
  secret?: string;
  caCert?: string;
  net?: NetOptions;
}
function tokens({ secret = OAUTH_CLIENT.clientSecret, caCert = '', net, ...more }: Options = {}): OauthTokens {
  const client: OauthClient = {
    tokenEndpoint: server.url,
    clientId: OAUTH_CLIENT.clientId,
    clientSecretRef: 'secret',
    scope: '',
    extensions: [],
    caCertRef: caCert === '' ? '' : 'ca',
    ...more,
  };
  return new OauthTokens(client, {
    log: (level, message) => void lines.push(`${level} ${message}`),
    secrets: { read: (reference) => (reference === 'ca' ? caCert : secret) },
    net: new Net(net),
    asker: 'producer',
  });
}
const error = (given: OauthTokens): Promise<Error & { isPermanent?: boolean; code?: string }> =>
  given.get().then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown as Error,
  );

test('a token is asked for with the client, its secret and the scope, once for all who want it', async () => {
  const given = tokens({ scope: 'kafka read' });
  const [first, ...others] = await Promise.all([given.get(), given.get(), given.get()]);
  expect(await given.get()).toBe(first);
  expect(others).toEqual([first, first]);
  expect(server.issued).toEqual([first]);
  expect(server.requests).toEqual([
    {
      path: '/oauth2/token',
      authorization: expect.stringMatching(/^Basic /),
      form: { grant_type: 'client_credentials', scope: 'kafka read' },
    },
  ]);
});

test('a token is renewed when three quarters of its lifetime are over', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const given = tokens();
  const first = await given.get();
  vi.advanceTimersByTime(2_690_000);
  expect(await given.get()).toBe(first);
  vi.advanceTimersByTime(11_000);
  expect(await given.get()).not.toBe(first);
  expect(server.issued).toHaveLength(2);
});

test('while the endpoint does not answer, the token from before is used until it ends, with a warning', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const given = tokens();
  const first = await given.get();
  server.instead = (response) => json(response, 503, { error: 'temporarily_unavailable' });
  vi.advanceTimersByTime(2_800_000);
  expect([await given.get(), await given.get()]).toEqual([first, first]);
  expect(server.requests).toHaveLength(2);
  expect(lines).toEqual([`warn no OAuth token from ${server.url}: HTTP status 503; the token from before is used until it ends`]);
  vi.advanceTimersByTime(6_000);
  await given.get();
  expect(server.requests).toHaveLength(3);
  vi.advanceTimersByTime(800_000);
  expect(await error(given)).toMatchObject({ isPermanent: false });
  server.instead = null;
  expect(await given.get()).not.toBe(first);
});

describe('an endpoint that gives no token is named with its status and its reason, and no secret', () => {
  test('a wrong secret is an error that no retry can help', async () => {
    const { message, isPermanent } = await error(tokens({ secret: 'wrong-password-1234' }));
    expect(message).toBe(
      `no OAuth token from ${server.url}: HTTP status 401: invalid_client: unknown client: check oauth.tokenEndpoint, oauth.clientID, oauth.clientSecret and oauth.scope`,
    );
    expect(isPermanent).toBe(true);
    expect(JSON.stringify([message, lines])).not.toContain('wrong-password-1234');
  });

  test.each([
    [400, { error: 'invalid_scope' }, true, 'HTTP status 400: invalid_scope'],
    [429, { error: 'slow_down' }, false, 'HTTP status 429: slow_down'],
    [400, { error: 'invalid_request', error_description: 'a\nb' }, true, 'HTTP status 400: invalid_request: a b'],
    [500, { error: 'server_error' }, false, 'HTTP status 500'],
    [502, {}, false, 'HTTP status 502'],
  ])('status %i', async (status, body, isPermanent, text) => {
    server.instead = (response) => json(response, status, body);
    const failure = await error(tokens());
    expect(failure).toMatchObject({ isPermanent });
    expect(failure.message).toContain(`no OAuth token from ${server.url}: ${text}`);
  });

  test('a redirect is not followed', async () => {
    server.instead = (response) => response.writeHead(302, { location: server.url.replace('/oauth2', '/other') }).end();
    expect((await error(tokens())).message).toContain('HTTP status 302');
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['text/html', '<p>log in</p>'],
    ['application/json', '{"token_type":"Bearer"}'],
    ['application/json', '{'],
  ])('an answer that is no token: %s %s', async (type, body) => {
    server.instead = (response) => response.writeHead(200, { 'content-type': type }).end(body);
    const failure = await error(tokens());
    expect(failure.message).toMatch(new RegExp(`^no OAuth token from ${server.url}: .+`));
    expect(failure).toMatchObject({ isPermanent: false });
  });

  test('an answer without an end', async () => {
    server.instead = (response) => {
      const more = (): void => void (response.destroyed || (response.write(Buffer.alloc(1 << 16, ' ')), setImmediate(more)));
      response.writeHead(200, { 'content-type': 'application/json' });
      more();
    };
    expect((await error(tokens())).message).toContain('longer than 1048576 bytes');
  });

  test('no answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.instead = () => vi.advanceTimersByTime(8_001);
    expect((await error(tokens())).message).toBe(`no OAuth token from ${server.url}: no answer within 8000 ms`);
  });

  test('no listener', async () => {
    await server.close();
    const failure = await error(tokens());
    expect(failure.message).toMatch(new RegExp(`^no OAuth token from ${server.url}: .*ECONNREFUSED`));
    expect(failure).toMatchObject({ isPermanent: false });
  });
});

test('the policy is asked, and a refusal is its own', async () => {
  const questions: string[] = [];
  const policy = ({ host, port, purpose, asker }: { host: string; port: number; purpose: string; asker: string }): string => {
    questions.push(`${asker} ${purpose} ${host}:${port}`);
    return 'not on the list';
  };
  const failure = await error(tokens({ net: { policy } }));
  expect(failure).toMatchObject({ code: 'policy.denied', message: expect.stringContaining('the token endpoint: not on the list') });
  expect(questions).toEqual([`producer token ${new URL(server.url).host}`]);
  expect(server.requests).toEqual([]);
});

test('an endpoint with a certificate of an own CA is trusted if the CA is given, and only then', async () => {
  const certificates = await makeCertificates();
  await server.close();
  server = await startTokenServer(certificates.server);
  const failure = await error(tokens());
  expect(failure.message).toContain(`no OAuth token from ${server.url}: `);
  expect(server.requests).toEqual([]);
  expect(await tokens({ caCert: certificates.client.caCert }).get()).toBe(server.issued[0]);
});
