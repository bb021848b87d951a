import { PassThrough, Readable } from 'node:stream';
import { main } from '../../../host/cli/main.ts';
import type { Io } from '../../../host/cli/terminal/io.ts';
import type { Connectors } from '../../../host/cli/connector-factory.ts';

/** Stands for the process of a command: keeps the output of a run, and gives it the signals that the test sends. */
export class FakeIo implements Io {
  readonly stdin: Readable;
  readonly stdout: PassThrough & { isTTY?: boolean } = new PassThrough();
  readonly stderr: PassThrough & { isTTY?: boolean; columns?: number } = new PassThrough();
  readonly env: Record<string, string | undefined>;
  readonly exits: number[] = [];
  readonly #listeners = new Set<() => void>();
  out = '';
  err = '';

  constructor(options: { stdin?: Readable; isTTY?: boolean; columns?: number; env?: Record<string, string> } = {}) {
    this.stdin = options.stdin ?? Readable.from([]);
    this.env = options.env ?? {};
    this.stderr.isTTY = options.isTTY ?? false;
    this.stderr.columns = options.columns;
    this.stdout.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    this.stderr.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
  }

  onSignal(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  signal(): void {
    for (const listener of this.#listeners) listener();
  }

  exit(code: number): void {
    this.exits.push(code);
  }
}

export function run(argv: string[], io: Io, connectors: Connectors): Promise<number> {
  return main(argv, io, () => Promise.resolve(connectors));
}
