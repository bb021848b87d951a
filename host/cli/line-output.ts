import type { Writable } from 'node:stream';
import { ConnectorError } from '../errors.ts';

/** Bytes to a stream, one write at a time: a write is done when the stream has taken the bytes, not when it has queued them. */
export class LineOutput {
  readonly #stream: Writable;
  #closed = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') this.#closed = true;
      else this.#failure = error;
      this.#wake?.();
    });
    stream.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
  }

  /** True when the reader of the stream has gone, as `head` does. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Rejects with `cancelled` when the reader has gone, with `environment` when the stream fails (a full disk). */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#closed && this.#failure === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#stream.write(bytes, () => resolve());
      });
      this.#wake = null;
    }
    // A stream calls back before it emits "error".
    if (this.#stream.errored && !this.#closed && this.#failure === null) await new Promise((resolve) => setImmediate(resolve));
    if (this.#closed) throw new ConnectorError('cancelled', 'the reader of the output has gone');
    if (this.#failure !== null) throw new ConnectorError('environment', `the output cannot be written: ${this.#failure.message}`);
  }
}
