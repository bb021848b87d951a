/** The part of the WebAssembly API that the runtime uses. Node has it; its types are in TypeScript's `dom` library only. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  type Imports = Record<string, Record<string, unknown>>;
  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  const Module: { new (bytes: Uint8Array<ArrayBuffer>): Module };
  const Memory: { new (descriptor: { initial: number; maximum?: number }): Memory };
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
}
