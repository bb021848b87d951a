import protobuf from 'protobufjs/minimal.js';
import { inferRecord, type InferredRecord } from './inference.ts';
import type { RegisteredSchema } from '../conduit-schemas.ts';
import { copyField, dataOf, eachField, opencdcMetadataOf, writeEntry, type FieldWriter } from '../../conduit/record-fields.ts';
import { readStruct } from '../../conduit/struct-reader.ts';
import { CHANGE, DATA, RECORD } from '../../conduit/tags.ts';

const { Writer } = protobuf;
export type Part = 'key' | 'payload';

export interface Registry {
  create(subject: string, text: string): Promise<RegisteredSchema>;
  /** Called if this part of a record is raw data, which has no structure to extract. */
  unstructured(part: Part): void;
}

/** A field of the record with Avro in it, and the schema to attach. */
interface Encoded {
  readonly bytes: Uint8Array;
  readonly schema: RegisteredSchema;
}

/** Which parts get a schema, and the subjects under which it is registered. */
export interface Extraction {
  readonly key: boolean;
  readonly payload: boolean;
  readonly keySubject: string;
  readonly payloadSubject: string;
  /** Prefix of every subject, without its colon; empty = none. */
  readonly context: string;
}

/** The record with structured data encoded as Avro and its schemas registered and attached, for the parts that are turned on. */
export async function extractRecord(record: Uint8Array, settings: Extraction, registry: Registry): Promise<Uint8Array> {
  const { key, payload } = fieldsOf(record);
  const collection = opencdcMetadataOf(record).get('opencdc.collection') ?? '';
  const subject = (name: string): string =>
    `${settings.context === '' ? '' : `${settings.context}:`}${collection === '' ? '' : `${collection}.`}${name}`;
  const encodedKey = settings.key && key !== null ? await encodeKey(key, subject(settings.keySubject), registry) : null;
  const encodedPayload =
    settings.payload && payload !== null ? await encodePayload(payload, subject(settings.payloadSubject), registry) : null;
  if (encodedKey === null && encodedPayload === null) return record;

  const writer = Writer.create();
  eachField(record, (tag, reader, whole) => {
    const encoded = tag === RECORD.key ? encodedKey : tag === RECORD.payload ? encodedPayload : null;
    if (encoded === null) return copyField(writer, tag, reader, whole);
    reader.skipType(tag & 7);
    writer.uint32(tag).bytes(encoded.bytes);
  });
  if (encodedKey !== null) attach(writer, 'key', encodedKey.schema);
  if (encodedPayload !== null) attach(writer, 'payload', encodedPayload.schema);
  return writer.finish();
}

function fieldsOf(record: Uint8Array): { key: Uint8Array | null; payload: Uint8Array | null } {
  const fields: { key: Uint8Array | null; payload: Uint8Array | null } = { key: null, payload: null };
  eachField(record, (tag, reader) => {
    if (tag === RECORD.key) fields.key = reader.bytes();
    else if (tag === RECORD.payload) fields.payload = reader.bytes();
    else reader.skipType(tag & 7);
  });
  return fields;
}

async function encodeKey(data: Uint8Array, subject: string, registry: Registry): Promise<Encoded | null> {
  const struct = dataOf(data).structured;
  if (struct === null) {
    registry.unstructured('key');
    return null;
  }
  const fields = readStruct(struct);
  const inferred = inferRecord(fields);
  const schema = await registry.create(subject, inferred.text);
  return { schema, bytes: Writer.create().uint32(DATA.rawData).bytes(inferred.encode(fields)).finish() };
}

/** Infers the schema of `after`, or of `before` if `after` is not structured; both are encoded with it. */
async function encodePayload(change: Uint8Array, subject: string, registry: Registry): Promise<Encoded | null> {
  const data = new Map<number, Uint8Array>();
  eachField(change, (tag, reader) => {
    if (tag === CHANGE.before || tag === CHANGE.after) data.set(tag, reader.bytes());
    else reader.skipType(tag & 7);
  });
  const structured = (tag: number): Uint8Array | null => (data.has(tag) ? dataOf(data.get(tag)!).structured : null);
  const model = structured(CHANGE.after) ?? structured(CHANGE.before);
  if (model === null) {
    registry.unstructured('payload');
    return null;
  }
  const inferred: InferredRecord = inferRecord(readStruct(model));
  const schema = await registry.create(subject, inferred.text);
  const writer = Writer.create();
  for (const [tag, bytes] of data) {
    const struct = dataOf(bytes).structured;
    if (struct === null) writer.uint32(tag).bytes(bytes);
    else
      writer
        .uint32(tag)
        .fork()
        .uint32(DATA.rawData)
        .bytes(inferred.encode(readStruct(struct)))
        .ldelim();
  }
  return { schema, bytes: writer.finish() };
}

function attach(writer: FieldWriter, part: Part, { subject, version }: RegisteredSchema): void {
  writeEntry(writer, RECORD.metadata, `opencdc.${part}.schema.subject`, subject);
  writeEntry(writer, RECORD.metadata, `opencdc.${part}.schema.version`, String(version));
}
