/** Keys, values and headers as text for people, so that no two of them look the same. */
import type { Data } from '../../conduit/record.ts';
import { printable } from '../terminal/terminal.ts';
import type { PrintedHeader } from './printed-headers.ts';
import { textOf } from './printed-record.ts';

/** What would not stay in one field of a line, or what a terminal would obey. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * One field of a line. Text is shown as it is, or as a JSON string where that could be taken for something else: with control characters, empty, `null`,
 * or in the form of such a string. Bytes that are not UTF-8 are `b"..."` with `\xff` for a byte; no data is `null`.
 */
export function shown(data: Data | string): string {
  if (data === null) return 'null';
  if (data instanceof Uint8Array) {
    const text = textOf(data);
    return text === null ? bytesLiteral(data) : shown(text);
  }
  if (typeof data !== 'string') return printable(JSON.stringify(data));
  const isPlain = data !== '' && data !== 'null' && !/^b?"/.test(data) && !CONTROL.test(data);
  return isPlain ? data : quoted(data);
}

/** `name=value`. A text with a sign that separates headers, or name and value, is a JSON string. */
export function shownHeader([name, value]: PrintedHeader): string {
  return `${shownPart(name, /[=,]/)}=${shownPart(value, /,/)}`;
}

function shownPart(part: string | Uint8Array | null, separators: RegExp): string {
  const text = part instanceof Uint8Array ? textOf(part) : part;
  return text !== null && separators.test(text) ? quoted(text) : shown(part);
}

/** `b"\x00abc\xff"`. */
export function bytesLiteral(bytes: Uint8Array): string {
  let literal = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    literal += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `b"${literal}"`;
}

function quoted(text: string): string {
  return printable(JSON.stringify(text)).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/** RFC 3339, in UTC; the milliseconds where JavaScript knows no such date. */
export function timeText(timestampMs: bigint): string {
  const date = new Date(Number(timestampMs));
  return Number.isNaN(date.getTime()) ? String(timestampMs) : date.toISOString();
}
