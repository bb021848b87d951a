import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type YAMLMap } from 'yaml';

export interface Pair {
  key: string;
  keyNode: Node;
  /** Never an alias; null if there is none, or if its alias has no anchor. */
  value: Node | null;
}

/** Reads the maps of a document as Conduit does: with their aliases, and with what they merge (`<<: *base`). */
export class MergedMaps {
  readonly #document: Document.Parsed;
  readonly #problem: (node: unknown, text: string) => void;
  readonly #known = new Map<YAMLMap, readonly Pair[]>();

  /** `problem` is told of what Conduit refuses, which quotes no name of an anchor: it may be a part of a password. */
  constructor(document: Document.Parsed, problem: (node: unknown, text: string) => void) {
    this.#document = document;
    this.#problem = problem;
  }

  /** What the node stands for. */
  resolved(node: unknown): Node | null {
    if (!isAlias(node)) return (node as Node | null | undefined) ?? null;
    const target = node.resolve(this.#document);
    if (target === undefined)
      this.#problem(node, 'an alias ("*") has no anchor ("&") before it; put a text that begins with "*" in quotes');
    return target ?? null;
  }

  get(map: YAMLMap, key: string): Pair | undefined {
    return this.pairs(map).find((pair) => pair.key === key);
  }

  /** A key of the map's own counts first, then the first of the merged maps that has it. */
  pairs(map: YAMLMap): readonly Pair[] {
    const known = this.#known.get(map);
    if (known !== undefined) return known;
    // Until it is known, a map that merges itself gets nothing from itself.
    this.#known.set(map, []);
    const own = new Map<string, Pair>();
    const merged: Pair[] = [];
    for (const { key, value } of map.items) {
      const name = this.resolved(key);
      if (isScalar(key) && key.value === '<<' && key.type === 'PLAIN') merged.push(...this.#merged(key, value));
      else if (!isScalar(name)) this.#problem(key, 'a key is a list or a map; expected a name');
      else own.set(String(name.value), { key: String(name.value), keyNode: key as Node, value: this.resolved(value) });
    }
    for (const pair of merged) if (!own.has(pair.key)) own.set(pair.key, pair);
    const pairs = [...own.values()];
    this.#known.set(map, pairs);
    return pairs;
  }

  #merged(key: Node, value: unknown): Pair[] {
    const target = this.resolved(value);
    const maps = isSeq(target) ? target.items.map((item) => this.resolved(item)) : [target];
    return maps.flatMap((map) => {
      if (isMap(map)) return [...this.pairs(map)];
      this.#problem(key, '"<<" merges something that is not a map');
      return [];
    });
  }
}
