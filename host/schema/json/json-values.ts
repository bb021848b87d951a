import { isUtf8 } from 'node:buffer';
import { ConnectorError } from '../../base/errors.ts';
import { decodeUtf8, utf8Problem } from '../../base/utf8.ts';
import { isExact, mayHoldInexactInteger } from '../../conduit/exact-integer.ts';
import { structTooDeep } from '../../conduit/struct-depth.ts';
import type { StructSink } from '../../conduit/struct-writer.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * Parses a JSON text. An integer that a 64-bit float cannot hold becomes a text, as it is written. Throws ConnectorError `schema.mismatch` for bytes
 * that are no JSON text. If a name occurs twice in an object, its last value counts.
 */
export function parseJson(bytes: Uint8Array): Json {
  const text = isUtf8(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
    : decodeUtf8(bytes, (fault) => mismatch(`expected JSON, got bytes that are no text: ${utf8Problem(fault)}`));
  try {
    if (!mayHoldInexactInteger(text)) return JSON.parse(text) as Json;
    return JSON.parse(text, keepInexact as (key: string, value: unknown) => unknown) as Json;
  } catch (error) {
    // With a reviver JSON.parse recurses, so that deeply nested data can exhaust the stack.
    throw error instanceof RangeError ? structTooDeep('the JSON text') : mismatch('expected JSON, got bytes that are none');
  }
}

function keepInexact(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value !== 'number' || source === undefined || isExact(source, value) ? value : source;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes the fields of an object. */
export function writeObject(sink: StructSink, object: JsonObject): void {
  for (const key of Object.keys(object)) {
    sink.beginField(key);
    writeJson(sink, object[key]!); // `!`: it is one of the object's keys
    sink.endField();
  }
}

function writeJson(sink: StructSink, value: Json): void {
  if (typeof value === 'string') return sink.string(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw mismatch('a number of the JSON text is beyond the range of 64-bit floats');
    return sink.number(value);
  }
  if (typeof value === 'boolean') return sink.bool(value);
  if (value === null) return sink.null();
  if (Array.isArray(value)) {
    sink.beginList();
    for (const item of value) {
      sink.beginItem();
      writeJson(sink, item);
      sink.endItem();
    }
  } else {
    sink.beginObject();
    writeObject(sink, value);
  }
  sink.end();
}

function mismatch(text: string): ConnectorError {
  return new ConnectorError('schema.mismatch', text);
}
