import type { Type } from 'avsc';
import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../../base/errors.ts';
import { writeStruct } from './values.ts';

export { parseAvro } from './codec.ts';

const { Reader, Writer } = protobuf;
type FieldWriter = InstanceType<typeof Writer>;
type FieldReader = InstanceType<typeof Reader>;

/** Tags of opencdc.v1.Record, Change and Data. */
export const TAGS = { position: 10, metadata: 26, key: 34, payload: 42, before: 10, after: 18, rawData: 10, structuredData: 18 } as const;
/** Tags of an item of a batch, and of an ack. */
const ITEM = 10;
const ACK_POSITION = 10;
const ACK_ERROR = 18;

const MAX_VERSION = 0x7fffffff;

export interface SchemaName {
  readonly subject: string;
  readonly version: number;
}

/** The schemas that a record's metadata names; null where the subject or the version is missing. */
export function schemaNamesOf(record: Uint8Array): { key: SchemaName | null; payload: SchemaName | null } {
  const metadata = metadataOf(record);
  return { key: schemaName(metadata, 'key'), payload: schemaName(metadata, 'payload') };
}

/** The metadata of OpenCDC's own names. */
export function metadataOf(record: Uint8Array): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  eachField(record, (tag, reader) => {
    if (tag !== TAGS.metadata) return reader.skipType(tag & 7);
    let key = '';
    let value = '';
    const end = reader.uint32() + reader.pos;
    while (reader.pos < end) {
      const field = reader.uint32();
      if (field === 10) key = reader.string();
      else if (field === 18) value = reader.string();
      else reader.skipType(field & 7);
    }
    if (key.startsWith('opencdc.')) metadata.set(key, value);
  });
  return metadata;
}

function schemaName(metadata: ReadonlyMap<string, string>, part: 'key' | 'payload'): SchemaName | null {
  const subject = metadata.get(`opencdc.${part}.schema.subject`) ?? '';
  const text = metadata.get(`opencdc.${part}.schema.version`) ?? '';
  if (subject === '' || text === '') return null;
  const version = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(version) && Math.abs(version) <= MAX_VERSION) return { subject, version };
  throw new ConnectorError('input.invalid', `failed to get ${part} schema version from metadata: expected a whole number, got "${text}"`);
}

/** The record with key and payload decoded where a type is given; all its other bytes stay as they are. */
export function decodeRecord(record: Uint8Array, types: { key: Type | null; payload: Type | null }): Uint8Array {
  const writer = Writer.create();
  eachField(record, (tag, reader, whole) => {
    if (tag === TAGS.key && types.key !== null) writeData(writer, TAGS.key, reader.bytes(), types.key, 'key');
    else if (tag === TAGS.payload && types.payload !== null) writeChange(writer, reader.bytes(), types.payload);
    else copyField(writer, tag, reader, whole);
  });
  return writer.finish();
}

/** A record as an item of a batch. */
export function item(record: Uint8Array): Uint8Array {
  return Writer.create().uint32(ITEM).bytes(record).finish();
}

/** The ack that refuses a record. */
export function refusal(record: Uint8Array, error: string): Uint8Array {
  let position: Uint8Array = new Uint8Array();
  try {
    eachField(record, (tag, reader) => {
      if (tag === TAGS.position) position = reader.bytes();
      else reader.skipType(tag & 7);
    });
  } catch {
    // What was read up to the malformed field is the best there is to identify the record.
  }
  return Writer.create()
    .uint32(ITEM)
    .fork()
    .uint32(ACK_POSITION)
    .bytes(position)
    .uint32(ACK_ERROR)
    .string(error.toWellFormed())
    .ldelim()
    .finish();
}

function writeChange(writer: FieldWriter, change: Uint8Array, type: Type): void {
  writer.uint32(TAGS.payload).fork();
  eachField(change, (tag, reader, whole) => {
    if (tag === TAGS.before) writeData(writer, TAGS.before, reader.bytes(), type, 'payload.before');
    else if (tag === TAGS.after) writeData(writer, TAGS.after, reader.bytes(), type, 'payload.after');
    else copyField(writer, tag, reader, whole);
  });
  writer.ldelim();
}

/** Raw data becomes structured data; what is structured already, or absent, stays. */
function writeData(writer: FieldWriter, tag: number, data: Uint8Array, type: Type, what: string): void {
  const { raw } = dataOf(data);
  if (raw === null) {
    writer.uint32(tag).bytes(data);
    return;
  }
  let decoded: unknown;
  try {
    decoded = type.fromBuffer(Buffer.from(raw));
  } catch (cause) {
    throw new ConnectorError(
      'input.invalid',
      `failed to decode ${what}: failed to unmarshal bytes with schema: ${(cause as Error).message}`,
      { cause },
    );
  }
  writer.uint32(tag).fork().uint32(TAGS.structuredData).fork();
  if (!writeStruct(writer, type, decoded)) {
    throw new ConnectorError(
      'input.invalid',
      `failed to decode ${what}: expected an Avro schema of a record or a map, got one of type ${type.typeName}`,
    );
  }
  writer.ldelim().ldelim();
}

/** The one kind of a Data that counts, the last; both null if it is absent. */
export function dataOf(data: Uint8Array): { raw: Uint8Array | null; structured: Uint8Array | null } {
  let raw: Uint8Array | null = null;
  let structured: Uint8Array | null = null;
  eachField(data, (tag, reader) => {
    if (tag === TAGS.rawData) [raw, structured] = [reader.bytes(), null];
    else if (tag === TAGS.structuredData) [raw, structured] = [null, reader.bytes()];
    else reader.skipType(tag & 7);
  });
  return { raw, structured };
}

export function eachField(message: Uint8Array, visit: (tag: number, reader: FieldReader, whole: Uint8Array) => void): void {
  const reader = Reader.create(message);
  while (reader.pos < reader.len) visit(reader.uint32(), reader, message);
}

export function copyField(writer: FieldWriter, tag: number, reader: FieldReader, whole: Uint8Array): void {
  const start = reader.pos;
  reader.skipType(tag & 7);
  writer.uint32(tag);
  writer.raw(whole.subarray(start, reader.pos));
}
