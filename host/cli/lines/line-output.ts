import type { Writable } from 'node:stream';
import { ConnectorError } from '../../base/errors.ts';

/** Writes bytes to a stream, one write at a time. A write ends when the reader's side has taken the bytes, not when the stream has queued them. */
export class LineOutput {
  readonly #stream: Writable;
  #error: ConnectorError | null = null;
  #wake: (() => void) | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(isReaderGone(error, stream) ? readerGone() : outputFailed(error));
    });
    stream.on('close', () => this.#fail(readerGone()));
  }

  /** The error after which nothing can be written: `cancelled` if the reader has closed the output, as `head` does, `environment` for a full disk. */
  get error(): ConnectorError | null {
    return this.#error;
  }

  /** Resolves when the stream has taken the bytes; rejects with `error`. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#error === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#stream.write(bytes, () => resolve());
      });
      this.#wake = null;
      // A stream calls the callback before it emits its error.
      if (this.#stream.errored) await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#error !== null) throw this.#error;
  }

  #fail(error: ConnectorError): void {
    this.#error ??= error;
    this.#wake?.();
  }
}

/** True if the reader has closed the output, as `head` does, or if the output was a terminal that is closed. */
export function isReaderGone({ code }: NodeJS.ErrnoException, output: Writable & { isTTY?: boolean }): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET' || (code === 'EIO' && output.isTTY === true);
}

export function outputFailed({ message }: Error): ConnectorError {
  return new ConnectorError('environment', `the output cannot be written: ${message}`);
}

function readerGone(): ConnectorError {
  return new ConnectorError('cancelled', 'the reader has closed the output');
}
