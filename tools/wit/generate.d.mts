/** Texts of the generated files by their paths in the project, for the WIT in a folder; default: wit/. */
export function generated(folder?: string): Map<string, string>;
/** Paths of those that are committed with another text. */
export function staleFiles(): string[];
/** Throws if there are any. */
export function checkGenerated(): void;
