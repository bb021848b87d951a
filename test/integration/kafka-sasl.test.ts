import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../host/base/errors.ts';
import type { Connection, Sasl, Tls } from '../../host/kafka/contract.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { OPEN, PRODUCER, read, subject, values } from './kafka-client.ts';

const { servers, saslServers, saslSslServers, scram512Servers, sslServers, tls, login } = sharedBroker();
const WRONG = 'wrong-password-1234';
/** Secrets by reference, as the runtime holds them. */
const secrets: Record<string, string> = { ca: tls?.caCert ?? '', password: login?.password ?? '', wrong: WRONG };
const kafka = subject('unused:1', { secrets: { read: (reference) => secrets[reference]! } });

const MECHANISMS = [
  ['plain', 'PLAIN'],
  ['scram-sha256', 'SCRAM-SHA-256'],
  ['scram-sha512', 'SCRAM-SHA-512'],
] as const;
const CA: Tls = { clientCertRef: '', clientKeyRef: '', clientKeyPasswordRef: '', caCertRef: 'ca', insecureSkipVerify: false };

interface To {
  tag?: Sasl['tag'];
  passwordRef?: string;
  username?: string;
  tls?: Tls;
}
const connection = (to: string, { tag, passwordRef = 'password', username = login?.username ?? '', tls: secure }: To): Connection => ({
  servers: to.split(','),
  clientId: 'sasl',
  tls: secure,
  sasl: tag && ({ tag, val: { username, passwordRef } } as Sasl),
});
const consumerOf = (to: Connection, topic: string) =>
  kafka.kafka.openConsumer(to, { topics: [topic], group: uniqueName('group'), fromBeginning: true, resume: [] }, OPEN);
const producerOf = (to: Connection) => kafka.kafka.openProducer(to, PRODUCER, OPEN);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

async function roundTrip(to: Connection): Promise<void> {
  const topic = uniqueName('topic');
  const producer = await producerOf(to);
  open.push(producer);
  expect(await producer.send([{ topic, records: section(numbered(3)) }])).toEqual([]);
  const consumer = await consumerOf(to, topic);
  open.push(consumer);
  expect(values(await read(consumer, 3))).toEqual(numbered(3).map(({ value }) => value));
}

/** Code and text of a refused open of either side, both of which must be refused alike, and how long the slower took. */
async function refused(to: Connection): Promise<{ code: string; message: string; ms: number }> {
  const start = performance.now();
  const errors = await Promise.all(
    [producerOf(to), consumerOf(to, 'any')].map((opening) =>
      opening.then(
        (handle) => {
          open.push(handle);
          throw new Error('expected the open to be refused');
        },
        (reason: unknown) => reason as ConnectorError,
      ),
    ),
  );
  for (const error of errors) expect(error).toBeInstanceOf(ConnectorError);
  const [{ code, message }, other] = errors as [ConnectorError, ConnectorError];
  expect({ code: other.code, message: other.message }).toEqual({ code, message });
  return { code, message, ms: performance.now() - start };
}

describe.skipIf(login === null)(`SASL${login === null ? ' (skipped: the given cluster names no SASL listeners)' : ''}`, () => {
  describe.each(MECHANISMS)('%s', (tag, name) => {
    test('records go both ways without TLS', () => roundTrip(connection(saslServers!, { tag })));

    test('records go both ways over TLS', () => roundTrip(connection(saslSslServers!, { tag, tls: CA })));

    test('a wrong password is refused at once, with the mechanism and the server and without the password', async () => {
      for (const to of [
        connection(saslServers!, { tag, passwordRef: 'wrong' }),
        connection(saslSslServers!, { tag, passwordRef: 'wrong', tls: CA }),
      ]) {
        const { code, message, ms } = await refused(to);
        expect(code).toBe('kafka.rejected');
        expect(message).toMatch(/^failed to dial broker: unable to dial: /);
        expect(message).toContain(to.servers[0]);
        expect(message).toContain(`SASL_AUTHENTICATION_FAILED: SASL ${name} login at ${to.servers[0]} failed: `);
        expect(message).toContain('saslUsername and saslPassword');
        expect(ms).toBeLessThan(5_000);
        expect(JSON.stringify([message, kafka.lines])).not.toContain(WRONG);
      }
    });

    test('a wrong password is refused at once also if another server does not answer', async () => {
      const { code, message, ms } = await refused(connection(`127.0.0.1:1,${saslServers}`, { tag, passwordRef: 'wrong' }));
      expect(code).toBe('kafka.rejected');
      expect(message).toContain('dial tcp 127.0.0.1:1: connect: connection refused; SASL_AUTHENTICATION_FAILED: ');
      expect(ms).toBeLessThan(5_000);
    });

    test('an unknown user is refused the same way', async () => {
      const { message, code } = await refused(connection(saslServers!, { tag, username: 'mallory' }));
      expect(code).toBe('kafka.rejected');
      expect(message).toContain(`SASL ${name} login at ${saslServers!.split(',')[0]} failed: `);
    });

    test('a listener without SASL is refused at once, and the error says what to change', async () => {
      for (const to of [connection(servers, { tag }), connection(sslServers!, { tag, tls: CA })]) {
        const { code, message, ms } = await refused(to);
        expect(code).toBe('kafka.rejected');
        expect(message).toContain(`ILLEGAL_SASL_STATE: the listener at ${to.servers[0]} `);
        expect(message).toContain(name);
        expect(message).toContain('saslMechanism');
        expect(ms).toBeLessThan(5_000);
      }
    });
  });

  test.each(MECHANISMS.slice(0, 2))('the mechanism %s, which the listener does not have, is refused at once', async (tag, name) => {
    const { code, message, ms } = await refused(connection(scram512Servers!, { tag }));
    expect(code).toBe('kafka.rejected');
    expect(message).toContain(`UNSUPPORTED_SASL_MECHANISM: SASL ${name} is not enabled at ${scram512Servers!.split(',')[0]}, `);
    expect(message).toContain('SCRAM-SHA-512');
    expect(ms).toBeLessThan(5_000);
  });

  test.each(['saslServers', 'saslSslServers'] as const)('without a login, %s refuse, and the error says what to set', async (listener) => {
    const to = listener === 'saslServers' ? connection(saslServers!, {}) : connection(saslSslServers!, { tls: CA });
    const { message } = await refused(to);
    expect(message).toContain(to.servers[0]);
    expect(message).toContain('is SASL missing?');
    expect(message).not.toContain('TLS misconfigured');
  });

  test('the password is in no log line', () => {
    expect(JSON.stringify(kafka.lines)).not.toContain(login!.password);
    expect(kafka.lines.length).toBeGreaterThan(0);
  });
});
