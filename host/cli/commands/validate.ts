import { configure, teardown, type Context, type CommandReport } from './context.ts';
import type { Settings, Side } from '../settings/settings.ts';

/** `validate`: lets the component check settings. Reaches no broker. */
export async function validate(context: Context, side: Side, settings: Settings): Promise<CommandReport> {
  const connector =
    side === 'source' ? context.connectors.source({ log: context.log }) : context.connectors.destination({ log: context.log });
  try {
    await configure(context, side, connector, settings);
  } finally {
    await teardown(context, side, connector);
  }
  const summary = `the ${side} settings are valid`;
  return { summary, result: { side, valid: true }, text: `${summary}\n` };
}
