import { connect, type ClientHttp2Session } from 'node:http2';
import type { Dialer, Target } from './dialer.ts';

/** Opens an HTTP/2 session over a connection of the dialer. Rejects as `Dialer.connect` does. The caller must end the session. */
export async function connectHttp2(dialer: Dialer, target: Target, signal?: AbortSignal): Promise<ClientHttp2Session> {
  const socket = await dialer.connect(target, signal);
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return connect(`http://${host}:${target.port}`, { createConnection: () => socket });
}
