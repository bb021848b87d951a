import type { CoreModule } from './core-module.ts';
import { callExport, GuestRefusal, type ExportName, type GuestExports } from './exports.ts';
import type { InstantiateComponent } from './component.ts';

/** The bare guest, on this thread or on another one. A port has no queue, no deadline and no supervision. */
export interface GuestPort {
  /** Calls an export. Rejects with GuestRefusal for a WIT error; after any other rejection the guest is gone. */
  invoke(name: ExportName, args: unknown[]): Promise<unknown>;
  /** Size of the guest's linear memory after the last call. */
  readonly memoryBytes: number;
  /** Ends the guest, even while it runs. Idempotent. */
  close(): Promise<void>;
}

/** Where an instance runs: in the host's thread, or in a thread of its own, which can be ended while the guest loops. */
export type Placement = 'inline' | 'worker';

/** Opens a guest on this thread. A guest that loops for ever cannot be ended here, only in a worker. */
export async function openInlinePort(
  instantiate: InstantiateComponent,
  modules: ReadonlyMap<string, CoreModule>,
  imports: Readonly<Record<string, object>>,
): Promise<GuestPort> {
  let memory: WebAssembly.Memory | undefined;
  const guest: GuestExports = await instantiate(
    (fileName) => {
      const module = modules.get(fileName);
      if (module === undefined) throw new Error(`the component needs ${fileName}, which its source does not hold`);
      return module;
    },
    imports,
    async (module, coreImports) => {
      const instance = await WebAssembly.instantiate(module as WebAssembly.Module, coreImports);
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
