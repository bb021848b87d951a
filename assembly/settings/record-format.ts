// The form of the records that a destination writes: writeHeaders, sdk.record.format, sdk.record.format.options.
import { Format } from '../format/formats';
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
        'raw: payload.after as it is (JSON if it is structured), and a null value for a delete.',
    ),
    text('sdk.record.format.options', '', 'Options of the format. The formats opencdc/json and raw have none, so it must be empty.'),
  ];
}

/** A case of Format. */
export function parseFormat(values: Values): u8 {
  const name = values.text('sdk.record.format');
  const isRaw = name == 'raw';
  if (!isRaw && name != 'opencdc/json') {
    values.refuse('sdk.record.format', 'invalid sdk.record.format: ' + goQuote(name) + ' not found in [opencdc/json raw]');
  } else if (values.text('sdk.record.format.options').length != 0) {
    values.refuse(
      'sdk.record.format.options',
      'invalid sdk.record.format.options: the format ' + goQuote(name) + ' has no options, remove the setting',
    );
  }
  return isRaw ? Format.raw : Format.opencdcJson;
}
