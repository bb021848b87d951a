/**
 * OpenCDC records as Go writes them (conduit-commons with goccy/go-json v0.10.6), slowly and plainly, for comparison with the guest.
 * The numbers are JavaScript's own shortest digits in Go's layout.
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type GoData = { raw: Buffer } | { structured: { [key: string]: Value } } | null;
export interface GoRecord {
  position: Buffer;
  operation: number;
  metadata: Record<string, string>;
  key: GoData;
  before: GoData;
  after: GoData;
}

const SHORT: Record<string, string> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function goString(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (SHORT[char] !== undefined) out += SHORT[char];
    else if (code < 0x20 || char === '<' || char === '>' || char === '&' || code === 0x2028 || code === 0x2029)
      out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += char;
  }
  return `${out}"`;
}

export function goNumber(value: number): string {
  if (!Number.isFinite(value)) return `"${String(value)}"`;
  if (Object.is(value, -0)) return '-0';
  const sign = value < 0 ? '-' : '';
  const magnitude = Math.abs(value);
  const [mantissa, exponent] = magnitude.toExponential().split('e') as [string, string];
  if (value !== 0 && (magnitude < 1e-6 || magnitude >= 1e21)) {
    const power = Number(exponent);
    return `${sign}${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  // JavaScript goes without an exponent in exactly this range.
  return String(value);
}

/** By the bytes of the escaped key with its quotes. */
function sorted(keys: string[]): string[] {
  return keys.sort((a, b) => Buffer.compare(Buffer.from(goString(a)), Buffer.from(goString(b))));
}

function goObject<T>(object: Record<string, T>, write: (value: T) => string): string {
  return `{${sorted(Object.keys(object))
    .map((key) => `${goString(key)}:${write(object[key]!)}`)
    .join(',')}}`;
}

export function goValue(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'string') return goString(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(',')}]`;
  return goObject(value, goValue);
}

function goData(data: GoData): string {
  if (data === null) return 'null';
  return 'raw' in data ? `"${data.raw.toString('base64')}"` : goValue(data.structured);
}

export function goRecord(record: GoRecord): string {
  const operation = ['Operation(0)', 'create', 'update', 'delete', 'snapshot'][record.operation] ?? `Operation(${record.operation})`;
  const position = record.position.length === 0 ? 'null' : `"${record.position.toString('base64')}"`;
  const metadata = Object.keys(record.metadata).length === 0 ? 'null' : goObject(record.metadata, goString);
  const payload = `{"before":${goData(record.before)},"after":${goData(record.after)}}`;
  return `{"position":${position},"operation":"${operation}","metadata":${metadata},"key":${goData(record.key)},"payload":${payload}}`;
}

/** A google.protobuf.Value as protobufjs takes it. */
export function protoValue(value: Value): object {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(protoValue) } };
  return { structValue: protoStruct(value) };
}

export function protoStruct(object: { [key: string]: Value }): object {
  return { fields: Object.fromEntries(Object.entries(object).map(([key, value]) => [key, protoValue(value)])) };
}

/** The record as protobufjs takes it. */
export function protoRecord(record: GoRecord): object {
  const data = (d: GoData): object | null =>
    d === null ? null : 'raw' in d ? { raw_data: d.raw } : { structured_data: protoStruct(d.structured) };
  const { position, operation, metadata } = record;
  return { position, operation, metadata, key: data(record.key), payload: { before: data(record.before), after: data(record.after) } };
}
