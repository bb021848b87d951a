import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml';
import { MergedMaps } from './merged-maps.ts';
import { expandLikeConduit, type Environment } from './variables.ts';
import type { Side, Settings } from './settings.ts';
import { yamlProblem } from './yaml-problem.ts';

/** A connector, or a dead-letter queue, of a pipeline file of Conduit. */
export interface PipelineConnector {
  pipeline: string;
  id: string;
  side: Side;
  plugin: string;
  line: number;
  settings: Settings;
  /** The line of each setting. */
  lines: ReadonlyMap<string, number>;
}

/** Something about a line of the file. It never quotes a value of a setting. */
export interface LineNote {
  line: number;
  text: string;
}

export interface PipelineFile {
  connectors: PipelineConnector[];
  /** What Conduit would refuse, or would take for something else than it looks like. */
  problems: LineNote[];
  /** Variables that are not set here: Conduit would take an empty text if they are not set there either. */
  notes: LineNote[];
}

/** What the variables are taken from, and the settings about whose variables notes may speak: see `publicSettings`. */
export interface PipelineInput {
  env: Environment;
  publicSettings: ReadonlySet<string>;
}

/** Reads pipelines in the version 2 of Conduit's format, and its variables, aliases and merged maps as Conduit does. */
export function pipelineFile(text: string, input: PipelineInput): PipelineFile {
  return new Reader(input).read(text);
}

class Reader {
  readonly #input: PipelineInput;
  readonly #counter = new LineCounter();
  /** The maps of the document that is being read. */
  #maps!: MergedMaps;
  readonly #file: PipelineFile = { connectors: [], problems: [], notes: [] };

  constructor(input: PipelineInput) {
    this.#input = input;
  }

  read(text: string): PipelineFile {
    const documents = parseAllDocuments(text, { schema: 'failsafe', lineCounter: this.#counter, prettyErrors: false });
    const ids = new Map<string, number>();
    if (documents.length === 0) this.#problem(1, 'the file is empty; expected "version" and "pipelines"');
    for (const document of documents) {
      const [error] = document.errors;
      const root = document.contents;
      this.#maps = new MergedMaps(document, (node, text) => this.#problem(this.#lineOf(node), text));
      if (error !== undefined) this.#problem(this.#counter.linePos(error.pos[0]).line, yamlProblem(error));
      else if (!isMap(root)) this.#problem(1, 'expected a map with "version" and "pipelines"');
      else this.#document(root, ids);
    }
    return this.#file;
  }

  #document(root: YAMLMap, ids: Map<string, number>): void {
    const version = this.#text(root, 'version');
    if (version === '') this.#problem(this.#line(root), '"version" is missing: write version: "2.2"');
    else if (!version.startsWith('2.')) {
      this.#problem(this.#line(root, 'version'), `version ${version} is not read here: write version: "2.2", with a list of pipelines`);
      return;
    }
    const pipelines = this.#list(root, 'pipelines');
    if (pipelines === null) this.#problem(this.#line(root), '"pipelines" is missing: expected a list of pipelines');
    for (const pipeline of pipelines ?? []) this.#pipeline(pipeline, ids);
  }

  #pipeline(pipeline: YAMLMap, ids: Map<string, number>): void {
    const id = this.#identity(pipeline, 'pipeline', ids);
    const status = this.#text(pipeline, 'status');
    if (status !== '' && status !== 'running' && status !== 'stopped')
      this.#problem(this.#line(pipeline, 'status'), `pipeline "${id}": "status" is "${status}", expected running or stopped`);
    const connectors = this.#list(pipeline, 'connectors');
    const connectorIds = new Map<string, number>();
    const sides = new Set<string>();
    for (const connector of connectors ?? []) sides.add(this.#connector(connector, id, connectorIds));
    for (const side of ['source', 'destination'])
      if (!sides.has(side)) this.#problem(this.#line(pipeline), `pipeline "${id}" has no ${side}: add a connector with type: ${side}`);
    const queue = this.#maps.get(pipeline, 'dead-letter-queue')?.value;
    if (isMap(queue) && this.#text(queue, 'plugin') !== '') this.#keep(queue, id, 'dead-letter-queue', 'destination');
  }

  /** Returns the type of the connector. */
  #connector(connector: YAMLMap, pipeline: string, ids: Map<string, number>): string {
    const id = this.#identity(connector, `connector of pipeline "${pipeline}"`, ids);
    const where = `pipeline "${pipeline}", connector "${id}"`;
    const type = this.#text(connector, 'type');
    if (type !== 'source' && type !== 'destination')
      this.#problem(
        this.#line(connector, 'type'),
        `${where}: ${type === '' ? '"type" is missing' : `"type" is "${type}"`}, expected source or destination`,
      );
    if (this.#text(connector, 'plugin') === '')
      this.#problem(this.#line(connector), `${where}: "plugin" is missing, such as plugin: standalone:kafka-wasm`);
    else if (type === 'source' || type === 'destination') this.#keep(connector, pipeline, id, type);
    return type;
  }

  #keep(connector: YAMLMap, pipeline: string, id: string, side: Side): void {
    const settings: Settings = {};
    const lines = new Map<string, number>();
    const map = this.#maps.get(connector, 'settings')?.value ?? null;
    const where = `pipeline "${pipeline}", connector "${id}"`;
    if (map !== null && !isMap(map) && !isNothing(map))
      this.#problem(this.#line(connector, 'settings'), `${where}: "settings" is not a map`);
    for (const { key: name, keyNode, value } of isMap(map) ? this.#maps.pairs(map) : []) {
      const line = this.#lineOf(keyNode);
      lines.set(name, line);
      if (value !== null && !isScalar(value)) {
        this.#problem(line, `${where}: "${name}" is not a text; write settings with a dot flat, such as "tls.enabled: true"`);
        continue;
      }
      const text = expandLikeConduit(textOf(value), this.#input.env, (variable) => {
        const missing = this.#input.publicSettings.has(name)
          ? `the variable ${variable} is not set here`
          : '"$" begins a variable that is not set here';
        this.#file.notes.push({ line, text: `${where}: "${name}": ${missing}; where Conduit runs without it, it is an empty text` });
      });
      Object.defineProperty(settings, name, { value: text, enumerable: true });
    }
    this.#file.connectors.push({
      pipeline,
      id,
      side,
      plugin: this.#text(connector, 'plugin'),
      line: this.#line(connector),
      settings,
      lines,
    });
  }

  /** The id, which must be there and be the only one of its kind. */
  #identity(map: YAMLMap, kind: string, ids: Map<string, number>): string {
    const id = this.#text(map, 'id');
    const line = this.#line(map, 'id');
    const before = ids.get(id);
    if (id === '') this.#problem(line, `a ${kind} has no "id"`);
    else if (before !== undefined) this.#problem(line, `a ${kind} has the id "${id}" of the one in line ${before}: give it another one`);
    else ids.set(id, line);
    return id;
  }

  #text(map: YAMLMap, key: string): string {
    return expandLikeConduit(textOf(this.#maps.get(map, key)?.value), this.#input.env, () => undefined).trim();
  }

  /** The maps of a list; null if there is no list. */
  #list(map: YAMLMap, key: string): YAMLMap[] | null {
    const list = this.#maps.get(map, key)?.value;
    if (!isSeq(list)) return null;
    return list.items
      .map((item) => this.#maps.resolved(item))
      .filter((item): item is YAMLMap => {
        if (!isMap(item)) this.#problem(this.#line(map, key), `"${key}" holds something that is not a map`);
        return isMap(item);
      });
  }

  /** The line of a key, or where the map begins. */
  #line(map: YAMLMap, key?: string): number {
    return this.#lineOf((key === undefined ? undefined : this.#maps.get(map, key)?.keyNode) ?? map);
  }

  #lineOf(node: unknown): number {
    const range = (node as { range?: [number, number, number] | null }).range;
    return range ? this.#counter.linePos(range[0]).line : 1;
  }

  #problem(line: number, text: string): void {
    this.#file.problems.push({ line, text });
  }
}

/** The text of a value, whose schema knows no other type; empty for none. */
function textOf(node: unknown): string {
  return isScalar(node) && typeof node.value === 'string' && !isNothing(node) ? node.value : '';
}

/** Nothing after the colon, or what YAML writes for it. */
function isNothing(node: unknown): boolean {
  return isScalar(node) && node.type === 'PLAIN' && ['', '~', 'null', 'Null', 'NULL', null].includes(node.value as string | null);
}
