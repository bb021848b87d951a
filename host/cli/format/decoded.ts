import type { Data } from '../../conduit/record.ts';
import type { PrintedHeader } from './printed-headers.ts';
import { textOf, type PrintedRecord } from './printed-record.ts';
import { timeText } from './shown.ts';

/**
 * One JSON object on a line: `topic`, `partition`, `offset`, `timestamp`, `key`, `value`, `headers`. A key or value is null, a text, or, if it is the JSON of an
 * object or an array, that JSON. Bytes that are not UTF-8 are in `keyBase64` or `valueBase64` instead. The value of a header is a text, null,
 * `{"base64":"..."}`, or a list of these where the header is repeated. Headers whose names are not UTF-8 are in `headersBase64`, by the base64 of the name.
 */
export function decodedLine({ topic, partition, offset, timestampMs, key, value, headers }: PrintedRecord): string {
  const fields = [
    `"topic":${JSON.stringify(topic)}`,
    `"partition":${partition}`,
    `"offset":${offset}`,
    `"timestamp":${timestampMs === null ? null : JSON.stringify(timeText(timestampMs))}`,
    dataField('key', key),
    dataField('value', value),
    ...headerFields(headers),
  ];
  return `{${fields.join(',')}}\n`;
}

function headerFields(headers: readonly PrintedHeader[]): string[] {
  const [text, binary] = [headers.filter(([name]) => typeof name === 'string'), headers.filter(([name]) => typeof name !== 'string')];
  return [`"headers":${headersObject(text)}`, ...(binary.length === 0 ? [] : [`"headersBase64":${headersObject(binary)}`])];
}

/** Written as text, because an object of JavaScript would move names that are numbers. */
function headersObject(headers: readonly PrintedHeader[]): string {
  const byName = new Map<string, unknown[]>();
  for (const [name, value] of headers) {
    const text = typeof name === 'string' ? name : base64(name);
    const decoded = value instanceof Uint8Array ? (textOf(value) ?? { base64: base64(value) }) : value;
    byName.set(text, [...(byName.get(text) ?? []), decoded]);
  }
  const fields = [...byName].map(([name, values]) => `${JSON.stringify(name)}:${JSON.stringify(values.length === 1 ? values[0] : values)}`);
  return `{${fields.join(',')}}`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

function dataField(name: string, data: Data): string {
  if (data === null || !(data instanceof Uint8Array)) return `"${name}":${JSON.stringify(data)}`;
  const text = textOf(data);
  if (text === null) return `"${name}Base64":"${base64(data)}"`;
  return `"${name}":${jsonOf(text) ?? JSON.stringify(text)}`;
}

/** The text if it is the JSON of an object or an array, on one line; else null. It is not written anew, so that its numbers keep all their digits. */
function jsonOf(text: string): string | null {
  if (!/^[ \t\r\n]*[{[]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  // Between its tokens only: within a string, JSON has no line breaks and tabs.
  return text.replaceAll(/[\t\r\n]+/g, ' ').trim();
}
