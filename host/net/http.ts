import { Agent, request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import type { Duplex } from 'node:stream';
import { onAbort } from '../base/abort.ts';
import type { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { after } from '../base/wait.ts';
import type { Dialer } from './dialer.ts';
import type { Net } from './net.ts';
import type { DialPurpose } from './policy.ts';

/** Connections to one host that are open at once. */
const MAX_SOCKETS = 4;

export interface HttpOptions {
  net: Net;
  /** Names the client, for the policy, logs and errors. */
  asker: string;
  purpose: DialPurpose;
  log: Log;
  /** TLS of `https` addresses. Default: the well-known certificate authorities. */
  tls?: ConnectionOptions | null;
}

export interface HttpRequest {
  method?: string;
  /** `http://...` or `https://...`. */
  url: string | URL;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** Longest time until the whole answer is there. */
  timeoutMs: number;
  /** A longer answer is an error. */
  maxBytes: number;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * HTTP/1.1 over the connections of a dialer, which asks the policy about each of them and verifies TLS. Connections are kept open and used again.
 * Redirects are not followed, because an answer must not choose where credentials go.
 */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #paths = new Map<string, { dialer: Dialer; agent: Agent }>();
  #closed: ConnectorError | null = null;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the answer, whatever its status is. Rejects with the errors of `Dialer.connect`, an error of the connection, one with the code
   * `ETIMEDOUT` after `timeoutMs`, or the reason of the signal.
   */
  async request(asked: HttpRequest): Promise<HttpAnswer> {
    const url = new URL(asked.url);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`expected an http or https address, got ${url.protocol}`);
    const over = new AbortController();
    const late = Object.assign(new Error(`no answer within ${asked.timeoutMs} ms`), { code: 'ETIMEDOUT' });
    const cancel = after(asked.timeoutMs, () => over.abort(late));
    const forget = asked.signal && onAbort(asked.signal, () => over.abort(asked.signal!.reason));
    try {
      over.signal.throwIfAborted();
      for (let attempt = 1; ; attempt++) {
        const sent: { request: ClientRequest | null } = { request: null };
        try {
          return await this.#once(url, asked, over.signal, sent);
        } catch (error) {
          // The server had closed a connection that waited for its next request: that request never reached it.
          const isStale = sent.request?.reusedSocket === true && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
          if (!isStale || attempt > MAX_SOCKETS || over.signal.aborted) throw error;
        }
      }
    } finally {
      cancel();
      forget?.();
    }
  }

  /** Ends all requests and connections with this error. Later requests reject with it. */
  close(reason: ConnectorError): void {
    this.#closed ??= reason;
    for (const { dialer, agent } of this.#paths.values()) {
      agent.destroy();
      dialer.destroy(reason);
    }
    this.#paths.clear();
  }

  #once(url: URL, asked: HttpRequest, signal: AbortSignal, sent: { request: ClientRequest | null }): Promise<HttpAnswer> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const { agent } = this.#path(url.protocol);
      const body = asked.body === undefined ? undefined : Buffer.from(asked.body as string);
      const outgoing = request({
        agent,
        method: asked.method ?? 'GET',
        // The agent dials through the dialer, which secures `https` itself, so that Node speaks plain HTTP here.
        protocol: 'http:',
        host: url.hostname,
        port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
        path: url.pathname + url.search,
        setHost: false,
        headers: { host: url.host, ...(body === undefined ? {} : { 'content-length': String(body.length) }), ...asked.headers },
      });
      sent.request = outgoing;
      const forget = onAbort(signal, () => outgoing.destroy(signal.reason as Error));
      outgoing.on('error', (error) => {
        forget();
        reject(error);
      });
      outgoing.on('response', (response) => {
        collect(response, asked.maxBytes)
          .then(
            (whole) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole }),
            (error: Error) => {
              outgoing.destroy();
              reject(signal.aborted ? (signal.reason as Error) : error);
            },
          )
          .finally(forget);
      });
      outgoing.end(body);
    });
  }

  #path(protocol: string): { dialer: Dialer; agent: Agent } {
    let path = this.#paths.get(protocol);
    if (path === undefined) {
      const { net, asker, log, purpose, tls } = this.#options;
      const dialer = net.dialer({ asker, log, tls: protocol === 'https:' ? (tls ?? {}) : null });
      path = { dialer, agent: new DialingAgent(dialer, purpose) };
      this.#paths.set(protocol, path);
    }
    return path;
  }
}

/** Takes its connections from a dialer. */
class DialingAgent extends Agent {
  readonly #dialer: Dialer;
  readonly #purpose: DialPurpose;

  constructor(dialer: Dialer, purpose: DialPurpose) {
    super({ keepAlive: true, maxSockets: MAX_SOCKETS });
    this.#dialer = dialer;
    this.#purpose = purpose;
  }

  override createConnection(
    { host, port }: { host?: string | null; port?: string | number | null },
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    // A URL has brackets around an IPv6 address, a target has none.
    const target = { host: (host ?? '').replace(/^\[(.*)\]$/, '$1'), port: Number(port), purpose: this.#purpose };
    this.#dialer.connect(target).then(
      (socket) => done?.(null, socket),
      (error: Error) => done?.(error, undefined as never),
    );
  }
}

async function collect(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
