import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../../host/main.ts', import.meta.url));

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
  /** The lines of `out`. */
  lines: string[];
}

/** A run of the real command line in a process of its own. */
export class Cli {
  readonly process: ChildProcessWithoutNullStreams;
  readonly done: Promise<Finished>;
  out = '';
  err = '';

  /** `unread`: stdout is left in the pipe until `readOutput`. */
  constructor(argv: string[], options: { env?: Record<string, string>; unread?: boolean } = {}) {
    this.process = spawn(process.execPath, [MAIN, ...argv], {
      env: { PATH: process.env.PATH, ...options.env },
    });
    if (options.unread !== true) this.readOutput();
    this.process.stderr.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    // A process that ends before it has read its input is no fault of the test.
    this.process.stdin.on('error', () => {});
    this.done = new Promise((resolve) => {
      this.process.on('close', (code, signal) =>
        resolve({ code, signal, out: this.out, err: this.err, lines: this.out.split('\n').slice(0, -1) }),
      );
    });
  }

  readOutput(): void {
    this.process.stdout.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
  }

  /** Resolves once the text is on stdout or stderr; rejects when the process ends without it. */
  async until(text: string): Promise<void> {
    const ended = this.done.then(() => true);
    while (!this.out.includes(text) && !this.err.includes(text)) {
      if (await Promise.race([ended, new Promise<false>((resolve) => setTimeout(() => resolve(false), 20))])) {
        if (this.out.includes(text) || this.err.includes(text)) return;
        throw new Error(`the command ended without ${JSON.stringify(text)}: ${this.err}`);
      }
    }
  }
}

/** Runs a command line to its end, with this input. */
export function cli(argv: string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<Finished> {
  const run = new Cli(argv, options);
  run.process.stdin.end(options.input ?? '');
  return run.done;
}
