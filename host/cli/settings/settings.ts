import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ConnectorError } from '../../base/errors.ts';
import { decodeUtf8, utf8Problem } from '../../base/utf8.ts';

export type Settings = Record<string, string>;
export type Side = 'source' | 'destination';

/**
 * `key=value` arguments as settings, without the blanks around names and values; a later one wins. The text of an argument without "=" is not repeated in the error, it
 * may be a secret.
 */
export function settingsFromPairs(pairs: readonly string[], option: string): Settings {
  const settings: Settings = {};
  pairs.forEach((pair, index) => {
    const at = pair.indexOf('=');
    if (pair.slice(0, Math.max(0, at)).trim() === '')
      throw invalid(`${option} number ${index + 1} is not key=value, such as ${option} servers=localhost:9092`, option);
    define(settings, pair.slice(0, at), pair.slice(at + 1));
  });
  return settings;
}

/** A flat map of settings from a YAML or JSON file, without the blanks around names and values. */
export async function settingsFromFile(path: string): Promise<Settings> {
  return flat(await readTree(path), path, '');
}

/** A file with one map of settings for each side, as `pipe` reads it. */
export async function sidesFromFile(path: string): Promise<Record<Side, Settings>> {
  const tree = await readTree(path);
  for (const key of Object.keys(tree)) {
    if (key !== 'source' && key !== 'destination') {
      throw invalid(`${path}: "${key}" is not expected here; the file holds two maps of settings, "source" and "destination"`, '--config');
    }
  }
  const side = (name: Side): Settings => (tree[name] === undefined ? {} : flat(asMap(tree[name], `${path}: "${name}"`), path, `${name}.`));
  return { source: side('source'), destination: side('destination') };
}

async function readTree(path: string): Promise<Record<string, unknown>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw invalid(`cannot read the configuration file ${path}: ${reasonOf(error)}`, '--config');
  }
  const text = decodeUtf8(bytes, (fault) => invalid(`${path}, ${utf8Problem(fault)}; save it as UTF-8`, '--config'));
  return asMap(parseTree(text, path), path);
}

/** YAML without types: `yes`, `010` and `10s` stay the text that was written, as a setting is text. */
function parseTree(text: string, path: string): unknown {
  try {
    if (path.endsWith('.json')) return JSON.parse(text) as unknown;
    return parse(text, { schema: 'failsafe', maxAliasCount: 0, prettyErrors: false }) as unknown;
  } catch (error) {
    // Only the first line: what follows would quote the file, which may hold secrets.
    const what = error instanceof Error && !path.endsWith('.json') ? `: ${error.message.split('\n')[0] ?? ''}` : '';
    throw invalid(`${path} is not valid ${path.endsWith('.json') ? 'JSON' : 'YAML'}${what}`, '--config');
  }
}

function asMap(value: unknown, where: string): Record<string, unknown> {
  if (value === null || value === undefined || value === '') return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalid(`${where}: expected a map of settings, got ${nameOf(value)}`, '--config');
  return value as Record<string, unknown>;
}

function flat(map: Record<string, unknown>, path: string, prefix: string): Settings {
  const settings: Settings = {};
  for (const [key, value] of Object.entries(map)) define(settings, key, asText(value, `${path}: "${prefix}${key}"`));
  return settings;
}

function asText(value: unknown, where: string): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map((element) => asText(element, where)).join(',');
  throw invalid(`${where}: expected a text, got ${nameOf(value)}; write settings with a dot flat, such as "tls.enabled: true"`, '--config');
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : 'a text';
}

/**
 * Settings lose their blanks here, where they enter, so that no command reads another name or value than the connector. A plain assignment
 * would lose a setting that is called `__proto__`.
 */
function define(settings: Settings, key: string, value: string): void {
  Object.defineProperty(settings, key.trim(), { value: value.trim(), enumerable: true, writable: true, configurable: true });
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  return code ?? 'unknown reason';
}

function invalid(message: string, setting: string): ConnectorError {
  return new ConnectorError('config.invalid', message, { fields: { setting } });
}
