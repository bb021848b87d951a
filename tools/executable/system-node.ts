import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { isFile, stripped, type EmbeddedNode } from './embedded-node.ts';

const run = promisify(execFile);
/** The first version with `--build-sea`. */
const MIN_NODE_MAJOR = 26;

/** The Node of the dev dependencies for this system, or the one that runs the build. */
export async function systemNode(root: string): Promise<EmbeddedNode> {
  const node = await nodeToEmbed(root);
  return {
    target: 'node26',
    execArgv: [],
    libraries: null,
    async embed(config, parts, executable) {
      const file = resolve(parts, 'sea.json');
      await writeFile(file, JSON.stringify({ ...config, executable: await stripped(node, parts), output: executable }));
      await run(node, ['--build-sea', file]);
    },
  };
}

async function nodeToEmbed(root: string): Promise<string> {
  const own = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const name of [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]) {
    const candidate = resolve(root, 'node_modules', name, 'bin', own);
    if (await isFile(candidate)) return candidate;
  }
  if (Number.parseInt(process.versions.node) >= MIN_NODE_MAJOR) return process.execPath;
  throw new Error(
    `expected Node ${MIN_NODE_MAJOR} or newer to build an executable from, got ${process.versions.node}: run npm install, which brings one`,
  );
}
