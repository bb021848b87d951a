import { InvalidArgumentError } from 'commander';
import { ConnectorError } from '../../base/errors.ts';
import { decodedLine } from './decoded.ts';
import type { PrintedRecord } from './printed-record.ts';
import { templateOf } from './template.ts';
import { textLine } from './text.ts';

/** What is printed of a record. */
export type Format = (record: PrintedRecord) => string | Uint8Array;

/** The value of `--format`; `json` is the OpenCDC JSON that the component writes. */
export function formatFrom(text: string): Format | 'json' {
  if (text === 'json') return text;
  if (text === 'decoded') return decodedLine;
  if (text === 'text') return textLine;
  if (!text.includes('%')) throw new InvalidArgumentError("expected json, decoded, text, or a template such as '%t %p %o %k %v\\n'.");
  try {
    return templateOf(text);
  } catch (error) {
    throw new InvalidArgumentError(`${ConnectorError.from(error).message}.`);
  }
}
