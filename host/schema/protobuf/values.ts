import protobuf from 'protobufjs';
import type { StructSink } from '../../conduit/struct-writer.ts';
import { shortestFloat } from '../avro/values.ts';
import { NS_PER_SECOND, rfc3339 } from '../avro/times.ts';

/** protobufjs' 64-bit integers. */
interface Long {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
  toNumber(): number;
  toString(): string;
}

export const TIMESTAMP = '.google.protobuf.Timestamp';
/** Messages that stand for the one value in them. */
export const WRAPPERS: ReadonlySet<string> = new Set(
  ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map((name) => `.google.protobuf.${name}Value`),
);

/**
 * Writes the fields of a message, by the names that the .proto file has. A field without presence is written with its default, another only if it is set.
 */
export function writeMessage(sink: StructSink, type: protobuf.Type, message: Record<string, unknown>): void {
  for (const field of type.fieldsArray) {
    const isSet = Object.hasOwn(message, field.name) && message[field.name] !== null;
    const hasPresence =
      field.partOf !== null || (field.resolvedType instanceof protobuf.Type && !field.repeated && !field.map) || field.hasPresence;
    if (!isSet && hasPresence) continue;
    sink.beginField(field.name);
    writeField(sink, field, isSet ? message[field.name] : field.defaultValue);
    sink.endField();
  }
}

function writeField(sink: StructSink, field: protobuf.Field, value: unknown): void {
  if (field.repeated) {
    sink.beginList();
    for (const item of value as unknown[]) {
      sink.beginItem();
      writeValue(sink, field, item);
      sink.endItem();
    }
    sink.end();
  } else if (field.map) {
    sink.beginObject();
    for (const [key, item] of Object.entries(value as object)) {
      sink.beginField(keyOf(field, key));
      writeValue(sink, field, item);
      sink.endField();
    }
    sink.end();
  } else writeValue(sink, field, value);
}

/** protobufjs writes 64-bit keys of a map as their eight bytes. */
function keyOf(field: protobuf.Field, key: string): string {
  const { keyType } = field as unknown as protobuf.MapField;
  if (!/64/.test(keyType) || key.length !== 8) return key;
  const long = protobuf.util.longFromHash(key, keyType.startsWith('u') || keyType === 'fixed64') as Long;
  return long.toString();
}

function writeValue(sink: StructSink, field: protobuf.Field, value: unknown): void {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) {
    const name = resolvedType.valuesById[value as number];
    return name === undefined ? sink.number(value as number) : sink.string(name);
  }
  if (resolvedType instanceof protobuf.Type) return writeInner(sink, resolvedType, value as Record<string, unknown>);
  switch (type) {
    case 'string':
      return sink.string(value as string);
    case 'bool':
      return sink.bool(value as boolean);
    case 'bytes':
      return sink.string(Buffer.from(value as Uint8Array).toString('base64'));
    case 'float':
      return sink.number(Number.isFinite(value) ? shortestFloat(value as number) : (value as number));
    default:
      return typeof value === 'number' ? sink.number(value) : writeLong(sink, value as Long);
  }
}

function writeLong(sink: StructSink, value: Long): void {
  const high = value.unsigned ? value.high >>> 0 : value.high;
  const isExact = high >= -0x20_0000 && high < 0x20_0000;
  if (isExact) sink.number(value.toNumber());
  else sink.integer(BigInt(value.toString()));
}

function writeInner(sink: StructSink, type: protobuf.Type, message: Record<string, unknown>): void {
  if (type.fullName === TIMESTAMP) {
    const { seconds = 0, nanos = 0 } = message as { seconds?: Long | number; nanos?: number };
    return sink.string(rfc3339(BigInt(String(seconds)) * NS_PER_SECOND + BigInt(nanos)));
  }
  if (WRAPPERS.has(type.fullName)) {
    const field = type.fields['value']!; // `!`: each wrapper has it
    return writeValue(sink, field, Object.hasOwn(message, 'value') ? message['value'] : field.defaultValue);
  }
  sink.beginObject();
  writeMessage(sink, type, message);
  sink.end();
}
