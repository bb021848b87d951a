/** Certificates and passwords that are replaced in their files while a producer runs: its next connection uses the new ones. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../host/kafka/contract.ts';
import type { Dialer, DialerOptions } from '../../host/net/dialer.ts';
import { Net } from '../../host/net/net.ts';
import type { Param } from '../../host/runtime/contract.ts';
import { Vault } from '../../host/runtime/vault.ts';
import { sharedBroker, uniqueName } from '../support/broker.ts';
import { cli } from '../unit/cli/spawned.ts';
import { numbered, section } from '../unit/kafka/sections.ts';
import { OPEN, PRODUCER, subject } from './kafka-client.ts';

const { mtlsServers, saslSslServers, tls, login } = sharedBroker();
const WRONG = 'wrong-password-1234';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'rotation-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return `file:${join(folder, name)}`;
};

/** Keeps the connections, and the certificate that each presented. */
class KeptNet extends Net {
  readonly certificates: (string | null)[] = [];
  readonly #sockets: Socket[] = [];

  override dialer(options: DialerOptions): Dialer {
    const dialer = super.dialer(options);
    const connect = dialer.connect.bind(dialer);
    dialer.connect = async (...target) => {
      const socket = await connect(...target);
      this.#sockets.push(socket);
      const own = socket instanceof TLSSocket ? (socket.getCertificate() as { fingerprint256?: string } | null) : null;
      this.certificates.push(own?.fingerprint256 ?? null);
      return socket;
    };
    return dialer;
  }

  /** Breaks all connections, and forgets their certificates. */
  break(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy(new Error('broken'));
    this.certificates.length = 0;
  }
}

/** The references of secret settings, as the runtime gives them, and what reads them. */
function hidden(settings: Record<string, string>): { secrets: Vault; reference: (name: string) => string } {
  const params = Object.keys(settings).map((name) => ({ name, secret: true }) as Param);
  const secrets = new Vault(true);
  const { pairs, problems } = secrets.hide(settings, params);
  expect(problems).toEqual([]);
  return { secrets, reference: (name) => Object.fromEntries(pairs)[name]! };
}

describe.skipIf(tls === null || login === null)('in files', () => {
  const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256;

  test('a client certificate that is replaced is used by the next connection', async () => {
    const settings = { ca: file('ca', tls!.caCert), cert: file('cert', tls!.clientCert), key: file('key', tls!.clientKey) };
    const { secrets, reference } = hidden(settings);
    const net = new KeptNet();
    const { kafka } = subject('unused:1', { secrets, net });
    const connection: Connection = {
      servers: mtlsServers!.split(','),
      clientId: 'rotation',
      tls: {
        clientCertRef: reference('cert'),
        clientKeyRef: reference('key'),
        clientKeyPasswordRef: '',
        caCertRef: reference('ca'),
        insecureSkipVerify: false,
      },
    };
    const topic = uniqueName('rotation');
    const producer = await kafka.openProducer(connection, PRODUCER, OPEN);
    try {
      for (const pair of [{ cert: tls!.clientCert, key: tls!.clientKey }, tls!.renewedClient!]) {
        file('cert', pair.cert);
        file('key', pair.key);
        net.break();
        expect(await producer.send([{ topic, records: section(numbered(3)) }])).toEqual([]);
        expect(new Set(net.certificates)).toEqual(new Set([fingerprint(pair.cert)]));
      }
    } finally {
      await producer.close();
    }
  });

  test.each(['plain', 'scram-sha512'] as const)('a password of %s that is replaced is used by the next connection', async (tag) => {
    const { secrets, reference } = hidden({ ca: file('ca', tls!.caCert), password: file('password', `${login!.password}\n`) });
    const net = new KeptNet();
    const { kafka } = subject('unused:1', { secrets, net });
    const none = { clientCertRef: '', clientKeyRef: '', clientKeyPasswordRef: '' };
    const connection: Connection = {
      servers: saslSslServers!.split(','),
      clientId: 'rotation',
      tls: { ...none, caCertRef: reference('ca'), insecureSkipVerify: false },
      sasl: { tag, val: { username: login!.username, passwordRef: reference('password') } },
    };
    const topic = uniqueName('rotation');
    const producer = await kafka.openProducer(connection, { ...PRODUCER, deliveryTimeoutMs: 5_000 }, OPEN);
    const send = () => producer.send([{ topic, records: section(numbered(1)) }]);
    try {
      expect(await send()).toEqual([]);
      // The connection in use needs no login.
      file('password', WRONG);
      expect(await send()).toEqual([]);
      net.break();
      const [failure] = await send();
      expect(failure!.reason.text).toContain('check saslUsername and saslPassword');
      expect(failure!.reason.text).not.toContain(WRONG);
      file('password', `${login!.password}\r\n`);
      net.break();
      expect(await send()).toEqual([]);
      rmSync(join(folder, 'password'));
      net.break();
      const [missing] = await send();
      expect(missing!.reason.text).toContain(
        `invalid password: the file ${join(folder, 'password')} cannot be used: there is no such file`,
      );
      file('password', login!.password);
      expect(await send()).toEqual([]);
    } finally {
      await producer.close();
    }
  });

  test('the command line takes them, and names the file of one that it cannot use', async () => {
    const topic = uniqueName('rotation');
    const settings = (password: string): string[] =>
      Object.entries({
        servers: saslSslServers!,
        topic,
        caCert: file('ca', tls!.caCert),
        saslMechanism: 'SCRAM-SHA-256',
        saslUsername: login!.username,
        saslPassword: password,
      }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const input = `${JSON.stringify({ operation: 'create', payload: { after: { id: 1 } } })}\n`;
    expect(await cli(['destination', ...settings(file('password', login!.password))], { input })).toMatchObject({ code: 0 });
    const missing = await cli(['destination', ...settings(`file:${folder}/missing`)], { input });
    expect(missing.code).toBe(2);
    expect(missing.err).toContain(`invalid saslPassword: the file ${folder}/missing cannot be used: there is no such file`);
  });
});
