import type { Readable, Writable } from 'node:stream';

/** A terminal, a pipe or a file. */
export interface OutputStream extends Writable {
  isTTY?: boolean;
  /** Width of a terminal; 0 if it is not known. */
  columns?: number;
}

/** The parts of the process that the command line uses, so that tests can pass their own. */
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

/** SIGHUP is sent when the terminal is closed. By default it would end the process without leaving the consumer group. */
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

/** Resolves when everything that was written to the stream has left it, or when the stream has failed or closed. */
export function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed || stream.writableEnded || stream.errored) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('error', () => resolve());
    stream.once('close', () => resolve());
    stream.write('', () => resolve());
  });
}
