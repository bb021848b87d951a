import type { Type } from 'avsc';
import { ConnectorError } from '../../base/errors.ts';
import type { StructSink } from '../../conduit/struct-writer.ts';

/**
 * Writes a decoded Avro value as a `google.protobuf.Struct`, with the same texts as the Go SDK's decoder and Go's JSON: times as RFC 3339 in UTC,
 * durations as nanoseconds, bytes as base64, decimals as fractions in lowest terms, fixed as a list of numbers.
 */

/** The classes of `codec.ts` have `logical:<name>` as their name in avsc. */
interface Typed {
  readonly typeName: string;
}
interface Fields extends Typed {
  readonly fields: readonly { readonly name: string; readonly type: Type }[];
}
interface Values extends Typed {
  readonly valuesType: Type;
}
interface Items extends Typed {
  readonly itemsType: Type;
}
interface Branches extends Typed {
  readonly types: readonly (Type & { readonly branchName: string })[];
}

/** Writes the content of a Struct message. Returns false if the type is neither record nor map, which alone have fields. */
export function writeStruct(sink: StructSink, type: Type, value: unknown): boolean {
  return writeFields(sink, type, value);
}

function writeFields(writer: StructSink, type: Type, value: unknown): boolean {
  const entries = value as Record<string, unknown>;
  if (isRecord(type)) {
    for (const field of (type as unknown as Fields).fields) writeField(writer, field.name, field.type, entries[field.name], true);
    return true;
  }
  if (type.typeName !== 'map') return false;
  const { valuesType } = type as unknown as Values;
  for (const [key, item] of Object.entries(entries)) writeField(writer, key, valuesType, item, false);
  return true;
}

function isRecord(type: Type): boolean {
  return type.typeName === 'record' || type.typeName === 'error';
}

function writeField(writer: StructSink, key: string, type: Type, value: unknown, ofRecord: boolean): void {
  writer.beginField(key);
  writeValue(writer, type, value, ofRecord);
  writer.endField();
}

function writeValue(writer: StructSink, type: Type, value: unknown, ofRecord: boolean): void {
  switch (type.typeName) {
    case 'null':
      writer.null();
      return;
    case 'boolean':
      writer.bool(value as boolean);
      return;
    case 'int':
    case 'double':
      writer.number(value as number);
      return;
    case 'float':
      writer.number(shortestFloat(value as number));
      return;
    case 'abstract:long': // avsc's name for its customized longs
      writeDecoded(writer, type, value);
      return;
    case 'string':
    case 'enum':
      writer.string(value as string);
      return;
    case 'bytes':
      writer.string((value as Buffer).toString('base64'));
      return;
    case 'fixed':
      writeList(writer, value as Buffer, (byte) => writer.number(byte));
      return;
    case 'array': {
      const { itemsType } = type as unknown as Items;
      writeList(writer, value as unknown[], (item) => writeValue(writer, itemsType, item, false));
      return;
    }
    case 'union:wrapped':
      writeUnion(writer, type as unknown as Branches, value, ofRecord);
      return;
    default:
      if (type.typeName.startsWith('logical:')) {
        writeDecoded(writer, type, value);
        return;
      }
      writer.beginObject();
      if (!writeFields(writer, type, value)) throw new ConnectorError('internal', `Avro type ${type.typeName} is not known here`);
      writer.end();
  }
}

/** As in the Go SDK, unions in maps and arrays are unwrapped, and in record fields only unions of null and one other type. */
function writeUnion(writer: StructSink, union: Branches, value: unknown, ofRecord: boolean): void {
  if (value === null) {
    writer.null();
    return;
  }
  const [name, content] = Object.entries(value as Record<string, unknown>)[0]!;
  const branch = union.types.find((candidate) => candidate.branchName === name)!;
  const unwrapped = !ofRecord || (union.types.length === 2 && union.types.some((candidate) => candidate.typeName === 'null'));
  if (unwrapped) {
    writeValue(writer, branch, content, false);
    return;
  }
  writer.beginObject();
  writeField(writer, name, branch, content, false);
  writer.end();
}

/** Writes a long or a logical type that `codec.ts` has decoded. */
function writeDecoded(writer: StructSink, type: Type, value: unknown): void {
  if (typeof value === 'number') writer.number(value);
  else if (typeof value === 'bigint') writer.integer(value);
  else if (typeof value === 'string') writer.string(value);
  else throw new ConnectorError('internal', `Avro ${type.typeName} was decoded to ${typeof value}`);
}

function writeList<T>(writer: StructSink, items: Iterable<T>, write: (item: T) => void): void {
  writer.beginList();
  for (const item of items) {
    writer.beginItem();
    write(item);
    writer.endItem();
  }
  writer.end();
}

/** The double with the shortest digits that round to this float: what Go prints for a float32. */
export function shortestFloat(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}
