import { Ajv, type ValidateFunction } from 'ajv/dist/ajv.js';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ConnectorError } from '../../base/errors.ts';
import type { DataWriter } from '../../conduit/data-writer.ts';
import { readPlainStruct, type PlainValue } from '../../conduit/struct-reader.ts';
import { HEADER_BYTES } from '../confluent/wire-format.ts';
import type { Format, ParsedSchema, SchemaData, SchemaText } from '../format.ts';
import { isObject, parseJson, writeObject, type Json } from '../json/json-values.ts';

/** Most problems that an error names. */
const MAX_PROBLEMS = 3;

export const jsonSchemaFormat: Format = {
  name: 'json-schema',
  type: 'JSON',
  parse: (schema, what) => {
    try {
      return new JsonSchema(schema);
    } catch (cause) {
      throw new ConnectorError('input.invalid', `could not parse the JSON schema ${what}: ${(cause as Error).message}`, { cause });
    }
  },
};

/** JSON that is written is validated with the schema; JSON that is read is not, because it is in the topic already. */
class JsonSchema implements ParsedSchema {
  readonly name: string;
  readonly #validate: ValidateFunction;

  constructor({ text, dependencies }: SchemaText) {
    const schema = JSON.parse(text) as boolean | { $schema?: unknown; $async?: unknown; title?: unknown };
    const { $schema, $async, title } = typeof schema === 'boolean' ? {} : schema;
    if ($async !== undefined) throw new Error('asynchronous schemas are not supported');
    const ajv = ajvFor($schema);
    for (const one of dependencies) ajv.addSchema(JSON.parse(one.text) as object, one.name);
    this.#validate = ajv.compile(schema as object);
    this.name = typeof title === 'string' ? title : '';
  }

  decode(bytes: Buffer, writer: DataWriter): Uint8Array {
    const text = bytes.subarray(HEADER_BYTES);
    const value = parseJson(text);
    return isObject(value) ? writer.structured((sink) => writeObject(sink, value)) : writer.raw(text);
  }

  /** Raw JSON keeps its text. */
  encode(data: SchemaData, header: Buffer): Uint8Array {
    const { raw } = data;
    if (raw !== null) {
      parseJson(raw); // says what is wrong with bytes that are no JSON
      this.#check(JSON.parse(Buffer.from(raw).toString()));
      return Buffer.concat([header, raw]);
    }
    const value = readPlainStruct(data.structured!); // `!`: it is not raw
    this.#check(value);
    return Buffer.concat([header, Buffer.from(JSON.stringify(value, expressible))]);
  }

  #check(value: unknown): void {
    if (this.#validate(value)) return;
    const problems = (this.#validate.errors ?? [])
      .slice(0, MAX_PROBLEMS)
      .map(({ instancePath, message }) => `${instancePath === '' ? 'the data' : `"${instancePath}"`} ${message ?? 'does not fit'}`);
    throw new ConnectorError('schema.mismatch', problems.join('; '));
  }
}

function ajvFor(dialect: unknown): Ajv | Ajv2019 | Ajv2020 {
  // Formats (`"format": "email"`) are notes, as the specification has it. No schema is fetched from anywhere.
  const options = { strict: false, validateFormats: false, allErrors: true, logger: false } as const;
  const name = typeof dialect === 'string' ? dialect : '';
  if (/draft\/2020-12\//.test(name)) return new Ajv2020(options);
  if (/draft\/2019-09\//.test(name)) return new Ajv2019(options);
  if (/draft-0[0-5]\//.test(name)) throw new Error(`${name} is not supported, expected draft-06 or newer`);
  const ajv = new Ajv(options);
  if (/draft-06\//.test(name))
    ajv.addMetaSchema({ ...(ajv.getSchema('http://json-schema.org/draft-07/schema')!.schema as object), $id: name.replace(/#$/, '') });
  return ajv;
}

function expressible(_key: string, value: PlainValue): Json {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new ConnectorError('schema.mismatch', 'JSON has no NaN and no infinite numbers');
  return value;
}
