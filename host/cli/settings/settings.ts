import { ConnectorError } from '../../base/errors.ts';

export type Settings = Record<string, string>;
export type Side = 'source' | 'destination';

/**
 * Parses `key=value` arguments, and trims names and values. A setting that is given twice is refused. An error does not quote an argument without "=",
 * because it may be a secret.
 */
export function settingsFromPairs(pairs: readonly string[], option: string): Settings {
  const settings: Settings = {};
  pairs.forEach((pair, index) => {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    if (name === '') throw invalid(`${option} number ${index + 1} is not key=value, such as ${option} servers=localhost:9092`, option);
    if (Object.hasOwn(settings, name)) throw invalid(`${option} gives "${name}" twice: keep one of them`, option);
    define(settings, name, pair.slice(at + 1));
  });
  return settings;
}

/**
 * Adds a setting, trimmed, so that commands read the same names and values as the connector. A plain assignment would lose a setting that is named
 * `__proto__`.
 */
export function define(settings: Settings, key: string, value: string): void {
  Object.defineProperty(settings, key.trim(), { value: value.trim(), enumerable: true, writable: true, configurable: true });
}

/** An error about an option or a file of settings. */
export function invalid(message: string, setting: string): ConnectorError {
  return new ConnectorError('config.invalid', message, { fields: { setting } });
}
