/** Text of assembly/abi/layout.ts. */
export function layoutSource(): string;
/** Throws if that file has another text. */
export function checkLayouts(): void;
