import * as grpc from '@grpc/grpc-js';
import { decode, encode, typesOf } from './protocol.ts';

const identity = (bytes: Buffer): Buffer => bytes;

export interface Status {
  code: number;
  details: string;
}

/** A call that ended with another status than OK. */
export class CallError extends Error {
  readonly code: number;
  constructor(status: Status) {
    super(status.details);
    this.code = status.code;
  }
}

/** One bidirectional stream of raw messages. */
export class Stream {
  readonly received: Buffer[] = [];
  readonly status: Promise<Status>;
  readonly #call: grpc.ClientDuplexStream<Buffer, Buffer>;
  #waiting: (() => void)[] = [];
  #ended = false;

  constructor(call: grpc.ClientDuplexStream<Buffer, Buffer>) {
    this.#call = call;
    call.on('data', (bytes: Buffer) => {
      this.received.push(bytes);
      this.#notify();
    });
    call.on('error', () => {});
    this.status = new Promise((resolve) =>
      call.on('status', (status: Status) => {
        this.#ended = true;
        resolve({ code: status.code, details: status.details });
        this.#notify();
      }),
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** False when the client's buffer is full. */
  write(bytes: Buffer): boolean {
    return this.#call.write(bytes);
  }

  /** Resolves when the bytes are on their way, not only in a buffer of the client. */
  sent(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => this.#call.write(bytes, () => resolve()));
  }

  drained(): Promise<void> {
    return new Promise((resolve) => this.#call.once('drain', resolve));
  }

  halfClose(): void {
    this.#call.end();
  }

  cancel(): void {
    this.#call.cancel();
  }

  /** Stops reading, as a slow Conduit does; HTTP/2 flow control does the rest. */
  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  /** Resolves when `isDone` holds after a message or the end of the stream; rejects when the stream has ended without it, or after limitMs. */
  async until(isDone: () => boolean, limitMs = 10_000, what = 'what was waited for'): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!isDone()) {
      if (this.#ended) throw new Error(`the stream ended before ${what}: ${JSON.stringify(await this.status)}`);
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error(`${what} did not come within ${limitMs} ms (${this.received.length} messages)`);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => this.#waiting.push(resolve)),
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, leftMs);
        }),
      ]);
      clearTimeout(timer);
    }
  }

  #notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** gRPC through @grpc/grpc-js, an implementation that shares nothing with the server under test. */
export class GrpcClient {
  readonly #client: grpc.Client;

  /** As go-plugin prints it: `unix|<path>` or `tcp|<host>:<port>`. */
  constructor(address: string) {
    const [network, place] = address.split('|') as [string, string];
    this.#client = new grpc.Client(network === 'unix' ? `unix:${place}` : place, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // Without it many small messages make grpc-js spend quadratic time on its retry buffer.
      'grpc.per_rpc_retry_buffer_size': 0,
      'grpc.enable_retries': 0,
    });
  }

  raw(path: string, request: Buffer, headers: Record<string, string> = {}): Promise<Buffer> {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, identity, identity, request, metadata, (error, response) => {
        if (error) reject(new CallError(error));
        else resolve(response as Buffer);
      });
    });
  }

  /** A call by the types in proto/. */
  async call<T = Record<string, never>>(path: string, request: object = {}): Promise<T> {
    const types = typesOf(path);
    return decode<T>(types.response, await this.raw(path, encode(types.request, request)));
  }

  stream(path: string): Stream {
    return new Stream(this.#client.makeBidiStreamRequest(path, identity, identity));
  }

  close(): void {
    this.#client.close();
  }
}
