import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A temporary folder and the processes that work in it. Both are gone after `close`, and also when this process ends without it, even by
 * SIGKILL: a small shell outside of our process group holds a pipe to us and cleans up when the pipe breaks.
 */
export class Keeper {
  readonly dir: string;
  readonly #shell: ChildProcess;

  constructor(name: string) {
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), `${name}-`)));
    const script = fileURLToPath(new URL('keeper.sh', import.meta.url));
    this.#shell = spawn('/bin/sh', [script, this.dir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#shell.unref();
    (this.#shell.stdin as unknown as { unref(): void }).unref();
  }

  /** Starts a program whose output is appended to DIR/`name`.log. It never keeps this process alive. */
  spawn(name: string, command: string, args: readonly string[]): ChildProcess {
    const log = openSync(join(this.dir, `${name}.log`), 'a');
    try {
      // The id is on disk, and whole, before the program runs: the keeper can never miss it. A folder already removed stops the start.
      const child = spawn(
        '/bin/sh',
        [
          '-c',
          'file=$1; shift; echo $$ >"$file.new" && mv "$file.new" "$file" && exec "$@"',
          'sh',
          join(this.dir, `${name}.kept`),
          command,
          ...args,
        ],
        { detached: true, stdio: ['ignore', log, log], cwd: this.dir },
      );
      child.unref();
      // At once, not later: a process started again under this name writes the same file.
      child.once('exit', () => rmSync(join(this.dir, `${name}.kept`), { force: true }));
      return child;
    } finally {
      closeSync(log);
    }
  }

  async close(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    const gone = once(this.#shell, 'exit');
    this.#shell.ref();
    this.#shell.stdin?.end();
    await gone;
  }
}
