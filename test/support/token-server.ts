/** A small OAuth server: tokens by the client credentials grant, in the form that Kafka's broker takes without a key ("unsecured" JWTs). */
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export const OAUTH_CLIENT = { clientId: 'orders', clientSecret: 'geheim of: orders/+' };

export interface TokenRequest {
  path: string;
  authorization: string;
  form: Record<string, string>;
}

export interface TokenServer {
  url: string;
  requests: TokenRequest[];
  /** Tokens that were given out. */
  issued: string[];
  lifetimeS: number;
  /** What answers instead, while it is set. */
  instead: ((response: ServerResponse) => void) | null;
  /** Changes the claims of the tokens. */
  claims: Record<string, unknown>;
  close(): Promise<void>;
}

export function unsecuredToken(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

/** `keys`: certificate and key, for HTTPS. */
export async function startTokenServer(keys?: { cert: string; key: string }): Promise<TokenServer> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const authorization = request.headers.authorization ?? '';
      served.requests.push({ path: request.url ?? '', authorization, form });
      if (served.instead !== null) return served.instead(response);
      if (authorization !== EXPECTED) return json(response, 401, { error: 'invalid_client', error_description: 'unknown client' });
      if (form['grant_type'] !== 'client_credentials') return json(response, 400, { error: 'unsupported_grant_type' });
      const now = Date.now() / 1_000;
      const token = unsecuredToken({ sub: 'alice', iat: now - 1, exp: now + served.lifetimeS, n: served.issued.length, ...served.claims });
      served.issued.push(token);
      json(response, 200, { access_token: token, token_type: 'Bearer', expires_in: served.lifetimeS });
    });
  };
  const server: Server = keys === undefined ? createHttpServer(answer) : createHttpsServer({ cert: keys.cert, key: keys.key }, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const served: TokenServer = {
    url: `${keys === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/token`,
    requests: [],
    issued: [],
    lifetimeS: 3_600,
    instead: null,
    claims: {},
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return served;
}

/** RFC 6749, 2.3.1: both parts are encoded as in forms. */
const encoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
const EXPECTED = `Basic ${Buffer.from(`${encoded(OAUTH_CLIENT.clientId)}:${encoded(OAUTH_CLIENT.clientSecret)}`).toString('base64')}`;

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
