import { ConnectorError } from '../../base/errors.ts';
import type { LogLevel } from '../../base/log.ts';
import type { Context, CommandReport } from './context.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { linesOf, reportOf } from './failure.ts';
import type { Io } from '../terminal/io.ts';
import { ShutdownBudget } from './shutdown-budget.ts';
import type { Connectors } from '../connector-factory.ts';
import { printable, Terminal } from '../terminal/terminal.ts';

export interface RunOptions {
  quiet: boolean;
  json: boolean;
  level: LogLevel;
  /** True if the command writes records to stdout, so that the JSON object of `--json` goes to stderr. */
  dataOnStdout: boolean;
}

/**
 * Runs the body of a command with a terminal, the connectors and the stop signal, and prints its outcome. Resolves with the exit code. The first Ctrl-C
 * aborts the stop signal, the second one ends the process.
 */
export async function runCommand(
  name: string,
  io: Io,
  options: RunOptions,
  connectors: () => Promise<Connectors>,
  body: (context: Context) => Promise<CommandReport>,
): Promise<number> {
  const isTerminal = io.stderr.isTTY === true && io.env.TERM !== 'dumb';
  const terminal = new Terminal(io.stderr, {
    level: options.level,
    json: options.json,
    color: isTerminal && !io.env.NO_COLOR,
    // There is no progress line if records are printed on the same terminal, or typed into it for `destination`: they would mix with the line.
    progress:
      isTerminal && !options.quiet && !options.json && !(options.dataOnStdout ? io.stdout.isTTY : name === 'destination' && io.stdin.isTTY),
  });
  const stopping = new AbortController();
  const silence = io.onSignal(() => {
    if (stopping.signal.aborted) {
      io.exit(EXIT.interrupted);
      return;
    }
    stopping.abort();
    if (isTerminal && !options.quiet) terminal.line('stopping; press Ctrl-C again to end at once');
  });
  try {
    const context: Context = {
      io,
      connectors: await connectors(),
      terminal,
      log: terminal.log,
      stop: stopping.signal,
      budget: new ShutdownBudget(stopping.signal),
      print: (text) => void (options.json || io.stdout.write(text)),
    };
    const report = await body(context);
    return tell(name, io, options, terminal, report);
  } catch (error) {
    const failure = ConnectorError.from(error);
    // Ctrl-C is no failure, whatever it cut off.
    if (stopping.signal.aborted && failure.code === 'cancelled')
      return tell(name, io, options, terminal, { summary: 'stopped', result: {} });
    return tell(name, io, options, terminal, { summary: failure.message, result: {}, error: failure });
  } finally {
    silence();
  }
}

function tell(name: string, io: Io, options: RunOptions, terminal: Terminal, report: CommandReport): number {
  const { error } = report;
  if (options.json) {
    const envelope = {
      command: name,
      ok: error === undefined,
      summary: report.summary,
      result: report.result,
      error: error === undefined ? null : reportOf(error),
    };
    (options.dataOnStdout ? io.stderr : io.stdout).write(`${JSON.stringify(envelope)}\n`);
  } else {
    if (error !== undefined)
      for (const [index, line] of linesOf(error).entries())
        terminal.line(index === 0 ? terminal.paint(printable(line), 'error') : printable(line));
    if (report.text !== undefined) io.stdout.write(report.text);
    else if (!options.quiet && report.summary !== '' && report.summary !== error?.message) terminal.line(report.summary);
  }
  return error === undefined ? EXIT.ok : exitCodeOf(error.code);
}
