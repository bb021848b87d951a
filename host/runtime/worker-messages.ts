import type { WitError } from './contract.ts';
import type { CoreModule } from './core-module.ts';
import type { ExportName } from './exports.ts';
import type { ImportShape } from './import-shape.ts';

// The messages between the host's thread and the thread of a guest.

export interface WorkerData {
  modules: ReadonlyMap<string, CoreModule>;
  /** The file that exports `instantiate`; unset where the worker's code holds it. */
  moduleUrl?: string;
  imports: readonly ImportShape[];
}

/** To the guest's thread. */
export type HostMessage =
  | { type: 'call'; name: ExportName; args: unknown[] }
  | { type: 'import-ok'; id: number; value: unknown }
  | { type: 'import-failed'; id: number; error: WitError };

/** To the host's thread. There is one call at a time, so the end of a call needs no number. */
export type GuestMessage =
  | { type: 'ready'; memoryBytes: number }
  /** The guest may not run; the text says why. */
  | { type: 'denied'; text: string }
  | { type: 'ok'; value: unknown; memoryBytes: number }
  | { type: 'refused'; payload: unknown; memoryBytes: number }
  | { type: 'dead'; text: string; memoryBytes: number }
  | { type: 'import'; id: number; number: number; args: unknown[] }
  | { type: 'tell'; number: number; args: unknown[] };
