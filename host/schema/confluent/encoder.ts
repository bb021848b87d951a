import { ConnectorError } from '../../base/errors.ts';
import { SchemaData, type Format, type ParsedSchema } from '../format.ts';
import { dependenciesOf } from './references.ts';
import { RegistryRefusal, type Registry } from './registry.ts';
import { headerOf, isFramed } from './wire-format.ts';

/** So long the latest schema of a subject is used before it is looked up again. */
const LATEST_MS = 5 * 60_000;
const MAX_TOPICS = 10_000;
const NOT_FOUND = 404;

export interface EncoderTarget {
  readonly part: 'key' | 'value';
  readonly format: Format;
  readonly subject: 'topic-name' | 'record-name' | 'topic-record-name';
  /** Empty: the latest schema of the subject. */
  readonly schema: string;
  readonly autoRegister: boolean;
}

type Encode = (data: Uint8Array) => Uint8Array;

interface Known {
  readonly encode: Encode;
  /** When the latest schema must be looked up again. */
  until: number;
}

/** Encodes data in Confluent's wire format with the schema of the topic's subject. */
export class RegistryEncoder {
  readonly #target: EncoderTarget;
  readonly #registry: Registry;
  /** The schema of the settings; null if the latest one of a subject is used. */
  readonly #given: ParsedSchema | null;
  readonly #known = new Map<string, Known>();

  /** Throws ConnectorError `config.invalid` if the schema of the settings is none. */
  constructor(target: EncoderTarget, registry: Registry) {
    this.#target = target;
    this.#registry = registry;
    this.#given = target.schema === '' ? null : given(target);
    if (this.#given?.name === '' && target.subject !== 'topic-name') throw nameless(target);
  }

  /** See `Encoder` of host/kafka/values. */
  async prepare(topic: string, signal: AbortSignal): Promise<Encode> {
    const known = this.#known.get(topic);
    if (known !== undefined && known.until > performance.now()) return known.encode;
    try {
      const encode = await this.#load(topic, signal);
      if (this.#known.size >= MAX_TOPICS) this.#known.clear();
      this.#known.set(topic, { encode, until: this.#given === null ? performance.now() + LATEST_MS : Infinity });
      return encode;
    } catch (error) {
      const { code } = ConnectorError.from(error);
      // While the registry does not answer, the schema that was the latest is as good as any.
      if (known === undefined || code !== 'schema.unreachable') throw error;
      known.until = performance.now() + LATEST_MS;
      return known.encode;
    }
  }

  async #load(topic: string, signal: AbortSignal): Promise<Encode> {
    const subject = this.#subject(topic);
    try {
      if (this.#given === null) return await this.#latest(subject, signal);
      const { format, schema, autoRegister } = this.#target;
      const asked = { type: format.type, text: schema, references: [] };
      const id = await (autoRegister ? this.#registry.register(subject, asked, signal) : this.#registry.idIn(subject, asked, signal));
      return encodeWith(this.#given, id);
    } catch (error) {
      if (!(error instanceof RegistryRefusal)) throw error;
      const setting = `${this.#target.part}Schema`;
      const hint =
        error.status !== NOT_FOUND
          ? ''
          : this.#given === null
            ? `; register a schema there, or set ${setting}`
            : `; register ${setting} there, or set schemaRegistry.autoRegister`;
      throw new ConnectorError('schema.rejected', `no schema for subject "${subject}": ${error.message}${hint}`);
    }
  }

  async #latest(subject: string, signal: AbortSignal): Promise<Encode> {
    const { format } = this.#target;
    const found = await this.#registry.byVersion(subject, 'latest', signal);
    if (found.type !== format.type)
      throw new ConnectorError(
        'schema.mismatch',
        `the latest schema of subject "${subject}" is of type ${found.type}, expected ${format.type} for the format ${format.name}`,
      );
    const dependencies = await dependenciesOf(found, this.#registry, signal);
    return encodeWith(format.parse({ text: found.text, dependencies }, String(found.id)), found.id);
  }

  #subject(topic: string): string {
    const { subject, part } = this.#target;
    if (subject === 'topic-name') return `${topic}-${part}`;
    const name = this.#given?.name ?? '';
    return subject === 'record-name' ? name : `${topic}-${name}`;
  }
}

function given({ part, format, schema }: EncoderTarget): ParsedSchema {
  try {
    return format.parse({ text: schema, dependencies: [] }, `of ${part}Schema`);
  } catch (error) {
    throw new ConnectorError('config.invalid', `"${part}Schema": ${(error as Error).message}`, { fields: { setting: `${part}Schema` } });
  }
}

function nameless({ part }: EncoderTarget): ConnectorError {
  const text = `"${part}Schema": schemaRegistry.subjectStrategy takes the name of the record from the title of the JSON schema, and it has none`;
  return new ConnectorError('config.invalid', text, { fields: { setting: `${part}Schema` } });
}

function encodeWith(schema: ParsedSchema, id: number): Encode {
  const header = headerOf(id);
  return (bytes) => {
    const data = new SchemaData(bytes);
    const { raw } = data;
    if (raw !== null && isFramed(raw)) return raw; // encoded already
    try {
      return schema.encode(data, header);
    } catch (thrown) {
      const text = thrown instanceof RangeError ? 'the data is nested too deeply' : (thrown as Error).message;
      throw new ConnectorError('schema.mismatch', `it does not fit schema ${id}: ${text}`, { cause: thrown });
    }
  };
}
