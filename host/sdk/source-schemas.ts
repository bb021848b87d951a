import type { Log } from '../base/log.ts';
import type { Part, Registry } from '../schema/avro/extraction.ts';
import { contentsOf, encodeFrames } from '../conduit/stream-message.ts';
import type { SchemaService } from '../schema/conduit-schemas.ts';
import type { Extraction } from '../schema/avro/extraction.ts';

/** The module is loaded with the first batch, if extraction is turned on. */
type AvroExtraction = typeof import('../schema/avro/extraction.ts');

/**
 * `sdk.schema.extract.*` of a source: registers and attaches a schema for structured keys and payloads, and encodes them as Avro. Raw data has no
 * structure to extract, so it passes unchanged, with one warning for keys and one for payloads, as in the Go SDK.
 */
export class SourceSchemas {
  readonly #settings: Extraction;
  readonly #schemas: () => SchemaService;
  readonly #log: Log;
  readonly #warned = new Set<Part>();
  #service: SchemaService | null = null;
  #avro: Promise<AvroExtraction> | null = null;

  constructor(settings: Extraction, schemas: () => SchemaService, log: Log) {
    this.#settings = settings;
    this.#schemas = schemas;
    this.#log = log;
  }

  async extract(batch: Uint8Array): Promise<Uint8Array> {
    const { extractRecord } = await (this.#avro ??= import('../schema/avro/extraction.ts'));
    const registry: Registry = {
      create: (subject, text) => (this.#service ??= this.#schemas()).create(subject, text),
      unstructured: (part) => this.#warn(part),
    };
    const records: Uint8Array[] = [];
    for (const record of contentsOf(batch, 'records')) records.push(await extractRecord(record, this.#settings, registry));
    return encodeFrames(records);
  }

  #warn(part: Part): void {
    if (this.#warned.has(part)) return;
    this.#warned.add(part);
    this.#log(
      'warn',
      `record ${part} is not structured, consider disabling the source schema ${part} encoding using "sdk.schema.extract.${part}.enabled: false"`,
    );
  }
}
