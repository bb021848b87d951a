// How a destination encodes keys and values: keyFormat, valueFormat, keySchema, valueSchema, schemaRegistry.subjectStrategy,
// schemaRegistry.autoRegister.
import { Encoding, SubjectStrategy, Target } from '../abi/kafka';
import { Level, log } from '../abi/log';
import { FORMATS, formatOf, needsRegistry } from './decoding';
import { Parameter, boolean, text } from './parameter';
import { parseSchemaRegistry, schemaRegistryParameters } from './schema-registry';
import { Values } from './values';

const STRATEGY = 'schemaRegistry.subjectStrategy';
const AUTO_REGISTER = 'schemaRegistry.autoRegister';

export function encodingParameters(): Parameter[] {
  const parameters: Parameter[] = [
    text(
      'keyFormat',
      '',
      'Form of the keys to write. When not set, and with json, structured keys are written as JSON and raw keys as they are. ' +
        'avro, json-schema, protobuf: as with valueFormat.',
    ).oneOf(FORMATS),
    text(
      'valueFormat',
      '',
      'Form of the values to write. When not set, sdk.record.format counts. When set, the value is payload.after alone, and null for a delete. ' +
        'json: structured data as JSON, raw data as it is. ' +
        "avro, json-schema, protobuf: what Confluent's serializers write, with a schema from schemaRegistry.url; " +
        'payload.after must be structured, or the text of a JSON object. Raw data that is in this form already is written as it is. ' +
        'A record that does not fit its schema is refused.',
    ).oneOf(FORMATS),
    text('keySchema', '', 'Like valueSchema, for keys.'),
    text(
      'valueSchema',
      '',
      'Text of the schema to write values with: Avro or JSON Schema as JSON, or a .proto file, of which the first message counts. ' +
        "When not set, the latest schema of the topic's subject is used. See schemaRegistry.autoRegister.",
    ),
    text(
      STRATEGY,
      'TopicName',
      'Subject of the schemas. TopicName: TOPIC-key and TOPIC-value. RecordName: the full name of the record in the schema. TopicRecordName: TOPIC-NAME. ' +
        'The latter two need keySchema or valueSchema.',
    ).oneOf('TopicName,RecordName,TopicRecordName'),
    boolean(
      AUTO_REGISTER,
      'false',
      'Register keySchema and valueSchema when their subject does not have them. When false they must be registered. ' +
        "If the registry refuses a schema as incompatible, the topic's records are refused.",
    ),
  ];
  return parameters.concat(schemaRegistryParameters());
}

/** Null: the host encodes nothing. */
export function parseEncoding(values: Values): Encoding | null {
  const value = values.text('valueFormat');
  const key = values.text('keyFormat');
  const needed = needsRegistry(value) ? 'valueFormat' : needsRegistry(key) ? 'keyFormat' : '';
  const registry = parseSchemaRegistry(values, needed);
  if (registry !== null && needed.length == 0)
    log(Level.warn, 'schemaRegistry.url has no effect because neither valueFormat nor keyFormat needs a schema');
  if (
    value.length != 0 &&
    values.isGiven('sdk.record.format') &&
    values.text('sdk.record.format') != 'raw' &&
    values.isValid('sdk.record.format')
  )
    values.refuse('sdk.record.format', 'expected sdk.record.format or valueFormat, got both: remove one');
  const autoRegister = values.isValid(AUTO_REGISTER) && values.flag(AUTO_REGISTER);
  const keyTarget = parseTarget(values, 'keyFormat', 'keySchema');
  const valueTarget = parseTarget(values, 'valueFormat', 'valueSchema');
  if (autoRegister && values.text('keySchema').length == 0 && values.text('valueSchema').length == 0)
    values.refuse(AUTO_REGISTER, AUTO_REGISTER + ' has nothing to register: set keySchema or valueSchema');
  if (registry === null || needed.length == 0) return null;
  return new Encoding(keyTarget, valueTarget, registry, autoRegister);
}

function parseTarget(values: Values, format: string, schema: string): Target | null {
  const name = values.text(format),
    textOfSchema = values.text(schema),
    strategy = values.text(STRATEGY);
  if (!needsRegistry(name)) {
    if (textOfSchema.length != 0) values.refuse(schema, schema + ' has no effect: set ' + format + ' to avro, json-schema or protobuf');
    return null;
  }
  if (strategy != 'TopicName' && textOfSchema.length == 0 && values.isValid(STRATEGY))
    values.refuse(schema, schema + ' is missing: ' + STRATEGY + ' ' + strategy + ' takes the name of the record from it');
  return new Target(formatOf(name), strategyOf(strategy), textOfSchema);
}

function strategyOf(name: string): u8 {
  if (name == 'RecordName') return SubjectStrategy.recordName;
  return name == 'TopicRecordName' ? SubjectStrategy.topicRecordName : SubjectStrategy.topicName;
}
