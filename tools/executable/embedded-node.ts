import { execFile } from 'node:child_process';
import { chmod, copyFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Node's configuration of a single executable application, without the two files that depend on the embedded Node. */
export interface SeaConfig {
  main: string;
  assets: Record<string, string>;
  disableExperimentalSEAWarning: boolean;
  useCodeCache: boolean;
  execArgvExtension: 'none';
  execArgv: readonly string[];
}

/** A Node that the program can be put into. */
export interface EmbeddedNode {
  /** Language level, as esbuild names it. */
  readonly target: string;
  /** Options that this Node needs to run the program. */
  readonly execArgv: readonly string[];
  /** Writes the executable with Node and program to this file. `parts` is a folder for intermediate files. */
  embed(config: SeaConfig, parts: string, executable: string): Promise<void>;
  /** Folder with shared libraries that the executable searches beside itself or in the system; null: it needs only the system's libraries. */
  readonly libraries: string | null;
}

/** Removes symbols, which makes Node a quarter smaller. Without `strip` it is left as it is, and works too. */
export async function stripped(node: string, parts: string): Promise<string> {
  const smaller = resolve(parts, 'node');
  await copyFile(node, smaller);
  await chmod(smaller, 0o755);
  try {
    if (process.platform === 'linux') await run('strip', [smaller]);
  } catch {
    process.stderr.write('`strip` is not installed: the executable will be larger than it could be.\n');
    await copyFile(node, smaller);
  }
  return smaller;
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}
