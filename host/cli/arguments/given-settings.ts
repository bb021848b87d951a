import { settingsFromFile, settingsFromPairs, sidesFromFile, type Settings, type Side } from '../settings/settings.ts';

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

/** The settings of the file, replaced by those of `-c`. Rejects with `config.invalid`. */
export async function settingsOf(given: SettingOptions): Promise<Settings> {
  const file = given.config === undefined ? {} : await settingsFromFile(given.config);
  return { ...file, ...settingsFromPairs(given.setting ?? [], '-c') };
}

/** The settings of both sides in the file, replaced by those of `--source` and `--destination`. Rejects with `config.invalid`. */
export async function sidesOf(given: PairOptions): Promise<Record<Side, Settings>> {
  const file = given.config === undefined ? { source: {}, destination: {} } : await sidesFromFile(given.config);
  return {
    source: { ...file.source, ...settingsFromPairs(given.source ?? [], '--source') },
    destination: { ...file.destination, ...settingsFromPairs(given.destination ?? [], '--destination') },
  };
}
