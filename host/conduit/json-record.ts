import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../base/errors.ts';
import { isExact, mayHoldInexactInteger } from './exact-integer.ts';
import { writeEntry } from './record-fields.ts';
import { structTooDeep } from './struct-depth.ts';
import { StructWriter } from './struct-writer.ts';
import { CHANGE, DATA, RECORD } from './tags.ts';

type Json = null | boolean | number | string | InexactInteger | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };
type Writer = protobuf.Writer;

const FIELDS = ['position', 'operation', 'metadata', 'key', 'payload'];
const CHANGE_FIELDS = ['before', 'after'];
const OPERATIONS = ['create', 'update', 'delete', 'snapshot'];
const EXPECTED =
  'expected an OpenCDC record such as {"position":null,"operation":"create","metadata":null,"key":null,"payload":{"before":null,"after":{"id":1}}}';
/** Most characters of a wrong value that a message quotes. */
const MAX_QUOTED = 40;

/** The JavaScript values that structured data can hold; numbers are 64-bit floats. */
export type StructuredValue = null | boolean | number | string | readonly StructuredValue[] | { readonly [key: string]: StructuredValue };
export type Structured = { readonly [key: string]: StructuredValue };

/** Encodes a record that a program made (`OpenCdcRecord` in `record.ts`). Throws `input.invalid`. */
export function encodeRecord(record: {
  position: Uint8Array;
  operation: string;
  metadata: Record<string, string>;
  key: Uint8Array | Structured | null;
  payload: { before: Uint8Array | Structured | null; after: Uint8Array | Structured | null };
}): Uint8Array {
  const writer = protobuf.Writer.create();
  if (record.position.length > 0) writer.uint32(RECORD.position).bytes(record.position);
  writer.uint32(RECORD.operation).int32(operation(record.operation));
  metadata(writer, record.metadata);
  const write = (field: number, data: Uint8Array | Structured | null, where: string): void => {
    if (!(data instanceof Uint8Array)) return given(data as Json) ? structured(writer, field, data as JsonObject, where) : undefined;
    writer.uint32(field).fork().uint32(DATA.rawData).bytes(data).ldelim();
  };
  write(RECORD.key, record.key, 'key');
  writer.uint32(RECORD.payload).fork();
  write(CHANGE.before, record.payload.before, 'payload.before');
  write(CHANGE.after, record.payload.after, 'payload.after');
  return writer.ldelim().finish();
}

/**
 * Encodes one line of OpenCDC JSON, as `source` and Conduit's file connector write it, as an `opencdc.v1.Record`. Throws `input.invalid` for
 * anything else. Unknown fields are refused too: a misspelt "payload" must not become a record without data.
 */
export function encodeRecordLine(line: string): Uint8Array {
  const record = asObject(parse(line), 'the line');
  onlyFields(record, FIELDS, 'the record');
  const writer = protobuf.Writer.create();

  if (given(record.position)) writer.uint32(RECORD.position).bytes(base64(record.position, '"position"'));
  writer.uint32(RECORD.operation).int32(operation(record.operation));
  if (given(record.metadata)) metadata(writer, asObject(record.metadata, '"metadata"'));
  if (given(record.key)) data(writer, RECORD.key, record.key, '"key"');

  const payload = asObject(record.payload ?? null, '"payload"');
  onlyFields(payload, CHANGE_FIELDS, '"payload"');
  writer.uint32(RECORD.payload).fork();
  if (given(payload.before)) data(writer, CHANGE.before, payload.before, '"payload.before"');
  if (given(payload.after)) data(writer, CHANGE.after, payload.after, '"payload.after"');
  writer.ldelim();
  return writer.finish();
}

/** The text of an integer that a 64-bit float would change. Structured data can hold only 64-bit floats, so the record is refused. */
class InexactInteger {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function parse(line: string): Json {
  try {
    if (!mayHoldInexactInteger(line)) return JSON.parse(line) as Json;
    return JSON.parse(line, keepInexact as (key: string, value: unknown) => unknown) as Json;
  } catch (error) {
    // With a reviver JSON.parse recurses, so that deeply nested data can exhaust the stack.
    throw error instanceof RangeError ? structTooDeep('it') : invalid(`it is not JSON; ${EXPECTED}`);
  }
}

function keepInexact(_key: string, value: unknown, context: { source?: string }): unknown {
  const { source } = context;
  if (typeof value !== 'number' || source === undefined || isExact(source, value)) return value;
  return new InexactInteger(source);
}

function operation(value: Json | undefined): number {
  if (typeof value === 'string') {
    const index = OPERATIONS.indexOf(value);
    if (index >= 0) return index + 1;
    // The text that Go prints for an operation number without a name.
    const number = /^Operation\((\d{1,9})\)$/.exec(value);
    if (number !== null) return Number(number[1]);
  }
  const came = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_QUOTED)) : describe(value);
  throw invalid(`"operation" is ${came}, expected one of ${OPERATIONS.join(', ')}; ${EXPECTED}`);
}

function metadata(writer: Writer, entries: JsonObject): void {
  for (const [key, value] of Object.entries(entries)) {
    if (typeof value !== 'string') throw invalid(`metadata "${key}" is ${describe(value)}, expected a text`);
    writeEntry(writer, RECORD.metadata, key, value);
  }
}

function data(writer: Writer, field: number, value: Json, where: string): void {
  if (typeof value === 'string') writer.uint32(field).fork().uint32(DATA.rawData).bytes(base64(value, where)).ldelim();
  else structured(writer, field, asObject(value, where), where.slice(1, -1));
}

function structured(writer: Writer, field: number, object: JsonObject, root: string): void {
  writer.uint32(field).fork();
  writer.uint32(DATA.structuredData).fork();
  fieldsOf(new StructWriter(writer, `"${root}"`), object, { root, steps: [] });
  writer.ldelim();
  writer.ldelim();
}

/** The place in the structured data at which the encoder is. It becomes a text only for an error. */
interface Path {
  root: string;
  steps: (string | number)[];
}

function at({ root, steps }: Path): string {
  return `"${root}${steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step.slice(0, MAX_QUOTED)}`)).join('')}"`;
}

function fieldsOf(writer: StructWriter, object: JsonObject, path: Path): void {
  for (const [key, value] of Object.entries(object)) {
    path.steps.push(key);
    writer.beginField(key);
    valueOf(writer, value, path);
    writer.endField();
    path.steps.pop();
  }
}

function valueOf(writer: StructWriter, value: Json, path: Path): void {
  if (value === null) writer.null();
  else if (typeof value === 'boolean') writer.bool(value);
  else if (typeof value === 'string') writer.string(value);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid(`${at(path)} holds a number beyond the range of a 64-bit float`);
    writer.number(value);
  } else if (value instanceof InexactInteger) {
    const { text } = value;
    const shown = text.length <= MAX_QUOTED ? text : `${text.slice(0, MAX_QUOTED)}...`;
    throw invalid(
      `${at(path)} is ${shown}, which a 64-bit float, all that structured data can hold, would change to ${Number(text)}: write it as a text`,
    );
  } else if (Array.isArray(value)) {
    writer.beginList();
    itemsOf(writer, value, path);
    writer.end();
  } else if (isPlain(value)) {
    writer.beginObject();
    fieldsOf(writer, value, path);
    writer.end();
  } else {
    throw invalid(
      `${at(path)} is ${typeof value === 'object' ? 'an object of a class' : `a ${typeof value}`}, which structured data cannot hold: expected null, true, false, a number, a text, a list or an object`,
    );
  }
}

/** False for values that JSON cannot contain but a program can pass: a Date, a Map, a bigint, undefined. */
function isPlain(value: Json): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function itemsOf(writer: StructWriter, values: Json[], path: Path): void {
  for (const [index, value] of values.entries()) {
    path.steps.push(index);
    writer.beginItem();
    valueOf(writer, value, path);
    writer.endItem();
    path.steps.pop();
  }
}

/** Decodes padded standard base64. Each text that is taken is the base64 of its bytes, and of no others. */
function base64(value: Json, where: string): Uint8Array {
  const expected = where === '"position"' ? 'base64 or null' : 'base64 (bytes), an object or null';
  if (typeof value !== 'string') throw invalid(`${where} is ${describe(value)}, expected ${expected}`);
  const fault = base64Fault(value);
  if (fault !== null) throw invalid(`${where} is a text that is not base64 (${fault}), expected ${expected}`);
  return Buffer.from(value, 'base64');
}

/** Why a text is not base64; null if it is. Never quotes it. */
function base64Fault(text: string): string | null {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const wrong = /[^A-Za-z0-9+/]/.exec(padding === 0 ? text : text.slice(0, -padding));
  if (wrong !== null) return `character ${wrong.index + 1} is not in its alphabet`;
  if (text.length % 4 !== 0) return `its length is ${text.length}, no multiple of 4: "=" must fill it up`;
  if (padding === 0 || text === '') return null;
  // The last character before the padding has 4 or 2 bits more than the bytes need.
  const bits = Buffer.from(`${text.at(-padding - 1)}AAA`, 'base64')[0] ?? 0;
  const spare = padding === 2 ? 0b1111 : 0b11;
  return ((bits >> 2) & spare) === 0 ? null : 'the unused bits of its last character are not zero';
}

function asObject(value: Json, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof InexactInteger)) return value;
  const expected =
    where === 'the line' || where === '"payload"'
      ? EXPECTED
      : where === '"metadata"'
        ? 'expected an object or null'
        : 'expected base64 (bytes), an object or null';
  throw invalid(`${where} is ${describe(value)}; ${expected}`);
}

function onlyFields(object: JsonObject, known: readonly string[], where: string): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) throw invalid(`${where} has a field "${key}", which OpenCDC does not know; ${EXPECTED}`);
  }
}

function given(value: Json | undefined): value is Exclude<Json, null> {
  return value !== undefined && value !== null;
}

/** The kind of a value, never its content. */
function describe(value: Json | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof InexactInteger || typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'string' ? 'a text' : 'an object';
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('input.invalid', message);
}
