import { ConnectorError } from '../../base/errors.ts';
import { DataWriter } from '../../conduit/data-writer.ts';
import type { Format, ParsedSchema } from '../format.ts';
import { dependenciesOf } from './references.ts';
import { RegistryRefusal, type Registry, type RegistrySchema } from './registry.ts';
import { notFramed, schemaIdOf } from './wire-format.ts';

/** Schemas that are kept, parsed. */
const MAX_SCHEMAS = 1_000;
/** So long a schema that cannot be used is not asked for again. */
const REFUSED_MS = 60_000;
const NOT_FOUND = 404;

interface Known {
  schema: ParsedSchema | null;
  problem: ConnectorError | null;
  loading: Promise<void> | null;
  /** When a schema that could not be used may be asked for again. */
  until: number;
}

/** Decodes bytes in Confluent's wire format with the schemas of a registry. Each schema is asked for once: it never changes. */
export class RegistryDecoder {
  readonly #format: Format;
  readonly #registry: Registry;
  readonly #signal: AbortSignal;
  readonly #writer = new DataWriter();
  readonly #known = new Map<number, Known>();

  constructor(format: Format, registry: Registry, signal: AbortSignal) {
    this.#format = format;
    this.#registry = registry;
    this.#signal = signal;
  }

  /** See `Decoder` of host/kafka/values. */
  prepare(bytes: Uint8Array): Promise<void> | undefined {
    const id = schemaIdOf(bytes);
    if (id === null) return undefined;
    const known = this.#known.get(id);
    if (known !== undefined && (known.schema !== null || known.loading !== null || known.until > performance.now()))
      return known.loading ?? undefined;
    if (this.#known.size >= MAX_SCHEMAS) this.#known.clear();
    const entry: Known = { schema: null, problem: null, loading: null, until: 0 };
    this.#known.set(id, entry);
    entry.loading = this.#load(id, entry).finally(() => (entry.loading = null));
    return entry.loading;
  }

  decode(bytes: Uint8Array): Uint8Array {
    const id = schemaIdOf(bytes);
    if (id === null) throw notFramed(bytes);
    const known = this.#known.get(id);
    if (known === undefined || known.schema === null) throw known?.problem ?? new ConnectorError('internal', `schema ${id} was not loaded`);
    try {
      return known.schema.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), this.#writer);
    } catch (thrown) {
      const text = thrown instanceof RangeError ? 'the data is nested too deeply' : (thrown as Error).message;
      throw new ConnectorError('schema.mismatch', `it does not fit ${this.#format.name} schema ${id}: ${text}`, {
        cause: thrown,
        fields: { schema: String(id) },
      });
    }
  }

  keep(bytes: Uint8Array): Uint8Array {
    return this.#writer.raw(bytes);
  }

  async #load(id: number, entry: Known): Promise<void> {
    try {
      entry.schema = await this.#parsed(id, await this.#registry.byId(id, this.#signal));
    } catch (thrown) {
      const error = ConnectorError.from(thrown, 'schema.mismatch');
      // Only what is wrong with this one schema is a problem of the record; what is wrong with the registry ends the source.
      const isOfSchema =
        error.code === 'schema.mismatch' ||
        error.code === 'input.invalid' ||
        (error instanceof RegistryRefusal && error.status === NOT_FOUND);
      if (!isOfSchema) {
        this.#known.delete(id);
        throw error;
      }
      entry.until = performance.now() + REFUSED_MS;
      entry.problem = new ConnectorError('schema.mismatch', `schema ${id} cannot be used: ${error.message}`, {
        fields: { schema: String(id) },
      });
    }
  }

  async #parsed(id: number, schema: RegistrySchema): Promise<ParsedSchema> {
    const { name, type } = this.#format;
    if (schema.type !== type)
      throw new ConnectorError('schema.mismatch', `it is of type ${schema.type}, expected ${type} for the format ${name}`);
    const dependencies = await dependenciesOf(schema, this.#registry, this.#signal);
    return this.#format.parse({ text: schema.text, dependencies }, String(id));
  }
}
