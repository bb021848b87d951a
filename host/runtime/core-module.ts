// The types of the WebAssembly API as far as this host's own types show them. TypeScript has those in its `dom` library, which a program for Node
// need not load.

/** A compiled core module: a WebAssembly.Module. */
export type CoreModule = object;

/** By module name and name. */
export type CoreImports = Record<string, Record<string, unknown>>;

/** A WebAssembly.Instance. */
export interface CoreInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}
