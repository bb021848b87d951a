/**
 * Loads a CommonJS package into a module cache of its own, with some of its modules replaced.
 *
 * The connector replaces modules of kafkajs. A program that embeds the connector may use kafkajs as well, and must get it unchanged. An alias in
 * `package.json` does not achieve that: pnpm and Yarn keep one folder for both names, so that Node loads one module.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { compileFunction } from 'node:vm';
import { ConnectorError } from '../../base/errors.ts';

/** Makes the exports of a module; `stock` gives the exports of the file that it replaces. */
export type Replacement = (stock: () => unknown) => unknown;

export interface ReplacedModule {
  /** Path in the package, with slashes. */
  module: string;
  /** Digest of the file that the replacement was written for. */
  sha256: string;
  replacement: Replacement;
}

interface CommonJsModule {
  exports: unknown;
}
type CommonJs = (exports: unknown, require: (id: string) => unknown, module: CommonJsModule, file: string, folder: string) => void;

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * Loads the package in the folder `root`; the result gives the exports of one of its files, by its path in the package. Throws ConnectorError
 * `environment` if a replaced module is not the expected file.
 */
export function loadPrivately(root: string, replaced: readonly ReplacedModule[]): (path: string) => unknown {
  const modules = new Map<string, CommonJsModule>();

  const load = (file: string): unknown => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module: CommonJsModule = { exports: {} };
    // The module is registered before it runs, so that modules can require each other in a circle.
    modules.set(file, module);
    const source = readFileSync(file);
    const path = relative(root, file).replaceAll(sep, '/');
    const entry = replaced.find((one) => one.module === path);
    if (entry !== undefined) {
      checkDigest(entry, source);
      module.exports = entry.replacement(() => run(file, source, { exports: {} }));
    } else if (file.endsWith('.json')) {
      module.exports = JSON.parse(source.toString('utf8'));
    } else {
      run(file, source, module);
    }
    return module.exports;
  };

  const run = (file: string, source: Buffer, module: CommonJsModule): unknown => {
    const native = createRequire(file);
    const require = (id: string): unknown => (isBuiltin(id) ? native(id) : load(native.resolve(id)));
    const body = compileFunction(source.toString('utf8'), PARAMETERS, { filename: file }) as CommonJs;
    Reflect.apply(body, module.exports, [module.exports, require, module, file, dirname(file)]);
    return module.exports;
  };

  // All replaced modules are checked now. kafkajs loads some of them only with the first request, which is too late for an error.
  for (const { module } of replaced) load(join(root, module));
  return (path) => load(join(root, path));
}

/** Throws ConnectorError `environment` if `source` is not the file that the replacement was written for. */
export function checkDigest({ module, sha256 }: Pick<ReplacedModule, 'module' | 'sha256'>, source: Uint8Array): void {
  const actual = createHash('sha256').update(source).digest('hex');
  if (actual !== sha256)
    throw new ConnectorError(
      'environment',
      `kafkajs/${module} is not the file of kafkajs 2.2.4 that this connector replaces (expected SHA-256 ${sha256}, got ${actual}): install exactly kafkajs 2.2.4`,
    );
}
