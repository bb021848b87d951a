/**
 * The object that kafkajs uses as a socket. kafkajs needs it synchronously, but a connection takes time: the name is looked up, the policy is asked,
 * addresses are tried. So kafkajs gets this object, which passes everything to the socket once it is connected. It has the members that kafkajs uses.
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { ConnectorError } from '../../base/errors.ts';
import type { ISocketFactory } from './kafkajs.ts';

/** Makes a connection. The signal aborts when the connection is abandoned. */
export type Connect = (host: string, port: number, signal: AbortSignal) => Promise<Socket>;

/** Called for a connection that is lost or could not be made, with the error that kafkajs gets. */
export type OnLost = (host: string, port: number, error: Error) => void;

export function socketFactory(connect: Connect, onLost?: OnLost): ISocketFactory {
  return ({ host: name, port, onConnect }) => {
    const host = dialledHost(name);
    const socket = new BrokerSocket((signal) => connect(host, port, signal), onConnect);
    if (onLost !== undefined) socket.on('error', (error: Error) => onLost(host, port, error));
    // The type demands a whole net.Socket; kafkajs uses only the members of a BrokerSocket.
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

  /** Ends the connection. If it is not made yet, kafkajs gets an error, because otherwise it would go on waiting for it. */
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
    // The socket may have ended after its handshake.
    if (socket.destroyed) return void this.emit('error', socket.errored ?? new Error('the connection is closed'));
    if (!this.#isReferenced) socket.unref();
    socket.on('data', (chunk) => this.emit('data', chunk));
    for (const event of ['end', 'timeout'] as const) socket.on(event, () => this.emit(event));
    socket.on('error', (error) => this.emit('error', error));
    onConnect();
  }
}

/** An address in a form for kafkajs. kafkajs splits at the first colon, so the colons of an IPv6 address are replaced. */
export function kafkajsAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host.replaceAll(':', '_')}]:${port}` : `${host}:${port}`;
}

/** The host of an address that `kafkajsAddress` has written. */
export function dialledHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1).replaceAll('_', ':') : host;
}
