/** Secrets in files: a secret setting with the value `file:/path` has the text of that file, as it is when the secret is used. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { decodeUtf8, utf8Problem } from '../base/utf8.ts';
import { ConnectorError } from '../base/errors.ts';

const PREFIX = 'file:';
/** Many certificate authorities fit into it. */
const MAX_BYTES = 1 << 20;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this process may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  ELOOP: 'its links lead in a circle',
};

/** The path in the value of a setting; null if the value is the secret itself. */
export function secretPath(value: string): string | null {
  return value.startsWith(PREFIX) ? value.slice(PREFIX.length).trim() : null;
}

/**
 * The text of the file, without a byte order mark and without blanks and line ends around it. Throws ConnectorError `config.invalid`, which names the
 * setting and the file and has nothing of its text.
 */
export function readSecretFile(setting: string, path: string): string {
  const problem = (reason: string): ConnectorError =>
    new ConnectorError('config.invalid', `invalid ${setting}: the file ${path || '(no name)'} cannot be used: ${reason}`, {
      fields: { setting },
    });
  if (!isAbsolute(path)) throw problem('expected an absolute path, such as file:/run/secrets/kafka');
  const text = decodeUtf8(bytesOf(path, problem), (fault) => problem(utf8Problem(fault))).trim();
  if (text === '') throw problem('it is empty');
  return text;
}

function bytesOf(path: string, problem: (reason: string) => ConnectorError): Buffer {
  let file: number | null = null;
  try {
    // Without O_NONBLOCK the open of a pipe would wait for a writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(file);
    if (!stat.isFile()) throw problem('it is no regular file');
    if (stat.size > MAX_BYTES) throw problem(`it is larger than ${MAX_BYTES} bytes`);
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null);
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    const { code = '' } = error as NodeJS.ErrnoException;
    throw problem(REASONS[code] ?? `reading it fails with ${code}`);
  } finally {
    if (file !== null) closeSync(file);
  }
}
