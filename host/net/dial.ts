/**
 * The one place where a connection to a broker is made: bootstrap servers, and every address that a broker advertises later.
 * It keeps its sockets, because kafkajs can wait long for a peer that is gone.
 */
import net from 'node:net';
import tls from 'node:tls';
import { cancelledBy, onAbort } from '../base/abort.ts';
import type { ISocketFactory } from '../kafka/kafkajs/kafkajs.ts';

const KEEP_ALIVE_MS = 60_000;

/** Asked before every dial; an Error refuses it. A later policy decides by host and port here. */
export type Allow = (host: string, port: number) => Error | null;

export interface Dialer {
  readonly socketFactory: ISocketFactory;
  /** What the last failed dial of this address died of. */
  failure(host: string, port: number): Error | undefined;
  /** Ends every connection now, and refuses new ones. The signal does the same. */
  destroy(reason: Error): void;
}

export function createDialer(secureContext: tls.ConnectionOptions | null, allow?: Allow, signal?: AbortSignal): Dialer {
  const sockets = new Set<net.Socket>();
  const failures = new Map<string, Error>();
  let closed: Error | null = null;

  const socketFactory: ISocketFactory = ({ host: given, port, onConnect }) => {
    const host = plainHost(given);
    const refused = closed ?? allow?.(host, port) ?? null;
    if (refused !== null) {
      failures.set(`${host}:${port}`, refused);
      throw refused;
    }
    const socket =
      secureContext === null
        ? net.connect({ host, port }, onConnect)
        : tls.connect({ host, port, ...(net.isIP(host) === 0 ? { servername: host } : {}), ...secureContext }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('error', (error) => failures.set(`${host}:${port}`, error));
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };

  const destroy = (reason: Error): void => {
    forget();
    closed ??= reason;
    // kafkajs listens to 'error' and not to 'close': without an error it would wait on.
    for (const socket of sockets) socket.destroy(reason);
    sockets.clear();
  };
  let forget = (): void => undefined;
  if (signal !== undefined) forget = onAbort(signal, () => destroy(cancelledBy(signal)));

  return {
    socketFactory,
    failure: (host, port) => failures.get(`${host}:${port}`),
    destroy,
  };
}

/** An address as kafkajs can take it: it splits at the first colon, so an IPv6 address travels with its colons replaced. */
export function kafkajsAddress(host: string, port: number): string {
  return net.isIPv6(host) ? `[${host.replaceAll(':', '_')}]:${port}` : `${host}:${port}`;
}

function plainHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1).replaceAll('_', ':') : host;
}
