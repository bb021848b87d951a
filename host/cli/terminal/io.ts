import type { Readable, Writable } from 'node:stream';

/** A terminal, a pipe or a file. */
export interface OutputStream extends Writable {
  isTTY?: boolean;
  /** Of a terminal; 0 where it does not know its width. */
  columns?: number;
}

/** Everything of the process that the command line touches, so that the executable and the tests can hand in their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  /** Data only. */
  stdout: OutputStream;
  /** Logs, errors and progress only. */
  stderr: OutputStream;
  env: Readonly<Record<string, string | undefined>>;
  /** Calls `listener` at each SIGINT, SIGTERM and SIGHUP until the returned function is called. */
  onSignal(listener: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** SIGHUP comes when the terminal is closed; by default it would end the process without leaving the consumer group. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The streams, environment and signals of this process. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onSignal(listener) {
      for (const signal of SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener);
      };
    },
    exit: (code) => process.exit(code),
  };
}

/** Resolves when everything written to the stream so far has left it, or when it cannot leave any more. */
export function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.writableEnded || stream.errored) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.once('close', () => resolve());
    stream.write('', () => resolve());
  });
}
