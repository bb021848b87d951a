import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ConnectorError } from '../../../host/base/errors.ts';
import { HttpClient, type HttpRequest } from '../../../host/net/http.ts';
import { Net, type NetOptions } from '../../../host/net/net.ts';
import { makeCertificates } from '../../support/broker/certificates.ts';

const closes: (() => void)[] = [];
afterEach(() => {
  for (const close of closes.splice(0)) close();
});

async function serve(answer: RequestListener, tls?: { key: string; cert: string }): Promise<{ url: string; sockets: Set<Socket> }> {
  const server: Server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closes.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}`, sockets };
}

function client(options: NetOptions = {}, ca?: string): HttpClient {
  const net = new Net({ resolve: async () => ['127.0.0.1'], ...options });
  const made = new HttpClient({
    net,
    asker: 'client',
    purpose: 'schema-registry',
    log: () => undefined,
    tls: ca === undefined ? null : { ca },
  });
  closes.push(() => made.close(new ConnectorError('cancelled', 'the test is over')));
  return made;
}

const ask = (made: HttpClient, url: string, more: Partial<HttpRequest> = {}) =>
  made.request({ url, timeoutMs: 5_000, maxBytes: 1_000, ...more });

test('requests go over connections that the policy has allowed, by name and by address, and share one connection', async () => {
  const asked: string[] = [];
  const seen: string[] = [];
  const { url, sockets } = await serve((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    request.on('data', (part: Buffer) => seen.push(String(part)));
    request.on('end', () => response.writeHead(201).end('done'));
  });
  const made = client({
    policy: ({ host, address, purpose, asker }) => {
      asked.push(`${asker} ${purpose} ${host} ${address}`);
      return null;
    },
  });
  const answer = await ask(made, `${url}/a?b=c`, { method: 'POST', body: '{"x":"é"}', headers: { authorization: 'Bearer t' } });
  expect(answer).toMatchObject({ status: 201 });
  expect(String(answer.body)).toBe('done');
  await ask(made, `${url}/again`);
  expect(seen).toEqual(['POST /a?b=c Bearer t', '{"x":"é"}', 'GET /again ']);
  expect(asked).toEqual(['client schema-registry localhost null', 'client schema-registry localhost 127.0.0.1']);
  expect(sockets.size).toBe(1);
});

test('a connection that the policy denies is not made', async () => {
  let connections = 0;
  const { url } = await serve((_, response) => response.end());
  const made = client({ policy: ({ address }) => (address === null ? null : (connections++, 'not here')) });
  await expect(ask(made, url)).rejects.toMatchObject({ code: 'policy.denied' });
  expect(connections).toBe(1);
});

test('https verifies the server against the given authorities', async () => {
  const certificates = await makeCertificates();
  const { url } = await serve((_, response) => response.end('secret'), certificates.server);
  expect(String((await ask(client({}, certificates.client.caCert), url)).body)).toBe('secret');
  await expect(ask(client({}), url)).rejects.toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) as string });
});

test('an answer that is too long, too late or cancelled is an error', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/long') response.end('x'.repeat(2_000));
  });
  const made = client();
  await expect(ask(made, `${url}/long`)).rejects.toThrow('longer than 1000 bytes');
  await expect(ask(made, `${url}/never`, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  const abort = new AbortController();
  const waiting = ask(made, `${url}/never`, { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  const open = ask(made, `${url}/never`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  made.close(new ConnectorError('cancelled', 'closed'));
  await expect(open).rejects.toThrow();
  await expect(ask(made, url)).rejects.toThrow('closed');
});

test('a redirect is an answer like any other, and is not followed', async () => {
  let asked = 0;
  const { url } = await serve((_, response) => {
    asked++;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect((await ask(client(), url)).status).toBe(302);
  expect(asked).toBe(1);
});
