import protobuf from 'protobufjs/minimal.js';
import { inferRecord, type InferredRecord } from './inference.ts';
import { TAGS, copyField, dataOf, eachField, item, metadataOf } from './records.ts';
import type { RegisteredSchema } from '../conduit-schemas.ts';
import type { SchemaExtractSettings } from '../../sdk/settings.ts';
import { structOf } from '../../conduit/struct-values.ts';

const { Writer } = protobuf;
type FieldWriter = InstanceType<typeof Writer>;
export type Part = 'key' | 'payload';

export interface Registry {
  create(subject: string, text: string): Promise<RegisteredSchema>;
  /** This part of a record is raw data: there is no structure to extract. */
  unstructured(part: Part): void;
}

/** A field of the record with Avro in it, and the schema to attach. */
interface Encoded {
  readonly bytes: Uint8Array;
  readonly schema: RegisteredSchema;
}

/** The record as an item of a batch: schemas registered and attached, structured data as Avro, where that is turned on. */
export async function extractRecord(record: Uint8Array, settings: SchemaExtractSettings, registry: Registry): Promise<Uint8Array> {
  const { key, payload } = fieldsOf(record);
  const collection = metadataOf(record).get('opencdc.collection') ?? '';
  const subject = (name: string): string =>
    `${settings.context === '' ? '' : `${settings.context}:`}${collection === '' ? '' : `${collection}.`}${name}`;
  const encodedKey = settings.key && key !== null ? await encodeKey(key, subject(settings.keySubject), registry) : null;
  const encodedPayload =
    settings.payload && payload !== null ? await encodePayload(payload, subject(settings.payloadSubject), registry) : null;
  if (encodedKey === null && encodedPayload === null) return item(record);

  const writer = Writer.create();
  eachField(record, (tag, reader, whole) => {
    const encoded = tag === TAGS.key ? encodedKey : tag === TAGS.payload ? encodedPayload : null;
    if (encoded === null) return copyField(writer, tag, reader, whole);
    reader.skipType(tag & 7);
    writer.uint32(tag).bytes(encoded.bytes);
  });
  if (encodedKey !== null) attach(writer, 'key', encodedKey.schema);
  if (encodedPayload !== null) attach(writer, 'payload', encodedPayload.schema);
  return item(writer.finish());
}

function fieldsOf(record: Uint8Array): { key: Uint8Array | null; payload: Uint8Array | null } {
  const fields: { key: Uint8Array | null; payload: Uint8Array | null } = { key: null, payload: null };
  eachField(record, (tag, reader) => {
    if (tag === TAGS.key) fields.key = reader.bytes();
    else if (tag === TAGS.payload) fields.payload = reader.bytes();
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
  const fields = structOf(struct);
  const inferred = inferRecord(fields);
  const schema = await registry.create(subject, inferred.text);
  return { schema, bytes: Writer.create().uint32(TAGS.rawData).bytes(inferred.encode(fields)).finish() };
}

/** The schema is that of `after`, of `before` if there is no other; both are encoded with it. */
async function encodePayload(change: Uint8Array, subject: string, registry: Registry): Promise<Encoded | null> {
  const data = new Map<number, Uint8Array>();
  eachField(change, (tag, reader) => {
    if (tag === TAGS.before || tag === TAGS.after) data.set(tag, reader.bytes());
    else reader.skipType(tag & 7);
  });
  const structured = (tag: number): Uint8Array | null => (data.has(tag) ? dataOf(data.get(tag)!).structured : null);
  const model = structured(TAGS.after) ?? structured(TAGS.before);
  if (model === null) {
    registry.unstructured('payload');
    return null;
  }
  const inferred: InferredRecord = inferRecord(structOf(model));
  const schema = await registry.create(subject, inferred.text);
  const writer = Writer.create();
  for (const [tag, bytes] of data) {
    const struct = dataOf(bytes).structured;
    if (struct === null) writer.uint32(tag).bytes(bytes);
    else
      writer
        .uint32(tag)
        .fork()
        .uint32(TAGS.rawData)
        .bytes(inferred.encode(structOf(struct)))
        .ldelim();
  }
  return { schema, bytes: writer.finish() };
}

function attach(writer: FieldWriter, part: Part, { subject, version }: RegisteredSchema): void {
  const entry = (name: string, value: string): void => {
    writer.uint32(TAGS.metadata).fork().uint32(10).string(`opencdc.${part}.schema.${name}`).uint32(18).string(value).ldelim();
  };
  entry('subject', subject);
  entry('version', String(version));
}
