/** Tokens for SASL OAUTHBEARER, from a token endpoint by the client credentials grant (RFC 6749, 4.4). */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SecretReader } from '../../base/secrets.ts';
import { HttpClient } from '../../net/http.ts';
import type { Net } from '../../net/net.ts';
import type { OauthClient } from '../contract.ts';
import { LoginError } from './login-error.ts';
import { trusting } from './tls.ts';

/** Less than what a login to a broker may take, so that the error names the endpoint and not the broker. */
const REQUEST_MS = 8_000;
const MAX_ANSWER_BYTES = 1 << 20;
/** Of a token whose answer does not say how long it is good. */
const DEFAULT_LIFETIME_S = 300;
/** The part of its lifetime after which a token is renewed. Logins are renewed later than that, so each takes a new token with it. */
const RENEWED_AFTER = 0.75;
/** How long after a failed renewal the old token, while it is good, is used without another try. */
const RETRY_MS = 5_000;
const MAX_REASON = 200;

export interface TokenParts {
  log: Log;
  secrets: SecretReader;
  net: Net;
  asker: string;
}

interface Token {
  value: string;
  /** On the clock of `performance.now()`. */
  renewAt: number;
  endsAt: number;
}

/** The tokens of one connection. All its clients share them. */
export class OauthTokens {
  readonly #client: OauthClient;
  readonly #parts: TokenParts;
  #token: Token | null = null;
  #getting: Promise<string> | null = null;

  constructor(client: OauthClient, parts: TokenParts) {
    this.#client = client;
    this.#parts = parts;
  }

  /** A token that is good for at least a quarter of its lifetime, or until the endpoint answers again. Rejects with LoginError or ConnectorError. */
  get(): Promise<string> {
    const token = this.#token;
    if (token !== null && performance.now() < token.renewAt) return Promise.resolve(token.value);
    this.#getting ??= this.#renewed(token).finally(() => (this.#getting = null));
    return this.#getting;
  }

  async #renewed(old: Token | null): Promise<string> {
    try {
      this.#token = await this.#request();
      return this.#token.value;
    } catch (error) {
      if (old === null || performance.now() >= old.endsAt) throw error;
      old.renewAt = Math.min(performance.now() + RETRY_MS, old.endsAt);
      this.#parts.log('warn', `${(error as Error).message}; the token from before is used until it ends`);
      return old.value;
    }
  }

  async #request(): Promise<Token> {
    const { clientId, clientSecretRef, scope, caCertRef, tokenEndpoint } = this.#client;
    const { secrets, net, asker, log } = this.#parts;
    const url = endpoint(tokenEndpoint);
    const place = url.origin + url.pathname;
    const secret = secrets.read(clientSecretRef);
    const http = new HttpClient({
      net,
      asker,
      purpose: 'token',
      log,
      tls: url.protocol === 'https:' ? trusting(caCertRef, secrets) : null,
    });
    const begun = performance.now();
    let status = 0;
    try {
      const oauth = await import('oauth4webapi');
      const server = { issuer: url.href, token_endpoint: url.href };
      const client = { client_id: clientId };
      const answer = await oauth.clientCredentialsGrantRequest(
        server,
        client,
        oauth.ClientSecretBasic(secret),
        scope === '' ? {} : { scope },
        {
          // TLS is the user's choice: the settings warn of a URL without it.
          [oauth.allowInsecureRequests]: true,
          [oauth.customFetch]: async (_, { method, headers, body }) => {
            const timeoutMs = REQUEST_MS;
            const got = await http.request({ url, method, headers, body: String(body), timeoutMs, maxBytes: MAX_ANSWER_BYTES });
            status = got.status;
            const contentType = got.headers['content-type'] ?? '';
            return new Response(new Uint8Array(got.body), { status, headers: { 'content-type': contentType } });
          },
        },
      );
      const { access_token: value, expires_in: lifetimeS = DEFAULT_LIFETIME_S } = await oauth.processClientCredentialsResponse(
        server,
        client,
        answer,
      );
      return { value, renewAt: begun + lifetimeS * 1_000 * RENEWED_AFTER, endsAt: begun + lifetimeS * 1_000 };
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      throw tokenError(place, status, error);
    } finally {
      http.close(new ConnectorError('cancelled', 'the token is there'));
    }
  }
}

function endpoint(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new LoginError('oauth.tokenEndpoint is not a URL', { isPermanent: true });
}

/** `status` is 0 if the endpoint did not answer. */
function tokenError(place: string, status: number, error: unknown): LoginError {
  const { error: code, error_description: description } = error as { error?: unknown; error_description?: unknown };
  const answer = [code, description].filter((part) => typeof part === 'string').join(': ');
  const message = status === 0 || (status === 200 && answer === '') ? (error as Error).message : answer;
  const reason = message.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_REASON);
  const what = `no OAuth token from ${place}: ${status === 0 || status === 200 ? '' : `HTTP status ${status}`}`;
  // 429 and the errors of servers pass, and so does a redirect or a page of a server in maintenance.
  const isPermanent = status === 400 || status === 401 || status === 403 || status === 404;
  const advice = isPermanent ? ': check oauth.tokenEndpoint, oauth.clientID, oauth.clientSecret and oauth.scope' : '';
  return new LoginError(`${what}${what.endsWith(': ') || reason === '' ? '' : ': '}${reason}${advice}`, { isPermanent });
}
