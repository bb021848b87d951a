import { Argument, Option, type Command } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../../base/log.ts';
import type { RunOptions } from '../commands/run-command.ts';
import type { Specification } from '../../runtime/contract.ts';
import { settingsHelp } from '../settings/settings-help.ts';
import type { Side } from '../settings/settings.ts';
import { durationMs, positiveCount } from '../settings/duration.ts';

/** The options of a command that reads. */
export interface ReadOptions {
  limit?: number;
  follow?: boolean;
  idle?: number;
}

export function sideArgument(): Argument {
  return new Argument('<side>', 'which connector').choices(['source', 'destination']);
}

export function withSettings(command: Command): Command {
  return command
    .option('-c, --setting <key=value>', 'a setting; can be repeated, and replaces the value in the file', collect)
    .option('--config <file>', 'settings from a YAML or JSON file, a flat map; - is standard input');
}

/** Adds the settings of these sides to the help text. */
export function withSettingsHelp(command: Command, specification: Specification | null, ...sides: readonly Side[]): Command {
  return specification === null ? command : command.addHelpText('after', sides.map((side) => settingsHelp(specification, side)).join('\n'));
}

export function withReading(command: Command): Command {
  return command
    .option('--limit <count>', 'end after so many records', positiveCount)
    .option('--follow', 'wait for new records until stopped')
    .addOption(
      new Option('--idle <duration>', 'without --follow: fail after so long without progress (default: 30s)').argParser(durationMs),
    );
}

export function withDryRun(command: Command): Command {
  return command.option('--dry-run', 'ask the brokers and say what would be done; read and write nothing');
}

export function withOutput(command: Command): Command {
  return command
    .option('-q, --quiet', 'no progress, no summary; errors only')
    .option('--json', 'print the outcome as one JSON object, and log lines as JSON')
    .addOption(new Option('--log-level <level>', 'lowest level of the log lines on stderr').choices(LOG_LEVELS).default('warn'));
}

/** The values of the options of {@link withOutput}. */
export function outputOptions(command: Command): Omit<RunOptions, 'dataOnStdout'> {
  const { quiet, json, logLevel } = command.opts<{ quiet?: boolean; json?: boolean; logLevel?: LogLevel }>();
  return { quiet: quiet === true, json: json === true, level: quiet === true ? 'error' : (logLevel ?? 'warn') };
}

/** The values of the options of {@link withReading}. */
export function reading(given: ReadOptions): { limit: number | undefined; idleMs: number | null | undefined } {
  return { limit: given.limit, idleMs: given.follow === true ? null : given.idle };
}

/** Gathers the values of an option that can be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}
