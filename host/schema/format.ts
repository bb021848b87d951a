import { ConnectorError } from '../base/errors.ts';
import { VarintReader } from '../base/varint.ts';
import type { DataWriter } from '../conduit/data-writer.ts';
import { readStruct, type StructValue } from '../conduit/struct-reader.ts';
import { DATA } from '../conduit/tags.ts';
import type { Dependency } from './confluent/references.ts';
import type { SchemaType } from './confluent/registry.ts';
import { isObject, parseJson, type Json } from './json/json-values.ts';

/** A schema that keys or values are decoded and encoded with. `bytes` begin with Confluent's header. */
export interface ParsedSchema {
  /** The full name of the record or message, for subjects. */
  readonly name: string;
  /** The message `opencdc.v1.Data`, valid until the writer's next one. Throws if the bytes do not fit the schema. */
  decode(bytes: Buffer, writer: DataWriter): Uint8Array;
  /** The encoded data with `header` before it, valid until the next call. Throws ConnectorError `schema.mismatch` if the data does not fit the schema. */
  encode(data: SchemaData, header: Buffer): Uint8Array;
}

/** A schema as a registry has it, or as the settings have it, with the schemas that it refers to. */
export interface SchemaText {
  readonly text: string;
  readonly dependencies: readonly Dependency[];
}

/** Avro, JSON Schema or Protobuf. */
export interface Format {
  readonly name: string;
  readonly type: SchemaType;
  /** Throws ConnectorError if the text is no schema; `what` names it. */
  parse(schema: SchemaText, what: string): ParsedSchema;
}

/** A message `opencdc.v1.Data`, which is structured or raw. */
export class SchemaData {
  readonly #content: Uint8Array;
  readonly #isStructured: boolean;

  /** `data`: the message with one field. */
  constructor(data: Uint8Array) {
    const reader = new VarintReader(data);
    const tag = reader.next();
    const length = reader.next();
    if ((tag !== DATA.rawData && tag !== DATA.structuredData) || length !== data.length - reader.at)
      throw new ConnectorError(
        'guest.contract',
        'expected a message opencdc.v1.Data with one field from the component, got something else',
      );
    this.#isStructured = tag === DATA.structuredData;
    this.#content = data.subarray(reader.at);
  }

  /** The raw data; null if it is structured. */
  get raw(): Uint8Array | null {
    return this.#isStructured ? null : this.#content;
  }

  /** The content of `google.protobuf.Struct`; null if it is raw. */
  get structured(): Uint8Array | null {
    return this.#isStructured ? this.#content : null;
  }

  /** The fields. Raw data must be the text of a JSON object. Throws ConnectorError `schema.mismatch`. */
  fields(): Map<string, StructValue> {
    if (this.#isStructured) return readStruct(this.#content);
    const value = structValueOf(parseJson(this.#content));
    if (value instanceof Map) return value;
    throw new ConnectorError('schema.mismatch', 'expected structured data or the text of a JSON object, got other JSON');
  }

  /** The fields, or the value of raw JSON that is no object. */
  value(): StructValue {
    return this.#isStructured ? this.fields() : structValueOf(parseJson(this.#content));
  }
}

function structValueOf(value: Json): StructValue {
  if (Array.isArray(value)) return value.map(structValueOf);
  if (!isObject(value)) return value;
  return new Map(Object.entries(value).map(([key, one]) => [key, structValueOf(one)]));
}
