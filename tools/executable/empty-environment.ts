/** Replaces the module `process` for a library that imports it only to read its environment. */
export const env = {};
export const emitWarning: typeof process.emitWarning = process.emitWarning.bind(process);
