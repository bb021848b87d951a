/**
 * What kafkajs takes for a socket. It wants one at once, and a connection takes a while: the name is looked up, the policy is asked, addresses
 * are tried. So kafkajs gets this, which becomes the socket when there is one. It uses no more of a socket than what is here.
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { ConnectorError } from '../../base/errors.ts';
import type { ISocketFactory } from './kafkajs.ts';

/** Makes a connection; the signal means that nobody wants it any more. */
export type Connect = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** Told of a connection that is lost, or could not be made, with the error that kafkajs gets. */
export type OnLost = (host: string, port: number, error: Error) => void;

export function socketFactory(connect: Connect, onLost?: OnLost): ISocketFactory {
  return ({ host: name, port, onConnect }) => {
    const host = dialledHost(name);
    const socket = new BrokerSocket((signal) => connect(host, port, signal), onConnect);
    if (onLost !== undefined) socket.on('error', (error: Error) => onLost(host, port, error));
    // The type asks for all of a net.Socket; kafkajs for what a BrokerSocket has.
    return socket as unknown as ReturnType<ISocketFactory>;
  };
}

class BrokerSocket extends EventEmitter {
  readonly #abandoned = new AbortController();
  #socket: Socket | null = null;
  #isReferenced = true;

  constructor(connect: (signal: AbortSignal) => Promise<Socket>, onConnect: () => void) {
    super();
    connect(this.#abandoned.signal).then(
      (socket) => this.#begin(socket, onConnect),
      (error: unknown) => this.emit('error', error),
    );
  }

  write(data: string | Uint8Array, encoding?: BufferEncoding): boolean {
    return this.#socket?.write(data, encoding) ?? false;
  }

  /** A connection that is not made yet is given up. kafkajs is told so with an error, without which it would wait on for it. */
  end(): this {
    if (this.#socket === null) this.#abandoned.abort(new ConnectorError('cancelled', 'the connection is not wanted any more'));
    else this.#socket.end();
    return this;
  }

  unref(): this {
    this.#isReferenced = false;
    this.#socket?.unref();
    return this;
  }

  #begin(socket: Socket, onConnect: () => void): void {
    this.#socket = socket;
    // Ended between the last byte of its handshake and now.
    if (socket.destroyed) return void this.emit('error', socket.errored ?? new Error('the connection is closed'));
    if (!this.#isReferenced) socket.unref();
    socket.on('data', (chunk) => this.emit('data', chunk));
    for (const event of ['end', 'timeout'] as const) socket.on(event, () => this.emit(event));
    socket.on('error', (error) => this.emit('error', error));
    onConnect();
  }
}

/** An address as kafkajs can take it: it splits at the first colon, so an IPv6 address travels with its colons replaced. */
export function kafkajsAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host.replaceAll(':', '_')}]:${port}` : `${host}:${port}`;
}

function dialledHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1).replaceAll('_', ':') : host;
}
