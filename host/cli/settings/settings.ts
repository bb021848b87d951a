import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import { ConnectorError } from '../../base/errors.ts';
import { decodeUtf8, utf8Problem } from '../../base/utf8.ts';
import { jsonProblem } from './json-problem.ts';

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

/** Reads a flat map of settings from a YAML or JSON file, and trims names and values. */
export async function settingsFromFile(path: string): Promise<Settings> {
  return flat(await readTree(path), path, '');
}

/** Reads a file with one map of settings for each side of `pipe`. */
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

/** Parses YAML without types, because settings are texts: `yes`, `010` and `10s` stay texts. Errors never quote the file, which may hold secrets. */
function parseTree(text: string, path: string): unknown {
  if (path.endsWith('.json')) {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw invalid(`${path} is not valid JSON: ${jsonProblem(text, (error as Error).message)}`, '--config');
    }
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw invalid(`${path} is not valid YAML: line ${line}, column ${col}: ${problem.message.split('\n')[0] ?? ''}`, '--config');
  }
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch (error) {
    throw invalid(`${path} is not valid YAML: ${(error as Error).message.split('\n')[0] ?? ''}`, '--config');
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
 * Adds a setting, trimmed, so that commands read the same names and values as the connector. A plain assignment would lose a setting that is named
 * `__proto__`.
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
