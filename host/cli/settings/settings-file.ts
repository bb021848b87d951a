import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { decodeUtf8, utf8Problem } from '../../base/utf8.ts';
import type { Io } from '../terminal/io.ts';
import { jsonProblem } from './json-problem.ts';
import { define, invalid, type Settings, type Side } from './settings.ts';
import { expand, type Environment } from './variables.ts';

/** What a file of settings is read with: `-` is standard input, and its variables are those of the environment. */
export type FileInput = Pick<Io, 'env' | 'stdin'>;

export interface FileSettings {
  settings: Settings;
  /** File and line of each setting, for messages. */
  whereSet: ReadonlyMap<string, string>;
}

type Lines = ReadonlyMap<string, number>;

/** Reads a flat map of settings from a YAML or JSON file, and trims names and values. */
export async function settingsFromFile(path: string, input: FileInput): Promise<FileSettings> {
  const { tree, lines } = await readTree(path, input);
  return flat(tree, { path, prefix: '', lines, env: input.env });
}

/** Reads a file with one map of settings for each side of `pipe`. */
export async function sidesFromFile(path: string, input: FileInput): Promise<Record<Side, FileSettings>> {
  const { tree, lines } = await readTree(path, input);
  const { env } = input;
  const name = nameOfFile(path);
  for (const key of Object.keys(tree)) {
    if (key !== 'source' && key !== 'destination') {
      throw invalid(`${name}: "${key}" is not expected here; the file holds two maps of settings, "source" and "destination"`, '--config');
    }
  }
  const side = (key: Side): FileSettings => flat(asMap(tree[key], `${name}: "${key}"`), { path, prefix: `${key}.`, lines, env });
  return { source: side('source'), destination: side('destination') };
}

async function readTree(path: string, input: FileInput): Promise<{ tree: Record<string, unknown>; lines: Lines }> {
  const name = nameOfFile(path);
  let bytes: Uint8Array;
  try {
    bytes = path === '-' ? await buffer(input.stdin) : await readFile(path);
  } catch (error) {
    throw invalid(`cannot read ${path === '-' ? name : `the configuration file ${path}`}: ${reasonOf(error)}`, '--config');
  }
  const text = decodeUtf8(bytes, (fault) => invalid(`${name}, ${utf8Problem(fault)}; save it as UTF-8`, '--config'));
  return { tree: asMap(parseTree(text, name), name), lines: linesIn(text) };
}

/** The file in messages. */
function nameOfFile(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** The line of each setting, also in JSON, which is YAML as well. */
function linesIn(text: string): Lines {
  const counter = new LineCounter();
  const lines = new Map<string, number>();
  const visit = (node: unknown, prefix: string): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isScalar(key) || !key.range) continue;
      const name = `${prefix}${String(key.value).trim()}`;
      lines.set(name, counter.linePos(key.range[0]).line);
      visit(value, `${name}.`);
    }
  };
  visit(parseDocument(text, { schema: 'failsafe', lineCounter: counter, prettyErrors: false }).contents, '');
  return lines;
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

interface Place {
  path: string;
  prefix: string;
  lines: Lines;
  env: Environment;
}

function flat(map: Record<string, unknown>, { path, prefix, lines, env }: Place): FileSettings {
  const settings: Settings = {};
  const whereSet = new Map<string, string>();
  for (const [key, value] of Object.entries(map)) {
    const name = key.trim();
    const line = lines.get(prefix + name);
    const place = line === undefined ? nameOfFile(path) : `${nameOfFile(path)}, line ${line}`;
    const text = asText(value, `${nameOfFile(path)}: "${prefix}${key}"`, (part) =>
      expand(part, env, (reason) => invalid(`${place}: "${prefix}${name}": ${reason}`, '--config')),
    );
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

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  return code ?? 'unknown reason';
}
