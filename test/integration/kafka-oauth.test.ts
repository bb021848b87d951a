/** SASL OAUTHBEARER with tokens of a small OAuth server, at a broker that takes tokens without a signature. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ConnectorError } from '../../host/base/errors.ts';
import type { Connection, OauthClient } from '../../host/kafka/contract.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { json, OAUTH_CLIENT, startTokenServer, type TokenServer } from '../support/token-server.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { OPEN, PRODUCER, read, subject, values } from './kafka-client.ts';

const { oauthServers, saslServers } = sharedBroker();
const WRONG = 'wrong-password-1234';
const secrets: Record<string, string> = { secret: OAUTH_CLIENT.clientSecret, wrong: WRONG };
const kafka = subject('unused:1', { secrets: { read: (reference) => secrets[reference]! } });

let server: TokenServer;
beforeAll(async () => {
  server = await startTokenServer();
});
afterAll(() => server.close());
beforeEach(() => {
  Object.assign(server, { instead: null, claims: {} });
});

const connection = (more: Partial<OauthClient> = {}, servers = oauthServers!): Connection => ({
  servers: servers.split(','),
  clientId: 'oauth',
  sasl: {
    tag: 'oauthbearer',
    val: {
      tokenEndpoint: server.url,
      clientId: OAUTH_CLIENT.clientId,
      clientSecretRef: 'secret',
      scope: 'kafka',
      extensions: [],
      caCertRef: '',
      ...more,
    },
  },
});
const producerOf = (to: Connection) => kafka.kafka.openProducer(to, PRODUCER, OPEN);
const consumerOf = (to: Connection, topic: string) =>
  kafka.kafka.openConsumer(to, { topics: [topic], group: uniqueName('group'), fromBeginning: true, resume: [] }, OPEN);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

/** The error of an open that fails on both sides alike, and how long it took. */
async function refused(to: Connection): Promise<{ code: string; message: string; ms: number }> {
  const start = performance.now();
  const errors = await Promise.all(
    [producerOf(to), consumerOf(to, 'any')].map((opening) =>
      opening.then(
        (handle) => (open.push(handle), expect.unreachable()),
        (reason: unknown) => reason as ConnectorError,
      ),
    ),
  );
  const [{ code, message }, other] = errors as [ConnectorError, ConnectorError];
  expect({ code: other.code, message: other.message }).toEqual({ code, message });
  expect(JSON.stringify([message, kafka.lines])).not.toContain(OAUTH_CLIENT.clientSecret);
  expect(JSON.stringify([message, kafka.lines])).not.toContain(WRONG);
  for (const token of server.issued) expect(JSON.stringify([message, kafka.lines])).not.toContain(token);
  return { code, message, ms: performance.now() - start };
}

describe.skipIf(oauthServers === null)(
  `OAUTHBEARER${oauthServers === null ? ' (skipped: the given cluster names no such listener)' : ''}`,
  () => {
    test('records go both ways, and all connections of a side share a token', async () => {
      const topic = uniqueName('oauth');
      const to = connection({ extensions: [{ name: 'logicalCluster', value: 'lkc-1' }] });
      const before = server.issued.length;
      const producer = await producerOf(to);
      open.push(producer);
      expect(await producer.send([{ topic, records: section(numbered(3)) }])).toEqual([]);
      const consumer = await consumerOf(to, topic);
      open.push(consumer);
      expect(values(await read(consumer, 3))).toEqual(numbered(3).map(({ value }) => value));
      expect(server.issued.length - before).toBe(2);
      expect(server.requests.at(-1).form).toEqual({ grant_type: 'client_credentials', scope: 'kafka' });
      for (const token of server.issued) expect(JSON.stringify(kafka.lines)).not.toContain(token);
    });

    test('a wrong secret ends the open at once, with the endpoint and its answer', async () => {
      const { code, message, ms } = await refused(connection({ clientSecretRef: 'wrong' }));
      expect(code).toBe('kafka.rejected');
      expect(message).toContain(
        `no OAuth token from ${server.url}: HTTP status 401: invalid_client: unknown client: check oauth.tokenEndpoint, `,
      );
      expect(ms).toBeLessThan(5_000);
    });

    test('a token that the broker refuses ends the open at once, with the reason of the broker', async () => {
      server.claims = { exp: 1 };
      const { code, message, ms } = await refused(connection());
      expect(code).toBe('kafka.rejected');
      expect(message).toContain(`SASL_AUTHENTICATION_FAILED: SASL OAUTHBEARER login at ${oauthServers!.split(',')[0]} failed: `);
      expect(message).toContain('invalid_token');
      expect(message).toContain('check oauth.clientID');
      expect(ms).toBeLessThan(5_000);
    });

    test('an endpoint that has no token now is asked again until the open is given up', async () => {
      let answers = 0;
      server.instead = (response) => {
        answers++;
        json(response, 503, {});
      };
      const { code, message } = await refused(connection());
      expect(code).toBe('kafka.unreachable');
      expect(message).toContain(`no OAuth token from ${server.url}: HTTP status 503`);
      expect(answers).toBeGreaterThan(4);
    });

    test('a listener without the mechanism is named, and what it offers', async () => {
      const { code, message } = await refused(connection({}, saslServers!));
      expect(code).toBe('kafka.rejected');
      expect(message).toContain(`SASL OAUTHBEARER is not enabled at ${saslServers!.split(',')[0]}, which offers PLAIN`);
    });
  },
);
