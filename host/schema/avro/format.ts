import type { Type } from 'avsc';
import { ConnectorError } from '../../base/errors.ts';
import type { DataWriter } from '../../conduit/data-writer.ts';
import type { StructValue } from '../../conduit/struct-reader.ts';
import { HEADER_BYTES } from '../confluent/wire-format.ts';
import type { Format, ParsedSchema, SchemaData } from '../format.ts';
import { parseAvro } from './codec.ts';
import { converterOf } from './encoding.ts';
import { writeStruct } from './values.ts';

const FIRST_BYTES = 16 * 1024;
const MAX_KEPT_BYTES = 1024 * 1024;

export const avroFormat: Format = {
  name: 'avro',
  type: 'AVRO',
  parse: ({ text, dependencies }, what) =>
    new AvroSchema(
      parseAvro(
        text,
        what,
        dependencies.map((one) => one.text),
      ),
    ),
};

/** A record or a map is structured data. Strings and bytes are raw data, as they are; any other value is the raw data of its JSON text. */
class AvroSchema implements ParsedSchema {
  readonly name: string;
  readonly #type: Type;
  readonly #convert: (value: StructValue) => unknown;
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);

  constructor(type: Type) {
    this.#type = type;
    this.#convert = converterOf(type);
    this.name = type.name ?? type.typeName;
  }

  decode(bytes: Buffer, writer: DataWriter): Uint8Array {
    const value: unknown = this.#type.fromBuffer(bytes.subarray(HEADER_BYTES));
    let isStructured = true;
    const message = writer.structured((sink) => (isStructured = writeStruct(sink, this.#type, value)));
    return isStructured ? message : writer.raw(rawOf(value));
  }

  encode(data: SchemaData, header: Buffer): Uint8Array {
    const { raw } = data;
    const isText = this.#type.typeName === 'string';
    const isPlain = raw !== null && (isText || this.#type.typeName === 'bytes');
    const value: unknown = isPlain ? (isText ? Buffer.from(raw).toString() : Buffer.from(raw)) : this.#convert(data.value());
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(FIRST_BYTES);
    for (;;) {
      const end = this.#type.encode(value, this.#bytes, HEADER_BYTES);
      if (end >= 0) {
        this.#bytes.set(header);
        return this.#bytes.subarray(0, end);
      }
      this.#bytes = Buffer.allocUnsafe(this.#bytes.length - end);
    }
  }
}

function rawOf(value: unknown): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return value;
  const text =
    typeof value === 'bigint'
      ? String(value)
      : JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one));
  if (text === undefined) throw new ConnectorError('internal', `Avro value ${typeof value} has no JSON text`);
  return Buffer.from(text);
}
