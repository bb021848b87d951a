import type { Io } from '../terminal/io.ts';
import { define, invalid, type Settings, type Side } from './settings.ts';
import { jsonTree, yamlTree } from './settings-tree.ts';
import { nameOfFile, readText } from './text-file.ts';
import { expand, type Environment } from './variables.ts';

/** What a file of settings is read with: `-` is standard input, and its variables are those of the environment. */
export interface FileInput extends Pick<Io, 'env' | 'stdin'> {
  /** The settings about whose variables messages may speak: see `publicSettings`. */
  publicSettings: ReadonlySet<string>;
}

export interface FileSettings {
  settings: Settings;
  /** File and line of each setting, for messages. */
  whereSet: ReadonlyMap<string, string>;
}

type Lines = ReadonlyMap<string, number>;

/** Reads a flat map of settings from a YAML or JSON file, and trims names and values. */
export async function settingsFromFile(path: string, input: FileInput): Promise<FileSettings> {
  const { tree, lines } = await readTree(path, input);
  return flat(tree, { ...input, path, prefix: '', lines });
}

/** Reads a file with one map of settings for each side of `pipe`. */
export async function sidesFromFile(path: string, input: FileInput): Promise<Record<Side, FileSettings>> {
  const { tree, lines } = await readTree(path, input);
  for (const key of Object.keys(tree)) {
    if (key !== 'source' && key !== 'destination') {
      throw invalid(
        `${placeOf(path, lines, key)}: "${key}" is not expected here; the file holds two maps of settings, "source" and "destination"`,
        '--config',
      );
    }
  }
  const side = (key: Side): FileSettings =>
    flat(asMap(tree[key], `${placeOf(path, lines, key)}: "${key}"`), { ...input, path, prefix: `${key}.`, lines });
  return { source: side('source'), destination: side('destination') };
}

async function readTree(path: string, input: FileInput): Promise<{ tree: Record<string, unknown>; lines: Lines }> {
  const name = nameOfFile(path);
  const text = await readText(path, input.stdin, '--config');
  const isJson = path.endsWith('.json');
  const { value, lines } = (isJson ? jsonTree : yamlTree)(text, (place, reason) =>
    invalid(`${name} is not valid ${isJson ? 'JSON' : 'YAML'}: ${place}${reason}`, '--config'),
  );
  return { tree: asMap(value, name), lines };
}

function asMap(value: unknown, where: string): Record<string, unknown> {
  if (value === null || value === undefined || value === '') return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalid(`${where}: expected a map of settings, got ${nameOf(value)}`, '--config');
  return value as Record<string, unknown>;
}

/** File and line of a setting. */
function placeOf(path: string, lines: Lines, name: string): string {
  const line = lines.get(name.trim());
  return line === undefined ? nameOfFile(path) : `${nameOfFile(path)}, line ${line}`;
}

interface Place {
  path: string;
  prefix: string;
  lines: Lines;
  env: Environment;
  publicSettings: ReadonlySet<string>;
}

function flat(map: Record<string, unknown>, { path, prefix, lines, env, publicSettings }: Place): FileSettings {
  const settings: Settings = {};
  const whereSet = new Map<string, string>();
  for (const [key, value] of Object.entries(map)) {
    const name = key.trim();
    const place = placeOf(path, lines, prefix + name);
    const where = `${place}: "${prefix}${name}"`;
    const names = publicSettings.has(name) ? 'told' : 'hidden';
    const text = asText(value, where, (part) => expand(part, env, names, (reason) => invalid(`${where}: ${reason}`, '--config')));
    define(settings, key, text);
    whereSet.set(name, place);
  }
  return { settings, whereSet };
}

function asText(value: unknown, where: string, expanded: (text: string) => string): string {
  if (value === null) return '';
  if (typeof value === 'string') return expanded(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map((element) => asText(element, where, expanded)).join(',');
  throw invalid(`${where}: expected a text, got ${nameOf(value)}; write settings with a dot flat, such as "tls.enabled: true"`, '--config');
}

function nameOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : 'a text';
}
