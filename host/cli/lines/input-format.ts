import { ConnectorError } from '../../base/errors.ts';
import { encodeRecord, encodeRecordLine } from '../../conduit/json-record.ts';
import { jsonProblem } from '../settings/json-problem.ts';

export const INPUT_FORMATS = ['opencdc', 'text', 'key-value', 'json'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** How `destination` reads its lines. */
export interface LineFormat {
  format: InputFormat;
  /** Between key and value of `key-value`. The first one in a line counts. */
  separator: string;
}

/** What a line should be, for errors: `line 3 is not ...`. */
export const LINE_KINDS: Readonly<Record<InputFormat, string>> = {
  opencdc: 'an OpenCDC record',
  text: 'text',
  'key-value': 'a key and a value',
  json: 'a JSON value',
};

const NOTHING = new Uint8Array(0);

/** Makes the encoder of lines to `opencdc.v1.Record`. It throws `input.invalid` with the reason, which never quotes the line. */
export function lineEncoder({ format, separator }: LineFormat): (line: string) => Uint8Array {
  if (format === 'opencdc') return encodeOpenCdc;
  if (format === 'text') return (line) => plainRecord(null, withoutReturn(line));
  if (format === 'json') return (line) => plainRecord(null, checkedJson(withoutReturn(line)));
  return (line) => {
    const at = line.indexOf(separator);
    if (at < 0)
      throw invalid(`it has no ${separator === '\t' ? 'tab' : JSON.stringify(separator)}: expected key, separator, value (--separator)`);
    return plainRecord(line.slice(0, at), withoutReturn(line.slice(at + separator.length)));
  };
}

function encodeOpenCdc(line: string): Uint8Array {
  try {
    return encodeRecordLine(line);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'input.invalid') throw error;
    throw invalid(`${error.message}; for other lines use --input text, key-value or json`);
  }
}

function plainRecord(key: string | null, value: string): Uint8Array {
  return encodeRecord({
    position: NOTHING,
    operation: 'create',
    metadata: {},
    key: key === null ? null : Buffer.from(key),
    payload: { before: null, after: Buffer.from(value) },
  });
}

/** Lines of Windows end with CR LF. */
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function checkedJson(line: string): string {
  try {
    JSON.parse(line);
    return line;
  } catch (error) {
    throw invalid(jsonProblem(line, (error as Error).message).replace(/^line \d+, /, ''));
  }
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('input.invalid', message);
}
