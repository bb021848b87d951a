import { sleep } from '../base/wait.ts';
import { parse, type ProgramOptions } from './arguments/parse.ts';
import type { CommandReport, Context } from './commands/context.ts';
import { EXIT } from './commands/exit-code.ts';
import { runCommand } from './commands/run-command.ts';
import { isReaderGone, outputFailed } from './lines/line-output.ts';
import { flushed, type Io } from './terminal/io.ts';

const LAST_WORDS_MS = 200;

/** Runs one command line (without program names) and resolves with its exit code. Never rejects. */
export async function runProgram(given: readonly string[], io: Io, options: ProgramOptions): Promise<number> {
  const argv = asOptions(given);
  let exitCode: number;
  const interrupted = Promise.withResolvers<void>();
  let cutOff: NodeJS.ErrnoException | null = null;
  io.stdout.on('error', (error: NodeJS.ErrnoException) => (cutOff ??= error));
  const silence = io.onSignal(() => interrupted.resolve());
  const [first] = argv;
  if (first === '-V' || first === '--version') {
    exitCode = await runCommand(
      'version',
      io,
      { quiet: false, json: argv.includes('--json'), level: 'warn', dataOnStdout: false },
      options.connectors,
      version,
    );
  } else {
    exitCode = await parse(argv, io, options);
  }
  // After Ctrl-C the command does not wait for a reader that does not read.
  const hurry = interrupted.promise.then(() => sleep(LAST_WORDS_MS));
  await Promise.race([Promise.all([flushed(io.stdout), flushed(io.stderr)]), hurry]);
  silence();
  // A command that prints records handles errors of the stream itself. A reader such as `head -1` that closes the output is no failure.
  if (exitCode !== EXIT.ok || cutOff === null || isReaderGone(cutOff, io.stdout)) return exitCode;
  io.stderr.write(`${outputFailed(cutOff).code}: ${outputFailed(cutOff).message}\n`);
  await flushed(io.stderr);
  return EXIT.environment;
}

/** Replaces `help`, `help COMMAND`, `version` and `-v` by the options that they mean. */
function asOptions(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return [...rest, '--help'];
  return first === 'version' || first === '-v' ? ['--version', ...rest] : argv;
}

async function version({ connectors }: Context): Promise<CommandReport> {
  const { name, version: number } = await connectors.specify();
  return { summary: `${name} ${number}`, result: { name, version: number }, text: `${number}\n` };
}
