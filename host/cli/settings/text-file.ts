import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { decodeUtf8, utf8Problem } from '../../base/utf8.ts';
import { invalid } from './settings.ts';

/** Reads a file of UTF-8; `-` is standard input, whose end may never come. Rejects with `config.invalid` about the option that names the file. */
export async function readText(path: string, stdin: Readable, option: string): Promise<string> {
  const name = nameOfFile(path);
  let bytes: Uint8Array;
  try {
    bytes = path === '-' ? await buffer(stdin) : await readFile(path);
  } catch (error) {
    throw invalid(`cannot read ${name}: ${reasonOf(error)}`, option);
  }
  return decodeUtf8(bytes, (fault) => invalid(`${name}, ${utf8Problem(fault)}; save it as UTF-8`, option));
}

/** The file in messages. */
export function nameOfFile(path: string): string {
  return path === '-' ? 'standard input' : path;
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory';
  return code ?? 'unknown reason';
}
