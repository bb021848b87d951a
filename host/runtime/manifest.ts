import { ConnectorError } from '../base/errors.ts';

/**
 * What a built component imports, exports and needs: the `manifest.json` beside it, which tools/component.mjs writes. With it the host can refuse a
 * component before any of it runs.
 */
export interface Manifest {
  readonly name: string;
  /** Digest of the component before jco has transpiled it: `sha256:` and hexadecimal digits. */
  readonly digest: string;
  /** Interfaces, with version. */
  readonly exports: readonly string[];
  readonly imports: readonly ImportedInterface[];
  /** File names of the core modules that jco wrote. */
  readonly coreModules: readonly string[];
  /** The maximum size that the component declares for its memory; null: it declares none. */
  readonly memoryMaxBytes: number | null;
}

export interface ImportedInterface {
  /** With version. */
  readonly interface: string;
  /** `waits`: the component was built so that the host can suspend it in this function. */
  readonly functions: readonly { readonly name: string; readonly waits: boolean }[];
}

/**
 * The largest request for a guest: two thirds of the memory that its component declares. The rest is for the guest itself, and for the forms of a
 * record that it makes, one record at a time.
 */
export function requestBytesOf({ memoryMaxBytes }: Pick<Manifest, 'memoryMaxBytes'>): number {
  return memoryMaxBytes === null ? 0 : Math.floor((memoryMaxBytes * 2) / 3);
}

/** Parses a manifest. Throws `environment`, naming the file, for a text of another form. */
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
    `${file} is no manifest of a component: expected a JSON object with ${expected}; build the component again`,
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
