// The types of the WebAssembly API that this host's own types use. TypeScript has the full ones in its `dom` library, which a Node program that uses
// this package need not load.

/** A compiled core module: a WebAssembly.Module. */
export type CoreModule = object;

/** By module name and name. */
export type CoreImports = Record<string, Record<string, unknown>>;

/** A WebAssembly.Instance. */
export interface CoreInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}
