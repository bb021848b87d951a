import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Specification } from '../../runtime/contract.ts';
import { invalidSettings, joinedProblems } from './failure.ts';
import type { Io } from '../terminal/io.ts';
import type { ShutdownBudget } from './shutdown-budget.ts';
import type { Connectors } from '../connector-factory.ts';
import type { Settings, Side } from '../settings/settings.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The environment of a command. */
export interface Context {
  io: Io;
  connectors: Connectors;
  terminal: Terminal;
  log: Log;
  /** Aborts at the first Ctrl-C: the command must finish the running write, commit and end. */
  stop: AbortSignal;
  /** Bounds every wait while the command ends. */
  budget: ShutdownBudget;
  /** Prints a part of the outcome on stdout at once; nothing with --json, whose one object has all of it. */
  print(text: string): void;
  /** File and line of a setting that came from a file, for messages. Set when the settings are read. */
  whereSet?: (side: Side, name: string) => string | undefined;
}

/** The outcome of a command. */
export interface CommandReport {
  /** One sentence for people. */
  summary: string;
  /** The `result` of the `--json` envelope. */
  result: Record<string, unknown>;
  /** The text for stdout without `--json`. */
  text?: string;
  /** Set if the command came to its end, but not with full success. */
  error?: ConnectorError;
}

export function paramsOf(specification: Specification, side: Side): Specification['sourceParams'] {
  return side === 'source' ? specification.sourceParams : specification.destinationParams;
}

/** Configures a connector. Rejects with `config.invalid` and all problems. */
export async function configure(
  context: Context,
  side: Side,
  connector: { configure(config: Settings): Promise<{ name: string; reason: string }[]> },
  settings: Settings,
): Promise<void> {
  const problems = await connector.configure(settings);
  if (problems.length === 0) return;
  const params = paramsOf(await context.connectors.specify(), side);
  throw invalidSettings(side, problems, params, (name) => context.whereSet?.(side, name));
}

/** Configures both sides. Rejects with the problems of both. */
export async function configureBoth(...sides: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: ConnectorError[] = [];
  for (const configureSide of sides) {
    await configureSide().catch((error: unknown) => {
      const failure = ConnectorError.from(error);
      if (failure.code !== 'config.invalid') throw failure;
      errors.push(failure);
    });
  }
  if (errors.length > 0) throw joinedProblems(errors);
}

/** Commits and closes. Never rejects: it logs errors, because an error before them is more important. */
export async function teardown(context: Context, side: Side | 'output', connector: { teardown(): Promise<void> }): Promise<void> {
  const consequence =
    side === 'destination'
      ? 'the outcome of writes that no broker has confirmed is unknown'
      : 'records that are not committed are read again in the next run';
  try {
    if (await context.budget.within(connector.teardown(), 'close')) return;
    context.log('warn', `closing the ${side} took too long; ${consequence}`);
  } catch (error) {
    const failure = ConnectorError.from(error);
    context.log('warn', `closing the ${side} failed: ${failure.message}; ${consequence}`, { code: failure.code });
  }
}
