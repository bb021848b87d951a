import type { Type } from 'avsc';
import { ConnectorError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SchemaName } from '../schema/avro/records.ts';
import { encodeRefusal } from '../conduit/acks.ts';
import { positionOf } from '../conduit/record-fields.ts';
import { contentsOf, encodeFrames } from '../conduit/stream-message.ts';
import type { SchemaService } from '../schema/conduit-schemas.ts';
import type { SchemaSettings } from './settings.ts';

/** Either records to write, or the finished ack of a record whose data could not be decoded. */
export type DecodedPart = { records: Uint8Array } | { acks: Uint8Array };

/** The module is loaded with the first record that needs it, because most pipelines carry no Avro. */
type AvroRecords = typeof import('../schema/avro/records.ts');

const MAX_TYPES = 1000;

/**
 * Decodes Avro keys and payloads of records whose metadata names a schema, as the Go SDK does before a destination's write.
 * A record that cannot be decoded is refused alone; the Go SDK refuses the whole batch.
 */
export class DestinationSchemas {
  readonly #enabled: SchemaSettings;
  readonly #schemas: () => SchemaService;
  readonly #log: Log;
  readonly #types = new Map<string, Promise<Type>>();
  #service: SchemaService | null = null;
  #records: Promise<AvroRecords> | null = null;
  #told = false;

  constructor(enabled: SchemaSettings, schemas: () => SchemaService, log: Log) {
    this.#enabled = enabled;
    this.#schemas = schemas;
    this.#log = log;
  }

  /** The batch with Avro replaced by structured data. It stays in one part unless a record is refused. */
  async decode(batch: Uint8Array): Promise<DecodedPart[]> {
    const avro = await (this.#records ??= import('../schema/avro/records.ts'));
    const parts: DecodedPart[] = [];
    let good: Uint8Array[] = [];
    for (const record of contentsOf(batch, 'records')) {
      try {
        good.push(await this.#decodeRecord(avro, record));
      } catch (error) {
        const { code, message } = ConnectorError.from(error);
        if (code === 'cancelled') throw error; // the connector stops: the record is not at fault
        this.#log('error', `a record was refused: ${message}`);
        if (good.length > 0) parts.push({ records: encodeFrames(good) });
        good = [];
        parts.push({ acks: encodeRefusal(positionOf(record), message) });
      }
    }
    if (good.length > 0) parts.push({ records: encodeFrames(good) });
    return parts;
  }

  async #decodeRecord(avro: AvroRecords, record: Uint8Array): Promise<Uint8Array> {
    const names = avro.schemaNamesOf(record);
    const key = this.#enabled.key ? names.key : null;
    const payload = this.#enabled.payload ? names.payload : null;
    if (key === null && payload === null) return record;
    const types = { key: key && (await this.#type(avro, key, 'key')), payload: payload && (await this.#type(avro, payload, 'payload')) };
    return avro.decodeRecord(record, types);
  }

  async #type(avro: AvroRecords, { subject, version }: SchemaName, part: string): Promise<Type> {
    const name = `${subject}:${version}`;
    let type = this.#types.get(name);
    if (type === undefined) {
      if (!this.#told) this.#log('debug', 'decoding Avro data with schemas of the schema service', { subject });
      this.#told = true;
      this.#service ??= this.#schemas();
      // The schema of a subject and version never changes, so a parsed type may be kept for as long as the process lives.
      type = this.#service.get(subject, version).then((schema) => avro.parseAvro(schema.text, name));
      if (this.#types.size >= MAX_TYPES) this.#types.clear();
      this.#types.set(name, type);
      type.catch(() => this.#types.delete(name));
    }
    try {
      return await type;
    } catch (cause) {
      const { code, message } = ConnectorError.from(cause);
      throw new ConnectorError(code, `failed to decode ${part}: failed to get schema for ${name}: ${message}`, {
        cause,
        fields: { subject, version: String(version) },
      });
    }
  }
}
