import protobuf from 'protobufjs';
import { ConnectorError } from '../../base/errors.ts';
import type { StructValue } from '../../conduit/struct-reader.ts';
import { NS_PER_SECOND, unixNsOf } from '../avro/times.ts';
import { TIMESTAMP, WRAPPERS } from './values.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const INTEGER = /^-?\d{1,20}$/;
const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  sfixed32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sint64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
};

/** The message of structured data, with the forms that decoding writes. Null counts as not set. Throws ConnectorError `schema.mismatch` with the path of what does not fit. */
export function messageOf(type: protobuf.Type, fields: ReadonlyMap<string, StructValue>, path: string): protobuf.Message {
  const message = type.create();
  for (const [name, value] of fields) {
    const at = path === '' ? name : `${path}.${name}`;
    const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
    if (field === undefined) throw new ConnectorError('schema.mismatch', `"${at}" is no field of the schema`);
    if (value !== null) message[name] = fieldOf(field, value, at);
  }
  return message;
}

function fieldOf(field: protobuf.Field, value: StructValue, path: string): unknown {
  if (field.repeated)
    return Array.isArray(value) ? value.map((item, i) => valueOf(field, item, `${path}[${i}]`)) : mismatch(path, 'a list');
  if (!field.map) return valueOf(field, value, path);
  if (!(value instanceof Map)) return mismatch(path, 'an object');
  const map = Object.create(null) as Record<string, unknown>;
  const { keyType } = field as unknown as protobuf.MapField;
  for (const [key, item] of value) {
    if (keyType in RANGES) integerOf(keyType, key, `${path}.${key}`);
    map[key] = valueOf(field, item, `${path}.${key}`);
  }
  return map;
}

function valueOf(field: protobuf.Field, value: StructValue, path: string): unknown {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) return enumOf(resolvedType, value, path);
  if (resolvedType instanceof protobuf.Type) return innerOf(resolvedType, value, path);
  if (type in RANGES) return integerOf(type, value, path);
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : mismatch(path, 'a text');
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch(path, 'a boolean');
    case 'bytes':
      return typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64') : mismatch(path, 'base64');
    default:
      return typeof value === 'number' ? value : mismatch(path, 'a number');
  }
}

function integerOf(type: string, value: StructValue, path: string): unknown {
  const [least, most] = RANGES[type]!; // `!`: the caller has looked
  const integer =
    typeof value === 'number' && Number.isSafeInteger(value)
      ? BigInt(value)
      : typeof value === 'string' && INTEGER.test(value)
        ? BigInt(value)
        : null;
  if (integer === null || integer < least || integer > most)
    return mismatch(path, `an integer of type ${type}, which as a number must be exact (up to 2^53)`);
  if (type.endsWith('32')) return Number(integer);
  return longOf(String(integer), least === 0n);
}

/** protobufjs' form of a 64-bit integer. */
function longOf(digits: string, unsigned: boolean): unknown {
  return (protobuf.util.Long as unknown as { fromString(digits: string, unsigned: boolean): unknown }).fromString(digits, unsigned);
}

function enumOf({ values, valuesById }: protobuf.Enum, value: StructValue, path: string): number {
  if (typeof value === 'string' && Object.hasOwn(values, value)) return values[value]!; // `!`: it is there
  if (typeof value === 'number' && (value | 0) === value) return value;
  return mismatch(path, `one of ${Object.values(valuesById).join(', ')}`);
}

function innerOf(type: protobuf.Type, value: StructValue, path: string): protobuf.Message {
  if (type.fullName === TIMESTAMP && typeof value === 'string') {
    const ns = unixNsOf(value) ?? mismatch(path, 'a time such as 2026-01-02T03:04:05Z');
    const nanos = ((ns % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
    return type.create({ seconds: longOf(String((ns - nanos) / NS_PER_SECOND), false), nanos: Number(nanos) });
  }
  if (WRAPPERS.has(type.fullName) && !(value instanceof Map)) return type.create({ value: valueOf(type.fields['value']!, value, path) }); // `!`: each wrapper has it
  return value instanceof Map ? messageOf(type, value, path) : mismatch(path, 'an object');
}

/** The value is not quoted: it may be a secret of somebody. */
function mismatch(path: string, expected: string): never {
  throw new ConnectorError('schema.mismatch', `"${path}" does not fit: the schema expects ${expected}`);
}
