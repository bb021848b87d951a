// The form of the records that a destination writes: writeHeaders, sdk.record.format, sdk.record.format.options.
import { DebeziumOptions, OPENCDC_RAW_DATA } from '../format/debezium-options';
import { Format } from '../format/formats';
import { parseTemplate } from '../template/parser';
import { Template } from '../template/template';
import { goQuote } from './go-values';
import { Parameter, boolean, text } from './parameter';
import { Values } from './values';

export function formatParameters(): Parameter[] {
  return [
    boolean(
      'writeHeaders',
      'true',
      'Write metadata named kafka.header.NAME as the Kafka header NAME, which gives back the headers that the source read. The official connector writes no headers: false.',
    ),
    text(
      'sdk.record.format',
      'opencdc/json',
      "Form of the Kafka message's value. opencdc/json: the whole OpenCDC record as JSON, as the official connector writes it. " +
        'debezium/json: a Debezium envelope with its Kafka Connect schema, and a key with its schema. template: what a Go template prints. ' +
        'raw: payload.after as it is (JSON if it is structured), and a null value for a delete.',
    ),
    text(
      'sdk.record.format.options',
      '',
      'Options of the format. template: the Go template, for instance {{ toJson .Payload.After }}. debezium/json: debezium.schema.name=NAME, the name ' +
        'of the schema, and debezium.rawData.key=KEY, the field for raw data that is no JSON object (opencdc.rawData), with a comma between them. ' +
        'The formats opencdc/json and raw have none, so it must be empty.',
    ),
  ];
}

const NAMES: string[] = ['opencdc/json', 'raw', 'template', 'debezium/json'];
const FORMATS: u8[] = [Format.opencdcJson, Format.raw, Format.template, Format.debeziumJson];

/** The format and its options. */
export class RecordFormat {
  /** A case of Format. */
  format: u8 = Format.opencdcJson;
  template: Template | null = null;
  debezium: DebeziumOptions = new DebeziumOptions();
}

export function parseFormat(values: Values): RecordFormat {
  const result = new RecordFormat();
  const name = values.text('sdk.record.format');
  const options = values.text('sdk.record.format.options');
  const i = NAMES.indexOf(name);
  if (i < 0) {
    const known = ' not found in [debezium/json opencdc/json raw template]';
    values.refuse('sdk.record.format', 'invalid sdk.record.format: ' + goQuote(name) + known);
    return result;
  }
  result.format = FORMATS[i];
  const problem = parseOptions(result, name, options);
  if (problem != '') values.refuse('sdk.record.format.options', 'invalid sdk.record.format.options' + problem);
  return result;
}

/** Returns the problem, empty if there is none. */
function parseOptions(result: RecordFormat, name: string, options: string): string {
  if (result.format == Format.template) {
    const template = parseTemplate('', options, true);
    result.template = template;
    return template.error == '' ? '' : ' for ' + goQuote(name) + ': failed to parse template: ' + template.error;
  }
  if (options == '') return '';
  if (result.format != Format.debeziumJson) return ': the format ' + goQuote(name) + ' has no options, remove the setting';
  const pairs = options.split(',');
  for (let i = 0; i < pairs.length; i++) {
    const equals = pairs[i].indexOf('=');
    const key = equals < 0 ? pairs[i] : pairs[i].substring(0, equals);
    const value = equals < 0 ? '' : pairs[i].substring(equals + 1);
    if (key == 'debezium.schema.name') result.debezium.schemaName = value;
    else if (key == 'debezium.rawData.key') result.debezium.rawDataKey = value == '' ? OPENCDC_RAW_DATA : value;
    else
      return (
        ' for ' + goQuote(name) + ': unknown option ' + goQuote(key) + ', expected debezium.schema.name=NAME or debezium.rawData.key=KEY'
      );
  }
  return '';
}
