import { ConnectorError } from '../base/errors.ts';

/**
 * What a built component needs and offers (`manifest.json` beside it, written by tools/component.mjs), so that a host can refuse it before
 * any of it runs.
 */
export interface Manifest {
  readonly name: string;
  /** Of the component before jco: `sha256:` and hexadecimal digits. */
  readonly digest: string;
  /** Interfaces, with version. */
  readonly exports: readonly string[];
  readonly imports: readonly ImportedInterface[];
  /** File names of the core modules that jco has made. */
  readonly coreModules: readonly string[];
  /** The maximum that the component's memory declares; null: it declares none. */
  readonly memoryMaxBytes: number | null;
}

export interface ImportedInterface {
  /** With version. */
  readonly interface: string;
  /** `waits`: the guest was built to be suspended in it. */
  readonly functions: readonly { readonly name: string; readonly waits: boolean }[];
}

/**
 * The memory budget of a guest, derived once from the maximum that its component declares: a request may take two thirds of it. The rest is
 * for what the guest makes of one record at a time, and for the guest itself.
 */
export function requestBytesOf({ memoryMaxBytes }: Pick<Manifest, 'memoryMaxBytes'>): number {
  return memoryMaxBytes === null ? 0 : Math.floor((memoryMaxBytes * 2) / 3);
}

/** The manifest of a text; throws `environment` for one of another form, naming the file. */
export function parseManifest(text: string, file: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (isManifest(value)) return value;
  const expected = 'name, digest, exports, imports, coreModules and memoryMaxBytes';
  throw new ConnectorError(
    'environment',
    `${file} is no manifest of a component: expected a JSON object with ${expected}; build it again.`,
  );
}

function isManifest(value: unknown): value is Manifest {
  const { name, digest, exports, imports, coreModules, memoryMaxBytes } = (value ?? {}) as Record<string, unknown>;
  return (
    isText(name) &&
    isText(digest) &&
    isListOf(exports, isText) &&
    isListOf(coreModules, isText) &&
    (memoryMaxBytes === null || (Number.isSafeInteger(memoryMaxBytes) && (memoryMaxBytes as number) > 0)) &&
    isListOf(imports, (one) => isText(one.interface) && isListOf(one.functions, (f) => isText(f.name) && typeof f.waits === 'boolean'))
  );
}

function isListOf(value: unknown, isItem: (item: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => item !== null && item !== undefined && isItem(item as Record<string, unknown>));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
