import type { Data } from '../../conduit/record.ts';
import { textOf, type PrintedRecord } from './printed-record.ts';
import { timeText } from './shown.ts';

/**
 * One JSON object on a line: `topic`, `partition`, `offset`, `timestamp`, `key`, `value`, `headers`. A key or value is null, a text, or, if it is the JSON of an
 * object or an array, that JSON. Bytes that are not UTF-8 are in `keyBase64` or `valueBase64` instead.
 */
export function decodedLine({ topic, partition, offset, timestampMs, key, value, headers }: PrintedRecord): string {
  const fields = [
    `"topic":${JSON.stringify(topic)}`,
    `"partition":${partition}`,
    `"offset":${offset}`,
    `"timestamp":${timestampMs === null ? null : JSON.stringify(timeText(timestampMs))}`,
    dataField('key', key),
    dataField('value', value),
    `"headers":{${headers.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',')}}`,
  ];
  return `{${fields.join(',')}}\n`;
}

function dataField(name: string, data: Data): string {
  if (data === null || !(data instanceof Uint8Array)) return `"${name}":${JSON.stringify(data)}`;
  const text = textOf(data);
  if (text === null) return `"${name}Base64":"${Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64')}"`;
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
