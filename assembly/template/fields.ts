// Fields and methods of values: `.Metadata.x`, `.Payload.After`, `.Metadata.GetCollection`.
import { Node } from './node';
import {
  AFTER_VALUE,
  BEFORE_VALUE,
  KEY_VALUE,
  METADATA_VALUE,
  isRecordMetadata,
  metadataValue,
  setOperation,
  setPosition,
  tableOf,
} from './values/data';
import { fail, failed, problem } from './values/limits';
import { parseInt64, parsedInt } from './values/numbers';
import { TEXT } from './values/parameters';
import { setStringOf } from './values/print';
import { opencdcJson, structJson } from './values/record-json';
import { lookup, newTable, put as putPair, setMap } from './values/tables';
import * as times from './values/times';
import {
  Table,
  Type,
  Value,
  Wrap,
  addressOf,
  copyValue,
  isMap,
  lift,
  newValue,
  set,
  setBool,
  setInt,
  setLiteral,
  setNone,
  setText,
  staticName,
  quoted,
} from './values/value';
import * as versions from './values/versions';

const NAMES: string[] = ['', 'Position', 'Operation', 'Metadata', 'Key', 'Payload', 'Before', 'After'];

/** A number for the names of the record's own fields; 0 for others. */
export function fieldIndex(name: string): u32 {
  const i = NAMES.indexOf(name);
  return i < 0 ? 0 : i;
}

/** The usual fields, without looking for methods. False: it is none of them. */
export function quickField(receiver: Value, name: Node, missingKeyIsError: bool, out: Value): bool {
  const t = receiver.type;
  if (t == Type.record && name.index != 0 && name.index <= 5) {
    recordField(name.index, out);
    return true;
  }
  // No method of the metadata has a name that begins with a small letter.
  if (t != Type.metadata || !isRecordMetadata(receiver) || load<u8>(name.textAt) < 0x61) return false;
  if (!metadataValue(name.textAt, name.textSize, out) && missingKeyIsError) fail('map has no entry for key ' + quoted(textOfName(name)));
  return true;
}

function textOfName(name: Node): string {
  return String.UTF8.decodeUnsafe(name.textAt, name.textSize);
}

function recordField(index: u32, out: Value): void {
  if (index == 1) setPosition(out);
  else if (index == 2) setOperation(out);
  else if (index == 3) copyValue(out, METADATA_VALUE);
  else if (index == 4) copyValue(out, KEY_VALUE);
  else set(out, Type.change, 0, 0);
}

/** A field of a struct, or the value of a key. */
export function field(receiver: Value, name: Node, hasArguments: bool, missingKeyIsError: bool, out: Value): void {
  const t = receiver.type;
  const text = textOfName(name);
  const isField = t == Type.record ? name.index != 0 && name.index <= 5 : t == Type.change && name.index >= 6;
  if (isField) {
    if (hasArguments) return fail(text + ' has arguments but cannot be invoked as function');
    if (t == Type.record) recordField(name.index, out);
    else copyValue(out, name.index == 6 ? BEFORE_VALUE : AFTER_VALUE);
    return;
  }
  if (t == Type.record && text == 'serializer') return fail('serializer is an unexported field of struct type opencdc.Record');
  if (!isMap(t)) return fail("can't evaluate field " + text + ' in type ' + staticName(receiver));
  if (hasArguments) return fail(text + ' is not a method but has arguments');
  const found = lookup(tableOf(receiver), name.textAt, name.textSize);
  if (found === null) {
    if (missingKeyIsError) return fail('map has no entry for key ' + quoted(text));
    return setNone(out);
  }
  copyValue(out, found);
  if (t == Type.map || t == Type.structuredData) out.wrap = Wrap.any;
}

/** True for the methods that change the metadata, which a template cannot call. */
export function isSetter(receiver: Value, name: string): bool {
  return receiver.type == Type.metadata && name.startsWith('Set');
}

const METADATA_GETTERS: string[] = [
  'GetOpenCDCVersion',
  'opencdc.version',
  'GetCollection',
  'opencdc.collection',
  'GetConduitSourcePluginName',
  'conduit.source.plugin.name',
  'GetConduitSourcePluginVersion',
  'conduit.source.plugin.version',
  'GetConduitDestinationPluginName',
  'conduit.destination.plugin.name',
  'GetConduitDestinationPluginVersion',
  'conduit.destination.plugin.version',
  'GetConduitSourceConnectorID',
  'conduit.source.connector.id',
  'GetConduitDLQNackError',
  'conduit.dlq.nack.error',
  'GetConduitDLQNackNodeID',
  'conduit.dlq.nack.node.id',
  'GetKeySchemaSubject',
  'opencdc.key.schema.subject',
  'GetPayloadSchemaSubject',
  'opencdc.payload.schema.subject',
  'GetFileName',
  'opencdc.file.name',
  'GetFileHash',
  'opencdc.file.hash',
];
const METADATA_NUMBERS: string[] = [
  'GetKeySchemaVersion',
  'opencdc.key.schema.version',
  'GetPayloadSchemaVersion',
  'opencdc.payload.schema.version',
  'GetFileChunkIndex',
  'opencdc.file.chunk.index',
  'GetFileChunkCount',
  'opencdc.file.chunk.count',
  'GetFileSize',
  'opencdc.file.size',
];

/** The type of the one parameter of a method, 0 for none; -1: the type has no such method. */
export function methodParameter(receiver: Value, name: string): i32 {
  const t = receiver.type;
  if (t == Type.record) return name == 'Map' || name == 'Clone' || name == 'Bytes' ? 0 : -1;
  if (t == Type.metadata) {
    if (name.startsWith('Set')) return TEXT;
    const known = METADATA_GETTERS.includes(name) || METADATA_NUMBERS.includes(name);
    return known || name == 'GetCreatedAt' || name == 'GetReadAt' || name == 'GetFileChunked' ? 0 : -1;
  }
  if (t == Type.rawData || t == Type.structuredData) return name == 'Bytes' || name == 'Clone' ? 0 : -1;
  if (t == Type.position) return name == 'String' ? 0 : -1;
  if (t == Type.operation) return name == 'String' || name == 'MarshalText' ? 0 : -1;
  if (t == Type.time || t == Type.duration || t == Type.month || t == Type.weekday) return times.argumentsOf(t, name);
  if (t == Type.semver) return versions.argumentsOf(name);
  return -1;
}

/** Calls a method. Returns the error, empty if there is none. */
export function callMethod(v: Value, name: string, argument: Value, out: Value): string {
  const t = v.type;
  if (t == Type.record) {
    if (name == 'Map') recordMap(out);
    else if (name == 'Clone') copyValue(out, v);
    else opencdcJson(out);
  } else if (t == Type.metadata) return metadataMethod(v, name, out);
  else if (t == Type.rawData || t == Type.structuredData) {
    if (name == 'Clone') {
      copyValue(out, v);
      out.wrap = Wrap.data;
    } else if (t == Type.rawData) setText(out, addressOf(v), v.size, Type.bytes);
    else structJson(v, out);
  } else if (t == Type.time || t == Type.duration || t == Type.month || t == Type.weekday) return times.callMethod(v, name, argument, out);
  else if (t == Type.semver) return versions.callMethod(v, name, argument, out);
  else {
    setStringOf(v, out);
    if (name == 'MarshalText') out.type = Type.bytes;
  }
  return failed ? problem : '';
}

function metadataText(v: Value, key: string, out: Value): string {
  const keyText = newValue();
  setLiteral(keyText, key);
  const found = lookup(tableOf(v), addressOf(keyText), keyText.size);
  if (found === null || found.size == 0) return 'failed to get value for ' + quoted(key) + ': metadata field not found';
  copyValue(out, found);
  return '';
}

function syntaxError(call: string, text: string): string {
  return 'strconv.' + call + ': parsing ' + quoted(text) + ': invalid syntax';
}

function metadataMethod(v: Value, name: string, out: Value): string {
  const i = METADATA_GETTERS.indexOf(name);
  if (i >= 0) return metadataText(v, METADATA_GETTERS[i + 1], out);
  const n = METADATA_NUMBERS.indexOf(name);
  const key =
    n >= 0
      ? METADATA_NUMBERS[n + 1]
      : name == 'GetCreatedAt'
        ? 'opencdc.createdAt'
        : name == 'GetReadAt'
          ? 'opencdc.readAt'
          : 'opencdc.file.chunked';
  const error = metadataText(v, key, out);
  if (error != '') return error;
  const text = lift(out);
  if (n < 0 && name == 'GetFileChunked') {
    const yes = ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text);
    if (!yes && !['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text))
      return 'invalid value for ' + quoted(key) + ': ' + syntaxError('ParseBool', text);
    setBool(out, yes);
    return '';
  }
  const valid = parseInt64(addressOf(out), out.size);
  if (n < 0) {
    if (!valid) return 'failed to parse value for ' + quoted(key) + ': ' + syntaxError('ParseInt', text);
    times.setUnixNano(out, parsedInt);
    return '';
  }
  if (!valid) return 'invalid version ' + quoted(text) + ': ' + syntaxError('Atoi', text);
  setInt(out, parsedInt, name == 'GetFileSize' ? Type.int64 : Type.int);
  return '';
}

function member(table: Table, name: string, value: Value): void {
  const key = newValue();
  setLiteral(key, name);
  if (!failed) putPair(table, addressOf(key), key.size, value);
}

function mapped(v: Value): Value {
  const value = newValue();
  copyValue(value, v);
  value.wrap = Wrap.nothing;
  if (v.type == Type.structuredData || v.type == Type.metadata) value.type = Type.map;
  if (v.type == Type.rawData || v.type == Type.position) value.type = Type.bytes;
  return value;
}

/** opencdc.Record.Map */
function recordMap(out: Value): void {
  const table = newTable(8);
  const payload = newTable(2);
  if (failed) return;
  const value = newValue();
  setPosition(value);
  member(table, 'position', mapped(value));
  setOperation(value);
  setStringOf(value, value);
  member(table, 'operation', value);
  tableOf(METADATA_VALUE);
  member(table, 'metadata', mapped(METADATA_VALUE));
  tableOf(KEY_VALUE);
  member(table, 'key', mapped(KEY_VALUE));
  tableOf(BEFORE_VALUE);
  tableOf(AFTER_VALUE);
  member(payload, 'before', mapped(BEFORE_VALUE));
  member(payload, 'after', mapped(AFTER_VALUE));
  const inner = newValue();
  setMap(inner, payload);
  member(table, 'payload', inner);
  setMap(out, table);
}
