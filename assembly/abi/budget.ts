// What the memory of the instance is for. All of it follows from one number, `maximumMemory` of asconfig.json: tools/memory.mjs gives it, and
// what a request may take of it, to every component that it builds; the host reads the same from the built component (requestBytesOf).

// MEMORY_MAX_BYTES and REQUEST_MAX_BYTES are constants of the build (asc --use).

/** The memory never grows beyond this. */
export const MEMORY_BYTES: usize = MEMORY_MAX_BYTES;
/** The largest request of a write: two thirds of the memory. */
export const REQUEST_BYTES: usize = REQUEST_MAX_BYTES;
/** What one record of a write may become: half of the memory, if so much is left beside the request. */
export const WRITTEN_RECORD_BYTES: usize = MEMORY_MAX_BYTES / 2;
/** What one record of a read may become, with the fetched record beside it. Brokers take requests of 100 MiB by default. */
export const READ_RECORD_BYTES: usize = min<usize>(100 << 20, (MEMORY_MAX_BYTES / 5) * 2);
