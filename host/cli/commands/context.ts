import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Specification } from '../../runtime/contract.ts';
import { invalidSettings } from './failure.ts';
import type { Io } from '../terminal/io.ts';
import type { Patience } from './shutdown-budget.ts';
import type { Connectors } from '../connector-factory.ts';
import type { Settings, Side } from '../settings/settings.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What a command works with. */
export interface Context {
  io: Io;
  connectors: Connectors;
  terminal: Terminal;
  log: Log;
  /** Given by the first Ctrl-C: finish what is under way, commit, end. */
  stop: AbortSignal;
  /** Bounds every wait on the way to the end. */
  patience: Patience;
}

/** What a command did. */
export interface CommandReport {
  /** One sentence for people. */
  summary: string;
  /** The `result` of the `--json` envelope. */
  result: Record<string, unknown>;
  /** What stdout gets without `--json`. */
  text?: string;
  /** Why it is not a full success, though it came to its end. */
  error?: ConnectorError;
}

export function paramsOf(specification: Specification, side: Side): Specification['sourceParams'] {
  return side === 'source' ? specification.sourceParams : specification.destinationParams;
}

/** Gives a connector its settings; rejects with `config.invalid` and all problems at once. */
export async function configure(
  context: Context,
  side: Side,
  connector: { configure(config: Settings): Promise<{ name: string; reason: string }[]> },
  settings: Settings,
): Promise<void> {
  const problems = await connector.configure(settings);
  if (problems.length > 0) throw invalidSettings(side, problems, paramsOf(await context.connectors.specify(), side));
}

/** Commits and closes. Never rejects: what failed before matters more than that closing failed too. */
export async function teardown(context: Context, side: Side | 'output', connector: { teardown(): Promise<void> }): Promise<void> {
  try {
    if (await context.patience.within(connector.teardown(), 'close')) return;
    context.log('warn', `closing the ${side} took too long; what is not committed comes again next time`);
  } catch (error) {
    const failure = ConnectorError.from(error);
    context.log('warn', `closing the ${side} failed: ${failure.message}; what is not committed comes again next time`, {
      code: failure.code,
    });
  }
}
