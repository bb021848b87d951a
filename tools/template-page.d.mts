/** Texts and examples of functions, by the file of the guest that registers them. */
export const groups: { file: string; title: string; functions: { name: string; text: string; example?: string }[] }[];
/** Names of all functions that the guest registers, by file. */
export function registeredFunctions(): Map<string, { name: string; hasMust: boolean }[]>;
/** Examples in the order of the page. */
export function examples(): string[];
/** docs/templates.md; `outputs` has what each example prints. */
export function templatePage(outputs: Map<string, string>): string;
/** docs/templates.md as it is committed. */
export function committedTemplatePage(): string;
export function writeTemplatePage(outputs: Map<string, string>): void;
