// Configuration of the destination.
import { Acks, Compression } from '../abi/kafka';
import { Parameter } from './parameter';
import { parseConnection } from './connection';
import { goQuote } from './go-values';
import { DestinationSettings, Format } from './settings';
import { parseTopic, topicError } from '../template/topic-template';
import { Values } from './values';

const MIN_BATCH_BYTES = 512;
const MAX_BATCH_BYTES = 104857600;

/** Reports into `values`; the result is to be used only if it has no problems. */
export function parseDestination(values: Values, table: Parameter[]): DestinationSettings {
  const settings = new DestinationSettings();
  settings.topic = values.text('topic');
  const template = parseTopic(settings.topic);
  if (template !== null) settings.topicTemplate = template;
  else values.refuse('topic', topicError!);
  settings.connection = parseConnection(values, table);
  settings.acks = acksOf(values.text('acks'));
  settings.compression = compressionOf(values.text('compression'));
  settings.deliveryTimeoutMs = deliveryTimeoutMs(values);
  settings.batchBytes = batchBytes(values);
  settings.format = format(values);
  settings.writeHeaders = values.flag('writeHeaders');
  return settings;
}

function acksOf(text: string): u8 {
  if (text == 'none' || text == '0') return Acks.none;
  if (text == 'one' || text == '1') return Acks.leader;
  return Acks.all;
}

function compressionOf(text: string): u8 {
  for (let i: u8 = 0; i <= Compression.zstd; i++) if (Compression.nameOf(i) == text) return i;
  return Compression.none;
}

function deliveryTimeoutMs(values: Values): u32 {
  if (!values.isValid('deliveryTimeout')) return 0;
  const ms = values.milliseconds('deliveryTimeout');
  if (ms < 0) {
    values.refuse(
      'deliveryTimeout',
      'invalid delivery timeout: ' + goQuote(values.text('deliveryTimeout')) + ' is negative, expected 0 for no limit, or more',
    );
    return 0;
  }
  return <u32>min<i64>(ms, u32.MAX_VALUE); // 49 days
}

function batchBytes(values: Values): u32 {
  if (!values.isValid('batchBytes')) return 0;
  const n = values.integer('batchBytes');
  const text = goQuote(values.text('batchBytes'));
  if (n < i32.MIN_VALUE || n > i32.MAX_VALUE)
    values.refuse('batchBytes', "cannot parse 'batchBytes' as int: strconv.ParseInt: parsing " + text + ': value out of range');
  else if (n < MIN_BATCH_BYTES)
    values.refuse('batchBytes', 'invalid batchBytes: max record batch bytes ' + n.toString() + ' is less than allowed 512');
  else if (n > MAX_BATCH_BYTES)
    values.refuse(
      'batchBytes',
      'invalid batchBytes: max broker write bytes 104857600 is erroneously less than max record batch bytes ' + n.toString(),
    );
  return <u32>n;
}

function format(values: Values): u8 {
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
