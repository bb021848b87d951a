// Derives the memory budget of a guest from the one number that its asconfig.json declares (maximumMemory, in pages), as the constants that
// assembly/abi/budget.ts reads.
import { readFileSync } from 'node:fs';
import { requestBytesOf } from '../host/runtime/manifest.ts';

const PAGE_BYTES = 65_536;
/** The most pages of a WebAssembly memory less one, so that 32 bits hold the number of bytes. */
const MOST_PAGES = 65_535;

/** Arguments for asc. */
export function memoryConstants(asconfig) {
  const { maximumMemory = MOST_PAGES } = JSON.parse(readFileSync(asconfig, 'utf8')).options;
  const memoryMaxBytes = maximumMemory * PAGE_BYTES;
  return ['--use', `MEMORY_MAX_BYTES=${memoryMaxBytes}`, '--use', `REQUEST_MAX_BYTES=${requestBytesOf({ memoryMaxBytes })}`];
}
