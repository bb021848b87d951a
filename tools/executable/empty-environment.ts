/** Takes the place of the module `process` where a library imports it only to read its environment. */
export const env = {};
export const emitWarning: typeof process.emitWarning = process.emitWarning.bind(process);
