import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect, createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ConnectorError } from '../../../../host/base/errors.ts';
import { ClientFactory, parseAddress } from '../../../../host/kafka/kafkajs/client.ts';
import { kafkajsAddress, socketFactory } from '../../../../host/kafka/kafkajs/broker-socket.ts';
import type { Dialer } from '../../../../host/net/dialer.ts';
import { Net } from '../../../../host/net/net.ts';
import { dialFailure } from '../../../../host/kafka/kafkajs/errors.ts';
import { makeCertificates } from '../../../support/broker/certificates.ts';
import { tlsOptions } from '../../../../host/kafka/auth/tls.ts';
import { checkPem } from '../../../../host/kafka/index.ts';
import { connectionTo } from '../../../support/connection.ts';

const servers: Server[] = [];
const clients: Socket[] = [];
async function listen(host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => clients.push(socket)).listen(0, host);
  servers.push(server);
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return (server.address() as { port: number }).port;
}
afterEach(() => {
  for (const socket of clients.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

describe('addresses', () => {
  test.each([
    ['broker', 'broker', 9092],
    ['broker:1234', 'broker', 1234],
    ['10.0.0.1:9093', '10.0.0.1', 9093],
    ['[::1]:1234', '::1', 1234],
    ['[::1]', '::1', 9092],
    ['::1', '::1', 9092],
  ])('%s', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  test('an IPv6 address reaches the dialer in one piece', () => {
    const dialled: string[] = [];
    const factory = socketFactory((host, port) => {
      dialled.push(`${host} ${port}`);
      return new Promise(() => undefined);
    });
    const [host, port] = kafkajsAddress('fe80::1', 9092).split(':') as [string, string];
    factory({ host, port: Number(port), ssl: {}, onConnect: () => undefined });
    expect(dialled).toEqual(['fe80::1 9092']);
  });
});

describe("kafkajs' socket", () => {
  const net = new Net();
  const dialers: Dialer[] = [];
  afterEach(() => {
    for (const dialer of dialers.splice(0)) dialer.destroy(new Error('the test is over'));
  });
  const newDialer = (): Dialer => {
    const dialer = net.dialer({ asker: 'test', log: () => undefined });
    dialers.push(dialer);
    return dialer;
  };
  /** As kafkajs makes one: it listens right after it has the socket. */
  function socketTo(port: number, dialer = newDialer()) {
    const events: string[] = [];
    const lost: string[] = [];
    const factory = socketFactory(
      (host, at, signal) => dialer.connect({ host, port: at, purpose: 'server' }, signal),
      (host, at, error) => lost.push(`${host}:${at} ${error.message}`),
    );
    const socket = factory({ host: '127.0.0.1', port, ssl: {}, onConnect: () => events.push('connect') });
    socket.on('data', (data: Buffer) => events.push(`data ${data.toString()}`));
    socket.on('end', () => events.push('end'));
    socket.on('error', (error: Error) => events.push(`error ${error.message}`));
    return { socket, events, lost, dialer };
  }

  test('carries bytes both ways, and the end', async () => {
    const port = await listen();
    const { socket, events } = socketTo(port);
    await vi.waitFor(() => expect(events).toEqual(['connect']));
    await vi.waitFor(() => expect(clients).toHaveLength(1));
    const [peer] = clients as [Socket];
    const received = new Promise<Buffer>((resolve) => peer.once('data', resolve));
    socket.write('question', 'binary');
    expect((await received).toString()).toBe('question');
    const closed = new Promise((resolve) => peer.once('close', resolve));
    peer.end('answer');
    await vi.waitFor(() => expect(events).toEqual(['connect', 'data answer', 'end']));
    socket.end();
    await closed;
  });

  test('tells of a connection that could not be made, or is lost, and not of one that is ended', async () => {
    const port = await listen();
    const ended = socketTo(port);
    await vi.waitFor(() => expect(ended.events).toEqual(['connect']));
    const closed = new Promise((resolve) => clients[0]!.once('close', resolve));
    ended.socket.end();
    await closed;
    const broken = socketTo(port);
    await vi.waitFor(() => expect(clients).toHaveLength(2));
    clients[1]!.resetAndDestroy();
    await vi.waitFor(() => expect(broken.lost).toEqual([`127.0.0.1:${port} read ECONNRESET`]));
    servers.pop()!.close();
    const refused = socketTo(port);
    await vi.waitFor(() => expect(refused.lost).toEqual([expect.stringContaining(`127.0.0.1:${port} connect ECONNREFUSED`)]));
    expect(ended.lost).toEqual([]);
  });

  test('fails as the connection does, and the dialer remembers why', async () => {
    const port = await listen();
    servers.pop()!.close();
    const { events, dialer } = socketTo(port);
    await vi.waitFor(() => expect(events).toEqual([`error connect ECONNREFUSED 127.0.0.1:${port}`]));
    expect(dialer.failure('127.0.0.1', port)).toMatchObject({ code: 'ECONNREFUSED' });
    expect(dialer.failure('127.0.0.1', 1)).toBeUndefined();
  });

  test('fails with its dialer, which kafkajs hears, and so does the next one', async () => {
    const port = await listen();
    const { events, dialer } = socketTo(port);
    await vi.waitFor(() => expect(events).toEqual(['connect']));
    dialer.destroy(new Error('over'));
    await vi.waitFor(() => expect(events).toEqual(['connect', 'error over']));
    const next = socketTo(port, dialer);
    await vi.waitFor(() => expect(next.events).toEqual(['error over']));
  });

  test('that is ended before it is connected is given up, and never connects', async () => {
    const port = await listen();
    const { socket, events } = socketTo(port);
    socket.end();
    socket.unref();
    await vi.waitFor(() => expect(events).toEqual(['error the connection is not wanted any more']));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toHaveLength(1);
    expect(clients.filter(({ destroyed }) => !destroyed)).toEqual([]);
  });
});

describe("why a dial failed, in Go's words", () => {
  const text = (error: unknown): string => dialFailure('h', 1, error).text;
  test.each([
    [{ code: 'ECONNREFUSED' }, 'dial tcp h:1: connect: connection refused'],
    [{ code: 'EHOSTUNREACH' }, 'dial tcp h:1: connect: no route to host'],
    [{ code: 'ETIMEDOUT' }, 'dial tcp h:1: i/o timeout'],
    [{ code: 'ENOTFOUND' }, 'dial tcp: lookup h: no such host'],
    [{ message: 'Connection timeout' }, 'dial tcp h:1: i/o timeout'],
    [Object.assign(new Error(), { errors: [{ code: 'ECONNREFUSED' }] }), 'dial tcp h:1: connect: connection refused'],
    [Object.assign(new Error('SASL Authentication failed'), { name: 'KafkaJSSASLAuthenticationError' }), 'h:1: SASL Authentication failed'],
    [
      { code: 'SELF_SIGNED_CERT_IN_CHAIN', message: 'm; if the root CA is installed locally, try running Node.js with --use-system-ca' },
      'h:1: tls: failed to verify certificate: x509: certificate signed by unknown authority (m): put the certificate of that authority into caCert',
    ],
    [{ code: 'CERT_HAS_EXPIRED' }, 'h:1: tls: failed to verify certificate: x509: certificate has expired or is not yet valid'],
  ])('%j', (error, expected) => {
    expect(text(error)).toBe(expected);
  });
  test.each([
    [true, 'where the client uses TLS and the broker does not: turn TLS off'],
    [false, 'where the broker expects TLS and the client does not use it: set tls.enabled to true'],
  ])('a closed connection says which of both uses TLS (the client: %s)', (usesTls, hint) => {
    for (const error of [{ code: 'ECONNRESET' }, { message: 'Closed connection' }, { message: 'socket hang up' }])
      expect(dialFailure('h', 1, error, usesTls).text).toContain(hint);
  });
  test('an IPv6 address stands in brackets', () => {
    expect(dialFailure('::1', 1, { code: 'ECONNREFUSED' }).text).toBe('dial tcp [::1]:1: connect: connection refused');
  });
});

describe('PEM texts', () => {
  test.each([
    ['clientCert', 'could not configure client TLS: tls: failed to find any PEM data in certificate input'],
    ['clientKey', 'could not configure client TLS: tls: failed to find any PEM data in key input'],
    ['caCert', 'could not configure client TLS: tls: failed to find any PEM data in CA certificate input'],
  ])("%s that is none is refused in Go's words", (name, text) => {
    expect(checkPem(name, 'foo')).toBe(text);
  });

  test('real ones pass, swapped and damaged ones do not, and nothing of them is told', async () => {
    const { client } = await makeCertificates();
    expect(checkPem('clientCert', client.clientCert)).toBeNull();
    expect(checkPem('clientKey', client.clientKey)).toBeNull();
    expect(checkPem('caCert', `${client.caCert}\n${client.otherCaCert}`)).toBeNull();
    expect(checkPem('clientKey', client.clientCert)).toContain('key input');
    expect(checkPem('clientCert', client.clientKey)).toContain('certificate input');
    const middle = client.clientKey.split('\n')[1]!;
    const damaged = checkPem('clientKey', client.clientKey.replace(middle, middle.slice(4)));
    expect(damaged).toContain('failed to parse private key');
    expect(damaged).not.toContain(middle.slice(4, 20));
    expect(checkPem('caCert', client.caCert.replace(client.caCert.split('\n')[1]!, 'AAAA'))).toContain('failed to parse CA certificate');
  });
});

describe('an encrypted private key', () => {
  const password = 'geheim of the key';
  const encrypted = async (form: 'pkcs8' | 'sec1'): Promise<{ clear: string; text: string }> => {
    const { client } = await makeCertificates();
    const text = createPrivateKey(client.clientKey).export({ type: form, format: 'pem', cipher: 'aes-256-cbc', passphrase: password });
    return { clear: client.clientKey, text: String(text) };
  };

  test.each(['pkcs8', 'sec1'] as const)(
    'of the form %s passes with its password; without it, or with another, it is told what to set',
    async (form) => {
      const { text } = await encrypted(form);
      expect(text).toContain('ENCRYPTED');
      expect(checkPem('clientKey', text, { clientKeyPassword: password })).toBeNull();
      expect(checkPem('clientKey', text)).toBe(
        'could not configure client TLS: tls: failed to parse private key: it is encrypted, set clientKeyPassword',
      );
      const wrong = checkPem('clientKey', text, { clientKeyPassword: 'wrong-password' });
      expect(wrong).toContain('failed to decrypt private key: check clientKeyPassword');
      expect(wrong).not.toContain('wrong-password');
    },
  );

  test('is no other than a clear one with a password that nobody needs', async () => {
    const { clear } = await encrypted('pkcs8');
    expect(checkPem('clientKey', clear, { clientKeyPassword: password })).toBeNull();
  });
});

describe('a byte order mark before a PEM block, also in the middle of files that were joined,', () => {
  test('passes the check and loses no certificate', async () => {
    const { client, server } = await makeCertificates();
    const mark = '\ufeff';
    const texts: Record<string, string> = {
      clientCert: mark + client.clientCert,
      clientKey: `exported\n${mark}${client.clientKey}`,
      caCert: `${client.otherCaCert}\n${mark}${client.caCert}`,
    };
    for (const [name, text] of Object.entries(texts)) expect(checkPem(name, text)).toBeNull();
    const secrets = { read: (reference: string): string => texts[reference] ?? '' };
    const settings = {
      clientCertRef: 'clientCert',
      clientKeyRef: 'clientKey',
      clientKeyPasswordRef: '',
      caCertRef: 'caCert',
      insecureSkipVerify: false,
    };
    const listener = createTlsServer({ ...server, ca: client.caCert, requestCert: true }, (socket) => socket.end('welcome'));
    servers.push(listener.listen(0, '127.0.0.1'));
    await once(listener, 'listening');
    const socket = connect({ ...tlsOptions(settings, secrets), host: '127.0.0.1', port: (listener.address() as AddressInfo).port });
    clients.push(socket);
    expect(String(await once(socket, 'data'))).toBe('welcome');
  });
});

test('a secret reference that nobody gave out is refused before anything is dialled', async () => {
  const secrets = {
    read: (reference: string): string => {
      throw new ConnectorError('internal', `no secret ${reference}`);
    },
  };
  const tls = { clientCertRef: 'x', clientKeyRef: '', clientKeyPasswordRef: '', caCertRef: '', insecureSkipVerify: false };
  expect(() => new ClientFactory(connectionTo('h', { tls }), { secrets, log: () => undefined, net: new Net(), asker: 'test' })).toThrow(
    'no secret x',
  );
});
