import type { ServerHttp2Stream } from 'node:http2';
import { FrameReader, PREFIX_BYTES, frame, writePrefix } from './frames.ts';
import { STATUS, StatusError, trailersOf } from './status.ts';

/**
 * With more than this in the outgoing buffer the writer is asked to wait. The buffer has room for several batches, so that Conduit has records to
 * read while a source waits for the broker's answer to a commit: with room for one batch only, arch-v2 stood still for 30 ms in every second.
 */
const FULL_BYTES = 1024 * 1024;
/** Messages up to this size that are sent within one turn of the event loop are written to the stream together. */
const SMALL_BYTES = 4096;
/** From this size on a message is written after its prefix without being copied. */
const LARGE_BYTES = 16 * 1024;

/** The callbacks of a method for its call. `ended`, `malformed` and `closed` are called at most once, and none after `closed`. */
export interface CallHandlers {
  /** The client sent a message. The bytes are a view that stays valid and keeps its network buffer alive. */
  message(bytes: Buffer): void;
  /** There is room again after a `write` that returned false. */
  drained?(): void;
  /**
   * The client sent a malformed message, or one over the limit: nothing more is read. The handler must end the call with this error, at once or
   * when the messages before it are answered. Without a handler the call fails at once.
   */
  malformed?(error: unknown): void;
  /** The client sends no more (half-close). Not called when the call was cancelled. */
  ended?(): void;
  /** The call is over: answered, failed, cancelled by the client, or its connection is gone. */
  closed?(): void;
}

/** One gRPC call over one HTTP/2 stream. */
export class Call {
  readonly #stream: ServerHttp2Stream;
  readonly #reader: FrameReader;
  #handlers: CallHandlers | null = null;
  #result: StatusError | null = null;
  #finished = false;
  #closed = false;
  #paused = false;
  /** The client sent bytes that cannot be read, so nothing after them can be read either. */
  #malformed = false;
  /** A `write` has returned false. */
  #isWaitedFor = false;
  #small: Buffer[] = [];
  #flushing: NodeJS.Immediate | null = null;

  /** The response headers of `stream` must have been sent, with `waitForTrailers`. */
  constructor(stream: ServerHttp2Stream, maxMessageBytes: number) {
    this.#stream = stream;
    this.#reader = new FrameReader(maxMessageBytes, (bytes) => {
      if (!this.#finished) this.#handlers?.message(bytes);
    });
    stream.on('wantTrailers', () => {
      stream.sendTrailers(trailersOf(this.#result));
    });
    stream.on('drain', () => {
      if (!this.#isWaitedFor || !this.open) return;
      this.#isWaitedFor = false;
      this.#handlers?.drained?.();
    });
    stream.on('end', () => this.#end());
    stream.on('close', () => this.#close());
    stream.on('error', () => {}); // 'close' follows
  }

  /** False once the call has been answered, failed or cancelled. */
  get open(): boolean {
    return !this.#finished && !this.#closed && !this.#stream.destroyed;
  }

  /** Starts to read. */
  start(handlers: CallHandlers): void {
    this.#handlers = handlers;
    const stream = this.#stream;
    // In arch-v1 every message is one DATA frame, and passing it through Readable's buffers costs more than all other work on it. So chunks are taken
    // here, before they enter those buffers. Returning false stops the reading as a full Readable does; `_read` starts it again.
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (chunk === null) return push(chunk, encoding);
      this.#receive(chunk as Buffer);
      return !this.#paused;
    };
    stream.resume();
  }

  /** Sends a message; false: wait for `drained`. While the call is open no message is dropped; a message to a call that is not open is. */
  write(message: Uint8Array): boolean {
    if (!this.open) return false;
    if (message.length <= SMALL_BYTES) {
      this.#small.push(frame(message));
      this.#flushing ??= setImmediate(() => this.#flush());
      return this.#hasRoom();
    }
    this.#flush();
    const stream = this.#stream;
    if (message.length < LARGE_BYTES) stream.write(frame(message));
    else {
      const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
      writePrefix(prefix, message.length);
      stream.cork();
      stream.write(prefix);
      stream.write(message);
      stream.uncork();
    }
    return this.#hasRoom();
  }

  /** Stops reading. The messages of the current network buffer still arrive. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#stream.destroyed) this.#stream._read(0);
  }

  /** Ends the call with status OK, after everything written. */
  end(): void {
    if (!this.open) return;
    this.#flush();
    this.#finished = true;
    this.#stream.end();
    this.#discardInput();
  }

  /** Ends the call with a status, after everything written. */
  fail(error: unknown): void {
    if (!this.open) return;
    this.#result = StatusError.from(error);
    this.end();
  }

  /** FULL_BYTES is above the stream's own high-water mark, so a stream that is full here will emit 'drain'. */
  #hasRoom(): boolean {
    if (this.#stream.writableLength < FULL_BYTES) return true;
    this.#isWaitedFor = true;
    return false;
  }

  #receive(chunk: Buffer): void {
    if (this.#finished || this.#malformed) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#malformed = true;
      if (this.#handlers?.malformed === undefined) this.fail(error);
      else this.#handlers.malformed(error);
    }
  }

  #end(): void {
    // A cancelled stream emits 'end' too, which is no half-close.
    if (!this.open || this.#stream.aborted || this.#stream.rstCode !== 0) return;
    if (this.#malformed) return;
    if (!this.#reader.atBoundary)
      this.fail(new StatusError(STATUS.internal, 'expected a whole message, got the end of the stream within one'));
    else this.#handlers?.ended?.();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#small = [];
    this.#handlers?.closed?.();
  }

  #flush(): void {
    if (this.#flushing !== null) clearImmediate(this.#flushing);
    this.#flushing = null;
    const small = this.#small;
    if (small.length === 0) return;
    this.#small = [];
    if (!this.#stream.destroyed) this.#stream.write(small.length === 1 ? small[0] : Buffer.concat(small));
  }

  #discardInput(): void {
    this.#paused = false;
    if (!this.#stream.destroyed) this.#stream._read(0);
  }
}
