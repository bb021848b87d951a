import type { LogLevel } from '../base/log.ts';
import type { WitError } from './contract.ts';
import type { ExportName } from './exports.ts';
import type { ImportName } from './guest-imports.ts';

// What passes between the host's thread and a guest's. Bytes are transferred, never cloned: a clone of a view copies all of the
// buffer behind it.

export interface WorkerData {
  modules: ReadonlyMap<string, WebAssembly.Module>;
  /** The file that exports `instantiate`; unset where the worker's code holds it. */
  moduleUrl?: string;
  logLinesPerSecond: number;
  logMessageLength: number;
  firstRandom?: BigUint64Array;
}

/** To the guest's thread. */
export type HostMessage =
  | { type: 'call'; name: ExportName; args: unknown[] }
  | { type: 'import-ok'; id: number; value: unknown }
  | { type: 'import-failed'; id: number; error: WitError };

/** From it. There is one call at a time, so its end needs no number. */
export type GuestMessage =
  | { type: 'ready'; memoryBytes: number }
  | { type: 'ok'; value: unknown; memoryBytes: number }
  | { type: 'refused'; payload: unknown; memoryBytes: number }
  | { type: 'dead'; text: string; memoryBytes: number }
  | { type: 'import'; id: number; name: ImportName; args: unknown[] }
  | { type: 'log'; level: LogLevel; message: string; fields: [string, string][] };

/** The buffers to transfer with these byte arrays, which must be whole buffers that nobody else holds. */
export function buffersOf(arrays: readonly Uint8Array[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const array of arrays) if (array.byteLength > 0) buffers.add(array.buffer as ArrayBuffer);
  return [...buffers];
}
