/** Text of assembly/abi/layout.ts for the WIT in a folder; default: wit/. */
export function layoutSource(folder?: string): string;
/** Throws if that file has another text. */
export function checkLayouts(): void;
