import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dialFailure, faultOf } from '../../../../host/kafka/kafkajs/errors.ts';
import type { LoginRenewal } from '../../../../host/kafka/kafkajs/request-queue.ts';
import { saslAuthenticatorThatTells, type SaslAuthenticatorClass } from '../../../../host/kafka/kafkajs/sasl-authenticator.ts';

const native = createRequire(import.meta.url);
const { KafkaJSConnectionClosedError, KafkaJSRequestTimeoutError } = native('kafkajs/src/errors') as Record<
  string,
  new (text: string) => Error
>;
const { createErrorFromCode } = native('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
const stock = native('kafkajs/src/broker/saslAuthenticator') as SaslAuthenticatorClass;
type Made = new (connection: object, logger: object, versions: object, supportsAuthenticate: boolean) => { authenticate(): Promise<void> };

const [HANDSHAKE, AUTHENTICATE] = [17, 36];
const VERSIONS = { [HANDSHAKE]: { minVersion: 0, maxVersion: 1 }, [AUTHENTICATE]: { minVersion: 0, maxVersion: 1 } };
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const logger = { namespace: () => logger, debug: () => undefined, error: () => undefined };

interface Fakes {
  mechanism?: string;
  host?: string;
  /** Error of the handshake, and the mechanisms in it. */
  handshake?: { errorCode: number; enabledMechanisms: string[] };
  /** Error of the requests after the handshake. */
  authenticate?: Error;
  hasAuthenticate?: boolean;
}

/** The error of a login, or undefined. */
async function login(
  Class: SaslAuthenticatorClass,
  { mechanism = 'plain', host = 'h', hasAuthenticate = true, ...fakes }: Fakes,
): Promise<unknown> {
  const connection = {
    host,
    port: 9,
    sasl: { mechanism, username: 'u', password: 'geheim' },
    requestQueue: { renewLogin: () => undefined },
    authenticatedAt: null,
    send: async ({ request, response }: { request: { apiKey: number }; response: { parse(data: unknown): Promise<unknown> } }) => {
      if (request.apiKey === HANDSHAKE) return response.parse(fakes.handshake ?? { errorCode: 0, enabledMechanisms: MECHANISMS });
      if (fakes.authenticate !== undefined) throw fakes.authenticate;
      return { authBytes: Buffer.from([0, 0, 0, 0]), sessionLifetimeMs: '0' };
    },
    sendAuthRequest: async () => {
      throw fakes.authenticate ?? new Error('not asked for');
    },
  };
  const made = new (Class as unknown as Made)(connection, logger, VERSIONS, hasAuthenticate);
  return made.authenticate().then(
    () => undefined,
    (error: unknown) => error,
  );
}
const replaced = saslAuthenticatorThatTells(stock);

test('a good login is one', async () => {
  expect(await login(replaced, {})).toBeUndefined();
});

describe('a connection that is lost during a login', () => {
  test.each([
    ['closed', () => new KafkaJSConnectionClosedError!('Closed connection'), 'connection'],
    ['without an answer', () => new KafkaJSRequestTimeoutError!('Request SaslAuthenticate timed out'), 'timeout'],
  ])('%s, is no refused login, though kafkajs says so', async (_, error, kind) => {
    expect(faultOf(await login(stock, { authenticate: error() }))).toMatchObject({ kind: 'login' });
    const told = await login(replaced, { authenticate: error() });
    expect(faultOf(told)).toMatchObject({ kind, isPermanent: false, retriable: true });
    expect(dialFailure('h', 9, told).permanent).toBe(false);
  });
});

describe('a refused login', () => {
  test.each(['plain', 'scram-sha-256', 'scram-sha-512'])('with %s names mechanism and broker, and what to check', async (mechanism) => {
    const error = await login(replaced, { mechanism, authenticate: createErrorFromCode(58) });
    const text = `SASL_AUTHENTICATION_FAILED: SASL ${mechanism.toUpperCase()} login at h:9 failed: SASL Authentication failed: check saslUsername and saslPassword`;
    expect(dialFailure('h', 9, error)).toEqual({ text: `${text}.`, permanent: true, isLoginRefused: true });
    expect(faultOf(error)).toMatchObject({ kind: 'login', type: 'SASL_AUTHENTICATION_FAILED', isPermanent: true, message: `${text}.` });
  });

  test('by a broker that knows no better answer than to close the connection is one', async () => {
    const error = await login(replaced, { hasAuthenticate: false, authenticate: new KafkaJSConnectionClosedError!('Connection closed') });
    expect(faultOf(error)).toMatchObject({ kind: 'login', message: expect.stringContaining('SASL PLAIN login at h:9 failed: ') });
  });

  test('at an IPv6 address has it in brackets', async () => {
    const error = await login(replaced, { host: '[__1]', authenticate: createErrorFromCode(58) });
    expect(dialFailure('::1', 9, error).text).toContain('SASL PLAIN login at [::1]:9 failed');
  });

  test('for its mechanism names those that the broker has', async () => {
    const error = await login(replaced, { handshake: { errorCode: 33, enabledMechanisms: ['GSSAPI', 'SCRAM-SHA-512'] } });
    expect(dialFailure('h', 9, error)).toMatchObject({
      text: "UNSUPPORTED_SASL_MECHANISM: SASL PLAIN is not enabled at h:9, which offers GSSAPI, SCRAM-SHA-512: change saslMechanism, or the broker's sasl.enabled.mechanisms.",
      permanent: true,
    });
  });

  test('by a listener without SASL says so', async () => {
    const error = await login(replaced, { handshake: { errorCode: 34, enabledMechanisms: [] } });
    expect(dialFailure('h', 9, error)).toMatchObject({
      text: 'ILLEGAL_SASL_STATE: the listener at h:9 takes no SASL PLAIN login: change the port in servers, or remove saslMechanism and the settings of the login.',
      permanent: true,
    });
  });

  test('never has the password in it', async () => {
    for (const authenticate of [createErrorFromCode(58), new KafkaJSConnectionClosedError!('Closed connection')]) {
      const error = (await login(replaced, { authenticate })) as Error;
      expect(JSON.stringify([error, error.message, error.stack])).not.toContain('geheim');
    }
  });
});

describe('a login that lasts', () => {
  /** Logs in once; the broker says how long that lasts. */
  async function loggedIn(lifetimeMs: number, answered: () => void = () => undefined) {
    const renewals: (LoginRenewal | null)[] = [];
    const connection = {
      host: 'h',
      port: 9,
      sasl: { mechanism: 'plain', username: 'u', password: 'geheim' },
      requestQueue: { renewLogin: (renewal: LoginRenewal | null) => renewals.push(renewal) },
      authenticatedAt: null as object | null,
      handshakes: 0,
      send: async ({ request, response }: { request: { apiKey: number }; response: { parse(data: unknown): Promise<unknown> } }) => {
        if (request.apiKey !== HANDSHAKE) {
          answered();
          return { authBytes: Buffer.from([0, 0, 0, 0]), sessionLifetimeMs: String(lifetimeMs) };
        }
        connection.handshakes++;
        return response.parse({ errorCode: 0, enabledMechanisms: MECHANISMS });
      },
    };
    const made = new (replaced as unknown as Made)(connection, logger, VERSIONS, true) as InstanceType<Made> & { sessionLifetime: string };
    await made.authenticate();
    connection.authenticatedAt = {};
    return { connection, renewals, made };
  }
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('for ever is not renewed, neither here nor by kafkajs', async () => {
    const { renewals, made } = await loggedIn(0);
    expect(renewals).toEqual([null]);
    expect(made.sessionLifetime).toBe('0');
  });

  test('an hour is due after 80 to 90 percent of it, and again after the next one', async () => {
    const { renewals, made, connection } = await loggedIn(3_600_000);
    expect(made.sessionLifetime).toBe('0');
    for (const round of [0, 1]) {
      const renewal = renewals[round]!;
      vi.advanceTimersByTime(2_879_000);
      expect(renewal.isDue()).toBe(false);
      vi.advanceTimersByTime(362_000);
      expect(renewal.isDue()).toBe(true);
      const renewing = renewal.login();
      await vi.advanceTimersByTimeAsync(0);
      await renewing;
      expect(connection.handshakes).toBe(round + 2);
    }
  });

  test('a second is renewed no sooner than brokers allow', async () => {
    const { renewals, connection } = await loggedIn(1_000);
    vi.advanceTimersByTime(900);
    expect(renewals[0]!.isDue()).toBe(true);
    const renewing = renewals[0]!.login();
    await vi.advanceTimersByTimeAsync(150);
    expect(connection.handshakes).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    await renewing;
    expect(connection.handshakes).toBe(2);
  });

  test('lasts from its last request on, however late the answer is', async () => {
    const { renewals } = await loggedIn(10_000, () => vi.advanceTimersByTime(5_000));
    vi.advanceTimersByTime(2_900);
    expect(renewals[0]!.isDue()).toBe(false);
    vi.advanceTimersByTime(1_150);
    expect(renewals[0]!.isDue()).toBe(true);
  });

  test('is not due, and not renewed, on a connection that was made again', async () => {
    const { renewals, connection } = await loggedIn(10_000);
    vi.advanceTimersByTime(9_900);
    expect(renewals[0]!.isDue()).toBe(true);
    connection.authenticatedAt = null;
    expect(renewals[0]!.isDue()).toBe(false);
    const renewing = renewals[0]!.login();
    await vi.advanceTimersByTimeAsync(0);
    await renewing;
    expect(connection.handshakes).toBe(1);
  });
});
