import { callExport, GuestRefusal, type ExportName, type GuestExports } from './exports.ts';
import { guestImports, type GuestLog, type ImportRequest } from './guest-imports.ts';
import type { InstantiateComponent } from './component.ts';

/** The bare guest, on this thread or on another: calls go in, imports come out. Knows no queue, no deadline and no supervision. */
export interface GuestPort {
  /** Rejects with GuestRefusal for a WIT error; with anything else the guest is gone. */
  invoke(name: ExportName, args: unknown[]): Promise<unknown>;
  /** Size of the guest's linear memory after the last call. */
  readonly memoryBytes: number;
  /** Ends the guest, whatever it does. Idempotent. */
  close(): Promise<void>;
}

export interface PortHooks {
  request: ImportRequest;
  log: GuestLog;
  /** What the guest draws from `wasi:random` first. */
  firstRandom?: BigUint64Array;
}

/** An instance on this thread. A guest that loops for ever cannot be ended here: that takes a worker. */
export async function openInlinePort(
  instantiate: InstantiateComponent,
  modules: ReadonlyMap<string, WebAssembly.Module>,
  hooks: PortHooks,
): Promise<GuestPort> {
  let memory: WebAssembly.Memory | undefined;
  const guest: GuestExports = await instantiate(
    (fileName) => {
      const module = modules.get(fileName);
      if (module === undefined) throw new Error(`the component needs ${fileName}, which its source does not hold`);
      return module;
    },
    guestImports(hooks.request, hooks.log, hooks.firstRandom),
    async (module, imports) => {
      const instance = await WebAssembly.instantiate(module, imports);
      const exported = instance.exports['memory'];
      if (exported instanceof WebAssembly.Memory) memory = exported;
      return instance;
    },
  );
  return {
    async invoke(name, args) {
      try {
        return await callExport(guest, name, args);
      } catch (thrown) {
        throw GuestRefusal.of(thrown) ?? thrown;
      }
    },
    get memoryBytes() {
      return memory?.buffer.byteLength ?? 0;
    },
    close: async () => undefined,
  };
}
