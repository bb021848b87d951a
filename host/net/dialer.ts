import { isIP, type Socket } from 'node:net';
import tls from 'node:tls';
import { cancelledBy, onAbort } from '../base/abort.ts';
import type { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { after, unless } from '../base/wait.ts';
import { connectFirst } from './connect-first.ts';
import { canonicalAddress, hostName } from './host-name.ts';
import { ask, type DialPolicy, type DialPurpose, type DialQuestion } from './policy.ts';
import type { Resolve } from './resolve.ts';

/** Default of `DialerOptions.timeoutMs`. */
export const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** Addresses of one name that are tried. With more of them CONNECT_TIMEOUT_MS would end before the last one is tried. */
const MAX_CANDIDATES = 16;
/** Hosts whose failures and refusals are kept. It is bounded because a broker may advertise a new host in every answer. */
const MAX_KEPT = 1_000;

export interface DialerOptions {
  /** Names the client that dials, for the policy, logs and errors: `consumer of group "g"`. */
  asker: string;
  log: Log;
  /** Null: plain TCP. A function is called for each connection. */
  tls?: tls.ConnectionOptions | (() => tls.ConnectionOptions) | null;
  /** When it aborts, the dialer is destroyed. */
  signal?: AbortSignal;
  /** Longest time of one `connect`: look-up, TCP and TLS together. Default: CONNECT_TIMEOUT_MS. */
  timeoutMs?: number;
}

export interface Target {
  /** A name or an IP address, in any spelling. */
  host: string;
  port: number;
  purpose: DialPurpose;
}

/** Makes the connections of one client, checks each with the policy, and keeps them, so that no connection outlives the dialer. */
export class Dialer {
  readonly #policy: DialPolicy | null;
  readonly #resolve: Resolve;
  readonly #options: DialerOptions;
  readonly #closing = new AbortController();
  readonly #forget: () => void;
  readonly #sockets = new Set<Socket>();
  readonly #failures = new Map<string, Error>();
  readonly #warned = new Set<string>();

  constructor(policy: DialPolicy | null, resolve: Resolve, options: DialerOptions) {
    this.#policy = policy;
    this.#resolve = resolve;
    this.#options = options;
    const { signal } = options;
    this.#forget = signal === undefined ? () => undefined : onAbort(signal, () => this.destroy(cancelledBy(signal)));
  }

  /**
   * Resolves with a connected socket whose peer TLS has verified; nothing has been written to it. Look-up, connection and TLS take
   * `timeoutMs` together at most. Rejects with ConnectorError `policy.denied` or `config.invalid`, with an error of the resolver, TCP or TLS that has a
   * `code`, or with the reason for which the dialer or the signal ended the dial.
   */
  async connect(target: Target, signal?: AbortSignal): Promise<Socket> {
    const dial = new AbortController();
    const timeoutMs = this.#options.timeoutMs ?? CONNECT_TIMEOUT_MS;
    const late = Object.assign(new Error(`Connection timeout: no connection within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
    const cancel = after(timeoutMs, () => dial.abort(late));
    const forgetClosing = onAbort(this.#closing.signal, () => dial.abort(this.#closing.signal.reason));
    const forgetSignal = signal && onAbort(signal, () => dial.abort(cancelledBy(signal)));
    try {
      dial.signal.throwIfAborted();
      return this.#keep(await this.#dial(target, dial.signal), target);
    } catch (error) {
      // A dial that the caller cancelled says nothing about the address.
      if (!signal?.aborted) this.#noteFailure(target, error as Error);
      throw error;
    } finally {
      cancel();
      forgetClosing();
      forgetSignal?.();
    }
  }

  /** The error of the last failed dial or broken connection to this host and port, in the spelling of the target. */
  failure(host: string, port: number): Error | undefined {
    return this.#failures.get(keyOf({ host, port }));
  }

  /** True after `destroy`: the dialer makes no more connections. */
  get isOver(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Ends every connection and every dial now with this error. Later dials reject with it. */
  destroy(reason: Error): void {
    this.#forget?.();
    this.#closing.abort(reason);
    // The socket gets the error because kafkajs listens to 'error' and not to 'close'; without one it would go on waiting.
    for (const socket of this.#sockets) socket.destroy(reason);
    this.#sockets.clear();
  }

  async #dial({ host: given, port, purpose }: Target, signal: AbortSignal): Promise<Socket> {
    const name = hostName(given);
    const question = { host: name.host, port, purpose, asker: this.#options.asker };
    // The policy is asked before the look-up: a DNS query for a forbidden name would already send that name out.
    const refused = await this.#refusal({ ...question, address: null }, signal);
    if (refused !== null) throw refused;
    const addresses = name.address === null ? await this.#addresses(name.lookup, signal) : [name.address];
    const allowed: string[] = [];
    let denied: ConnectorError | null = null;
    for (const address of addresses) {
      const reason = await this.#refusal({ ...question, address }, signal);
      if (reason === null) allowed.push(address);
      else denied ??= reason;
    }
    if (allowed.length === 0 && denied !== null) throw denied;
    const socket = await connectFirst(allowed, port, signal);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const { tls: secure = null } = this.#options;
    const options = typeof secure === 'function' ? secure() : secure;
    return options === null ? socket : secured(socket, { host: name.host, isName: name.address === null }, options, signal);
  }

  /** Logs each refusal once, because a client that reconnects is refused again and again. */
  async #refusal(question: DialQuestion, signal: AbortSignal): Promise<ConnectorError | null> {
    if (this.#policy === null) return null;
    const refused = await unless(signal, ask(this.#policy, question));
    signal.throwIfAborted();
    if (refused === undefined || refused === null) return null;
    if (!this.#warned.has(refused.message)) {
      if (this.#warned.size >= MAX_KEPT) this.#warned.clear();
      this.#warned.add(refused.message);
      this.#options.log('warn', refused.message, refused.fields);
    }
    return refused;
  }

  async #addresses(name: string, signal: AbortSignal): Promise<string[]> {
    const found = await unless(signal, this.#resolve(name));
    signal.throwIfAborted();
    // Only IP addresses are kept: a name in the answer would be looked up again when it is dialled, without a check by the policy.
    const addresses = [...new Set((found ?? []).filter((one) => isIP(one) !== 0).map(canonicalAddress))].slice(0, MAX_CANDIDATES);
    if (addresses.length === 0) throw Object.assign(new Error(`no address of ${name} was found`), { code: 'ENOTFOUND' });
    return addresses;
  }

  #keep(socket: Socket, target: Target): Socket {
    this.#sockets.add(socket);
    socket.on('error', (error) => this.#noteFailure(target, error));
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #noteFailure(target: Target, error: Error): void {
    if (this.#failures.size >= MAX_KEPT) this.#failures.clear();
    this.#failures.set(keyOf(target), error);
  }
}

/** Starts TLS on a connected socket. Resolves when the certificate of the peer is verified against the host that was asked for. */
function secured(
  socket: Socket,
  { host, isName }: { host: string; isName: boolean },
  options: tls.ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // `host` and `servername` come after the options, so that the options cannot name another host to verify.
    const secure = tls.connect({ ...options, socket, host: host.replace(/%.*$/, ''), servername: isName ? host : '' });
    let forget = (): void => undefined;
    const failed = (error: Error): void => {
      forget();
      secure.destroy();
      socket.destroy();
      reject(error);
    };
    socket.on('error', failed);
    secure.on('error', failed);
    secure.once('secureConnect', () => {
      forget();
      secure.off('error', failed);
      socket.off('error', failed);
      socket.on('error', (error) => secure.destroy(error));
      resolve(secure);
    });
    forget = onAbort(signal, () => failed(signal.reason as Error));
  });
}

function keyOf({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}
