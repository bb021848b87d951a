import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { ListenOptions } from 'node:net';
import { Call, type CallHandlers } from './call.ts';
import { RESPONSE_HEADERS, STATUS, StatusError, trailersOf } from './status.ts';

/** Flow control window of a stream and of the connection: Conduit may send so many bytes before they are read here. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Node refuses new streams when a session holds more than this. A 170 MiB message that is being received must not cause that. */
const MAX_SESSION_MEMORY_MB = 1024;

/** A method: either one request and one response, or streams of both. Rejections and exceptions become the status of the call. */
export type Method = { unary(request: Buffer): Promise<Uint8Array> } | { stream(call: Call): CallHandlers; maxReceiveBytes?: number };
/** Methods by path: `/package.Service/Method`. */
export type Methods = ReadonlyMap<string, Method>;

export interface ServerOptions {
  methods: Methods;
  /** Largest message that a method without `maxReceiveBytes` receives. */
  maxReceiveBytes: number;
  /** Called when a client has connected or a connection has ended. `open` is the number of open connections. */
  sessions?(open: number): void;
}

/**
 * gRPC over plaintext HTTP/2, as far as go-plugin needs it: only identity encoding, and no deadlines on this side (Conduit sets none, and a client
 * that sets one cancels the call itself).
 */
export class GrpcServer {
  readonly #options: ServerOptions;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#server = createServer({ settings: { initialWindowSize: WINDOW_BYTES }, maxSessionMemory: MAX_SESSION_MEMORY_MB });
    this.#server.on('session', (session) => this.#opened(session));
    this.#server.on('sessionError', () => {}); // the session closes, and its streams end their calls
    this.#server.on('stream', (stream, headers) => this.#dispatch(stream as ServerHttp2Stream, headers));
  }

  listen(options: ListenOptions): Promise<ReturnType<Http2Server['address']>> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(options, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => {});
        resolve(this.#server.address());
      });
    });
  }

  /** Ends every connection without waiting for its calls. */
  close(): void {
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
  }

  #opened(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.setLocalWindowSize(WINDOW_BYTES);
    session.on('error', () => {});
    session.on('close', () => {
      this.#sessions.delete(session);
      this.#options.sessions?.(this.#sessions.size);
    });
    this.#options.sessions?.(this.#sessions.size);
  }

  #dispatch(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // A reset or the end of the session can come before this event. Responding then would throw.
    if (stream.closed || stream.destroyed) return;
    const refusal = httpRefusal(headers);
    if (refusal !== 0) {
      stream.on('error', () => {});
      stream.respond({ [constants.HTTP2_HEADER_STATUS]: refusal }, { endStream: true });
      return;
    }
    const path = String(headers[constants.HTTP2_HEADER_PATH]);
    const method = this.#options.methods.get(path);
    const error = statusRefusal(path, method, headers);
    if (method === undefined || error !== null) {
      stream.on('error', () => {});
      stream.respond({ ...RESPONSE_HEADERS, ...trailersOf(error) }, { endStream: true });
      stream.resume();
      return;
    }
    stream.respond(RESPONSE_HEADERS, { waitForTrailers: true });
    const maxBytes = 'stream' in method ? method.maxReceiveBytes : undefined;
    const call = new Call(stream, maxBytes ?? this.#options.maxReceiveBytes);
    let handlers: CallHandlers = { message() {} };
    try {
      handlers = 'unary' in method ? unaryHandlers(call, (request) => method.unary(request)) : method.stream(call);
    } catch (error) {
      call.fail(error);
    }
    call.start(handlers);
  }
}

function httpRefusal(headers: IncomingHttpHeaders): number {
  if (headers[constants.HTTP2_HEADER_METHOD] !== 'POST') return constants.HTTP_STATUS_METHOD_NOT_ALLOWED;
  if (!/^application\/grpc($|[+;])/.test(String(headers[constants.HTTP2_HEADER_CONTENT_TYPE] ?? '')))
    return constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE;
  return 0;
}

function statusRefusal(path: string, method: Method | undefined, headers: IncomingHttpHeaders): StatusError | null {
  if (method === undefined) return new StatusError(STATUS.unimplemented, `unknown method ${path}`);
  const encoding = headers['grpc-encoding'] ?? 'identity';
  if (encoding === 'identity') return null;
  return new StatusError(STATUS.unimplemented, `expected identity encoding, got ${String(encoding)}: send uncompressed messages`);
}

function unaryHandlers(call: Call, method: (request: Buffer) => Promise<Uint8Array>): CallHandlers {
  let request: Buffer | null = null;
  return {
    message(bytes) {
      if (request !== null) call.fail(new StatusError(STATUS.internal, 'expected one request message, got two'));
      request = bytes;
    },
    ended() {
      if (request === null) return call.fail(new StatusError(STATUS.internal, 'expected one request message, got none'));
      method(request).then(
        (response) => {
          call.write(response);
          call.end();
        },
        (error: unknown) => call.fail(error),
      );
    },
  };
}
