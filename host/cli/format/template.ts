/** Templates such as `%t %p %o %k %v\n`, with the letters of kcat and rpk. */
import { ConnectorError } from '../../base/errors.ts';
import type { Data } from '../../conduit/record.ts';
import type { Format } from './format.ts';
import { textOf, type PrintedRecord } from './printed-record.ts';
import { bytesLiteral, shownHeader, timeText } from './shown.ts';

type Part = (record: PrintedRecord) => string | Uint8Array;

const FIELDS: Readonly<Record<string, Part>> = {
  t: ({ topic }) => topic ?? '',
  p: ({ partition }) => String(partition ?? ''),
  o: ({ offset }) => String(offset ?? ''),
  T: ({ timestampMs }) => String(timestampMs ?? ''),
  d: ({ timestampMs }) => (timestampMs === null ? '' : timeText(timestampMs)),
  k: ({ key }) => asText(key),
  v: ({ value }) => asText(value),
  s: ({ value }) => asText(value),
  K: ({ key }) => String(bytesOf(key)?.length ?? -1),
  S: ({ value }) => String(bytesOf(value)?.length ?? -1),
  h: ({ headers }) => headers.map(shownHeader).join(','),
};
const ENCODINGS: Readonly<Record<string, (bytes: Uint8Array) => string | Uint8Array>> = {
  raw: (bytes) => bytes,
  base64: (bytes) => Buffer.from(bytes).toString('base64'),
  hex: (bytes) => Buffer.from(bytes).toString('hex'),
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' };
const EXPECTED =
  '%t topic, %p partition, %o offset, %k key, %v value, %d time, %T time in milliseconds, %h headers, %K and %S bytes of key and value, %%, and {raw}, {base64} or {hex} after %k and %v';

/** Throws `config.invalid`. */
export function templateOf(text: string): Format {
  const parts = partsOf(text);
  return (record) => Buffer.concat(parts.map((part) => asBytes(part(record))));
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/%(?:(.)(?:\{(\w*)\})?)?|\\(?:x([0-9a-fA-F]{2})|(.)?)/gsu)) {
    const [whole, letter, encoding, hex, escape] = match;
    const before = text.slice(at, match.index);
    if (before !== '') parts.push(() => before);
    at = match.index + whole.length;
    parts.push(whole.startsWith('%') ? fieldOf(whole, letter, encoding) : escaped(whole, hex, escape));
  }
  const rest = text.slice(at);
  if (rest !== '') parts.push(() => rest);
  return parts;
}

function fieldOf(whole: string, letter: string | undefined, encoding: string | undefined): Part {
  if (whole === '%%') return () => '%';
  const field = letter === undefined ? undefined : FIELDS[letter];
  if (field === undefined) throw invalid(whole);
  if (encoding === undefined) return field;
  const encode = ENCODINGS[encoding];
  if (encode === undefined || !'kvs'.includes(letter ?? '')) throw invalid(whole);
  return ({ key, value }) => encode(bytesOf(letter === 'k' ? key : value) ?? new Uint8Array());
}

function escaped(whole: string, hex: string | undefined, escape: string | undefined): Part {
  if (hex !== undefined) {
    const byte = Uint8Array.of(Number.parseInt(hex, 16));
    return () => byte;
  }
  const character = escape === undefined ? undefined : ESCAPES[escape];
  if (character === undefined) throw invalid(whole, 'the escapes are \\n, \\t, \\r, \\0, \\xff and \\\\');
  return () => character;
}

/** Text as it is, nothing for null. Bytes that are not UTF-8, and text that looks like them, are `b"..."`. */
function asText(data: Data): string {
  const bytes = bytesOf(data);
  if (bytes === null) return '';
  const text = textOf(bytes);
  return text === null || text.startsWith('b"') ? bytesLiteral(bytes) : text;
}

function bytesOf(data: Data): Uint8Array | null {
  if (data === null || data instanceof Uint8Array) return data;
  return Buffer.from(JSON.stringify(data));
}

function asBytes(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : part;
}

function invalid(part: string, expected = EXPECTED): ConnectorError {
  return new ConnectorError('config.invalid', `the template of --format has "${part}", expected ${expected}`, {
    fields: { setting: '--format' },
  });
}
