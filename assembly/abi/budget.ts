// The memory budget of the instance. All of it follows from one number, `maximumMemory` of asconfig.json. tools/memory.mjs passes this number, and
// the largest request, to every component that is built; the host derives the same from the manifest (requestBytesOf).

// MEMORY_MAX_BYTES and REQUEST_MAX_BYTES are constants of the build (asc --use).

/** The memory never grows beyond this. */
export const MEMORY_BYTES: usize = MEMORY_MAX_BYTES;
/** The largest request of a write: two thirds of the memory. */
export const REQUEST_BYTES: usize = REQUEST_MAX_BYTES;
/** The largest form of one record of a write: half of the memory, if the request leaves so much. */
export const WRITTEN_RECORD_BYTES: usize = MEMORY_MAX_BYTES / 2;
/** The largest OpenCDC form of one record of a read, which lies in memory beside the fetched record. Brokers accept requests of 100 MiB by default. */
export const READ_RECORD_BYTES: usize = min<usize>(100 << 20, (MEMORY_MAX_BYTES / 5) * 2);
