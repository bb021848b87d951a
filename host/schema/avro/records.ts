import type { Type } from 'avsc';
import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../../base/errors.ts';
import { copyField, dataOf, eachField, opencdcMetadataOf, type FieldWriter } from '../../conduit/record-fields.ts';
import { StructWriter } from '../../conduit/struct-writer.ts';
import { CHANGE, DATA, RECORD } from '../../conduit/tags.ts';
import { writeStruct } from './values.ts';

export { parseAvro } from './codec.ts';

const { Writer } = protobuf;

const MAX_VERSION = 0x7fffffff;

export interface SchemaName {
  readonly subject: string;
  readonly version: number;
}

/** The schemas that a record's metadata names; null where the subject or the version is missing. */
export function schemaNamesOf(record: Uint8Array): { key: SchemaName | null; payload: SchemaName | null } {
  const metadata = opencdcMetadataOf(record);
  return { key: schemaName(metadata, 'key'), payload: schemaName(metadata, 'payload') };
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
    if (tag === RECORD.key && types.key !== null) writeData(writer, RECORD.key, reader.bytes(), types.key, 'key');
    else if (tag === RECORD.payload && types.payload !== null) writeChange(writer, reader.bytes(), types.payload);
    else copyField(writer, tag, reader, whole);
  });
  return writer.finish();
}

function writeChange(writer: FieldWriter, change: Uint8Array, type: Type): void {
  writer.uint32(RECORD.payload).fork();
  eachField(change, (tag, reader, whole) => {
    if (tag === CHANGE.before) writeData(writer, CHANGE.before, reader.bytes(), type, 'payload.before');
    else if (tag === CHANGE.after) writeData(writer, CHANGE.after, reader.bytes(), type, 'payload.after');
    else copyField(writer, tag, reader, whole);
  });
  writer.ldelim();
}

/** Decodes raw data to structured data. Data that is structured already, or absent, stays unchanged. */
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
  writer.uint32(tag).fork().uint32(DATA.structuredData).fork();
  if (!writeStruct(new StructWriter(writer), type, decoded)) {
    throw new ConnectorError(
      'input.invalid',
      `failed to decode ${what}: expected an Avro schema of a record or a map, got one of type ${type.typeName}`,
    );
  }
  writer.ldelim().ldelim();
}
