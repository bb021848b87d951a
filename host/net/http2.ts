import { connect, type ClientHttp2Session } from 'node:http2';
import type { Dialer, Target } from './dialer.ts';
import { hostPort } from './host-name.ts';

/** Opens an HTTP/2 session over a connection of the dialer. Rejects as `Dialer.connect` does. The caller must end the session. */
export async function connectHttp2(dialer: Dialer, target: Target, signal?: AbortSignal): Promise<ClientHttp2Session> {
  const socket = await dialer.connect(target, signal);
  return connect(`http://${hostPort(target.host, target.port)}`, { createConnection: () => socket });
}
