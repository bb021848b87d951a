import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { jsonProblem } from './json-problem.ts';
import { yamlProblem } from './yaml-problem.ts';

/** What a file of settings holds: texts, lists and maps, and in JSON also numbers, booleans and null. */
export interface SettingsTree {
  value: unknown;
  /** The line of each key, trimmed, with those of the maps around it: `source.topics`. */
  lines: ReadonlyMap<string, number>;
}

/** Makes the error for a reason, which quotes no value. `place` is empty or ends with a colon. */
export type Refused = (place: string, reason: string) => Error;

/** Parses YAML without types, because settings are texts: `yes`, `010` and `10s` stay texts. */
export function yamlTree(text: string, refused: Refused): SettingsTree {
  const reader = new Reader(text, refused);
  return { value: reader.value(), lines: reader.lines };
}

/** JSON is YAML as well, which has the lines and the keys that are there twice. */
export function jsonTree(text: string, refused: Refused): SettingsTree {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused('', jsonProblem(text, (error as Error).message));
  }
  return { value, lines: new Reader(text, refused).lines };
}

class Reader {
  readonly lines = new Map<string, number>();
  readonly #counter = new LineCounter();
  readonly #document;
  readonly #refused: Refused;

  constructor(text: string, refused: Refused) {
    this.#refused = refused;
    this.#document = parseDocument(text, {
      schema: 'failsafe',
      prettyErrors: false,
      lineCounter: this.#counter,
      uniqueKeys: false,
    });
    this.#visit(this.#document.contents, '');
  }

  /** Throws for what is not YAML, and for what a file of settings does not use: aliases, and keys that are no texts. */
  value(): unknown {
    const [error] = this.#document.errors;
    if (error !== undefined) throw this.#refused(this.#place(error.pos[0]), yamlProblem(error));
    return this.#plain(this.#document.contents);
  }

  #visit(node: unknown, prefix: string): void {
    if (!isMap(node)) return;
    const names = new Set<string>();
    for (const { key, value } of node.items) {
      if (!isScalar(key) || !key.range) continue;
      const name = String(key.value).trim();
      const before = this.lines.get(prefix + name);
      if (names.has(name) && before !== undefined)
        throw this.#refused(this.#place(key.range[0]), `"${prefix}${name}" is there already, in line ${before}: keep one of them`);
      names.add(name);
      this.lines.set(prefix + name, this.#counter.linePos(key.range[0]).line);
      this.#visit(value, `${prefix}${name}.`);
    }
  }

  #plain(node: unknown): unknown {
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item) => this.#plain(item));
    if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [this.#name(key), this.#plain(value)]));
    if (isAlias(node))
      throw this.#refused(this.#placeOf(node), 'an alias ("*") is not read here: write the value itself, or a text in quotes');
    return null;
  }

  #name(key: unknown): string {
    if (isScalar(key)) return String(key.value);
    throw this.#refused(this.#placeOf(key), 'a key is a list, a map or an alias; expected the name of a setting');
  }

  #placeOf(node: unknown): string {
    const range = (node as { range?: [number, number, number] | null } | null)?.range;
    return range ? this.#place(range[0]) : '';
  }

  #place(offset: number): string {
    const { line, col } = this.#counter.linePos(offset);
    return `line ${line}, column ${col}: `;
  }
}
