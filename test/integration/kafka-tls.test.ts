import { createPrivateKey } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorError } from '../../host/base/errors.ts';
import type { Connection, Tls } from '../../host/kafka/contract.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { OPEN, PRODUCER, read, subject, values } from './kafka-client.ts';

const { sslServers, mtlsServers, misnamedServers, expiredServers, tls } = sharedBroker();
const open: { close(): Promise<void> }[] = [];

/** PEM texts by reference, as the runtime holds them. */
const texts: Record<string, string> = {
  ca: tls?.caCert ?? '',
  otherCa: tls?.otherCaCert ?? '',
  cert: tls?.clientCert ?? '',
  key: tls?.clientKey ?? '',
};
const kafka = subject('unused:1', {
  secrets: {
    read(reference) {
      if (texts[reference] === undefined) throw new ConnectorError('internal', `no such reference: ${reference}`);
      return texts[reference];
    },
  },
});
const connection = (servers: string, settings: Partial<Tls> | null): Connection => ({
  servers: servers.split(','),
  clientId: 'tls',
  tls:
    settings === null
      ? undefined
      : { clientCertRef: '', clientKeyRef: '', clientKeyPasswordRef: '', caCertRef: '', insecureSkipVerify: false, ...settings },
});
const openProducer = (to: Connection) => kafka.kafka.openProducer(to, PRODUCER, OPEN);

async function roundTrip(to: Connection): Promise<void> {
  const topic = uniqueName('topic');
  const producer = await openProducer(to);
  open.push(producer);
  expect(await producer.send([{ topic, records: section(numbered(3)) }])).toEqual([]);
  const consumer = await kafka.kafka.openConsumer(
    to,
    { topics: [topic], group: uniqueName('group'), fromBeginning: true, resume: [] },
    OPEN,
  );
  open.push(consumer);
  expect(values(await read(consumer, 3))).toEqual(numbered(3).map(({ value }) => value));
}

/** The text and code of a refused open, and how long it took. */
async function refused(to: Connection): Promise<{ code: string; message: string; ms: number }> {
  const start = Date.now();
  const error = await openProducer(to).then(
    (producer) => {
      open.push(producer);
      throw new Error('expected the open to be refused');
    },
    (reason: unknown) => reason as ConnectorError,
  );
  expect(error).toBeInstanceOf(ConnectorError);
  for (const text of Object.values(texts)) if (text !== '') expect(error.message).not.toContain(text);
  return { code: error.code, message: error.message, ms: Date.now() - start };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((handle) => handle.close()));
});

describe.skipIf(tls === null)(`TLS${tls === null ? ' (skipped: the given cluster names no TLS listeners)' : ''}`, () => {
  test('with the own CA, records go both ways', async () => {
    await roundTrip(connection(sslServers!, { caCertRef: 'ca' }));
  });

  test('with a client certificate, records go both ways where one is demanded', async () => {
    await roundTrip(connection(mtlsServers!, { caCertRef: 'ca', clientCertRef: 'cert', clientKeyRef: 'key' }));
  });

  test('with a client certificate whose key is encrypted, records go both ways', async () => {
    texts['keyPassword'] = 'geheim of the key';
    const key = createPrivateKey(tls!.clientKey);
    texts['encryptedKey'] = String(key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: texts['keyPassword'] }));
    const settings = { caCertRef: 'ca', clientCertRef: 'cert', clientKeyRef: 'encryptedKey' };
    await roundTrip(connection(mtlsServers!, { ...settings, clientKeyPasswordRef: 'keyPassword' }));
    texts['wrongPassword'] = 'wrong-password-1234';
    const { code, message } = await refused(connection(mtlsServers!, { ...settings, clientKeyPasswordRef: 'wrongPassword' }));
    expect(code).toBe('config.invalid');
    expect(message).toMatch(/^could not configure client TLS: tls: /);
  });

  test('a broker of an unknown CA is refused at once', async () => {
    for (const settings of [{ caCertRef: 'otherCa' }, {}]) {
      const { code, message, ms } = await refused(connection(sslServers!, settings));
      expect(code).toBe('kafka.rejected');
      expect(message).toMatch(
        /^failed to dial broker: unable to dial: .*tls: failed to verify certificate: x509: certificate signed by unknown authority/,
      );
      expect(message).toContain(sslServers!.split(',')[0]);
      expect(ms).toBeLessThan(5_000);
    }
  });

  test("a broker with another host's certificate is refused at once", async () => {
    const { code, message } = await refused(connection(misnamedServers!, { caCertRef: 'ca' }));
    expect(code).toBe('kafka.rejected');
    expect(message).toMatch(/tls: failed to verify certificate: x509: certificate is not valid for the host name/);
  });

  test.skipIf(expiredServers === null)('a broker with an expired certificate is refused at once', async () => {
    const { code, message, ms } = await refused(connection(expiredServers!, { caCertRef: 'ca' }));
    expect(code).toBe('kafka.rejected');
    expect(message).toContain(
      `${expiredServers!.split(',')[0]}: tls: failed to verify certificate: x509: certificate has expired or is not yet valid`,
    );
    expect(ms).toBeLessThan(5_000);
  });

  test('insecureSkipVerify takes all of them', async () => {
    await roundTrip(connection(misnamedServers!, { insecureSkipVerify: true }));
    // A given cluster has no listener with an expired certificate.
    if (expiredServers !== null) await roundTrip(connection(expiredServers, { insecureSkipVerify: true }));
    await roundTrip(connection(sslServers!, { caCertRef: 'otherCa', insecureSkipVerify: true }));
  });

  test('without the client certificate that the broker demands, the error says what to set', async () => {
    const { message } = await refused(connection(mtlsServers!, { caCertRef: 'ca' }));
    expect(message).toMatch(/remote error: tls: .*the broker demands a client certificate.*clientCert and clientKey/);
  });

  test('TLS to a plaintext listener, and plaintext to a TLS listener, end after ten seconds with a clear text', async () => {
    const [plain, secure] = await Promise.all([
      refused(connection(sharedBroker().servers, { caCertRef: 'ca' })),
      refused(connection(sslServers!, null)),
    ]);
    expect(plain.message).toContain('the client uses TLS and the broker does not: turn TLS off');
    expect(secure.message).toContain('the broker expects TLS and the client does not use it: set tls.enabled to true');
    for (const { code, ms } of [plain, secure]) {
      expect(code).toBe('kafka.unreachable');
      expect(ms).toBeGreaterThan(8_000);
      expect(ms).toBeLessThan(13_000);
    }
  });

  test('a certificate and a key that do not belong together are a configuration error', async () => {
    texts['foreign'] = texts['otherCa']!;
    const { code, message } = await refused(connection(mtlsServers!, { caCertRef: 'ca', clientCertRef: 'foreign', clientKeyRef: 'key' }));
    expect(code).toBe('config.invalid');
    expect(message).toMatch(/^could not configure client TLS: tls: /);
  });
});
