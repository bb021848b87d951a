import { ConnectorError } from '../../base/errors.ts';
import { unless } from '../../base/wait.ts';
import type { Context } from '../commands/context.ts';
import { publicSettings } from '../settings/public-settings.ts';
import { settingsFromFile, sidesFromFile, type FileInput, type FileSettings } from '../settings/settings-file.ts';
import { settingsFromPairs, type Settings, type Side } from '../settings/settings.ts';

/** The options with which a command gets the settings of one connector. */
export interface SettingOptions {
  setting?: string[];
  config?: string;
}

/** The options with which a command gets the settings of two connectors. */
export interface PairOptions {
  source?: string[];
  destination?: string[];
  config?: string;
}

const NO_FILE: FileSettings = { settings: {}, whereSet: new Map() };

/** The settings of the file, replaced by those of `-c`. The context gets their places. Rejects with `config.invalid`. */
export async function settingsOf(given: SettingOptions, context: Context): Promise<Settings> {
  const file =
    given.config === undefined
      ? NO_FILE
      : await unlessStopped(context, given.config, settingsFromFile(given.config, await inputOf(context)));
  const pairs = settingsFromPairs(given.setting ?? [], '-c');
  context.whereSet = (_side: Side, name: string): string | undefined => (Object.hasOwn(pairs, name) ? undefined : file.whereSet.get(name));
  return { ...file.settings, ...pairs };
}

/** The settings of both sides in the file, replaced by those of `--source` and `--destination`. The context gets their places. Rejects with `config.invalid`. */
export async function sidesOf(given: PairOptions, context: Context): Promise<Record<Side, Settings>> {
  const file =
    given.config === undefined
      ? { source: NO_FILE, destination: NO_FILE }
      : await unlessStopped(context, given.config, sidesFromFile(given.config, await inputOf(context)));
  const pairs = {
    source: settingsFromPairs(given.source ?? [], '--source'),
    destination: settingsFromPairs(given.destination ?? [], '--destination'),
  };
  context.whereSet = (side: Side, name: string): string | undefined =>
    Object.hasOwn(pairs[side], name) ? undefined : file[side].whereSet.get(name);
  return {
    source: { ...file.source.settings, ...pairs.source },
    destination: { ...file.destination.settings, ...pairs.destination },
  };
}

async function inputOf({ io, connectors }: Context): Promise<FileInput> {
  return { env: io.env, stdin: io.stdin, publicSettings: publicSettings(await connectors.specify()) };
}

/** Waits for a file, or for standard input, whose end may never come. */
async function unlessStopped<T>({ io, log, stop }: Context, path: string, file: Promise<T>): Promise<T> {
  if (path === '-' && io.stdin.isTTY === true) log('warn', 'reading settings from the terminal; Ctrl-D ends them');
  const read = await unless(stop, file);
  if (read === undefined) throw new ConnectorError('cancelled', 'stopped before the settings were read');
  return read;
}
