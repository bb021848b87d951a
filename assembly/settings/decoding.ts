// How a source decodes keys and values: keyFormat, valueFormat, onUndecodable.
import { Decoding, DataFormat } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { Parameter, text } from './parameter';
import { parseSchemaRegistry, schemaRegistryParameters } from './schema-registry';
import { Values } from './values';

export const FORMATS = 'json,avro,json-schema,protobuf';

export function decodingParameters(): Parameter[] {
  const parameters: Parameter[] = [
    text(
      'keyFormat',
      '',
      'Form of the keys in the topic; valueFormat says what each form becomes. When not set, a key is raw data, as with the official connector.',
    ).oneOf(FORMATS),
    text(
      'valueFormat',
      '',
      'Form of the values in the topic. When not set, a value is raw data, as with the official connector. ' +
        'json: a JSON object becomes structured data, other JSON stays raw. ' +
        'avro, json-schema, protobuf: what the serializers of Confluent write becomes structured data, with the schema from schemaRegistry.url. ' +
        'An integer that a 64-bit float cannot hold becomes a text of its digits.',
    ).oneOf(FORMATS),
    text(
      'onUndecodable',
      'fail',
      'What happens to a record whose key or value cannot be decoded. fail: the source ends with an error that names topic, partition, offset and schema. ' +
        'raw: the bytes come as raw data, unchanged.',
    ).oneOf('fail,raw'),
  ];
  return parameters.concat(schemaRegistryParameters());
}

/** Null: keys and values stay as they are. */
export function parseDecoding(values: Values): Decoding | null {
  const key = values.text('keyFormat'),
    value = values.text('valueFormat');
  const needed = needsRegistry(value) ? 'valueFormat' : needsRegistry(key) ? 'keyFormat' : '';
  const registry = parseSchemaRegistry(values, needed);
  if (registry !== null && needed.length == 0)
    log(Level.warn, 'schemaRegistry.url has no effect because neither valueFormat nor keyFormat needs a schema');
  if (key.length == 0 && value.length == 0) return null;
  const keepUndecodable = values.text('onUndecodable') == 'raw';
  return new Decoding(
    key.length != 0,
    formatOf(key),
    value.length != 0,
    formatOf(value),
    needed.length == 0 ? null : registry,
    keepUndecodable,
  );
}

export function needsRegistry(format: string): bool {
  return format == 'avro' || format == 'json-schema' || format == 'protobuf';
}

/** A case of DataFormat. */
export function formatOf(name: string): u8 {
  for (let i: u8 = 0; i <= DataFormat.protobuf; i++) if (DataFormat.nameOf(i) == name) return i;
  return DataFormat.json;
}
