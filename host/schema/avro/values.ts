import type { Type } from 'avsc';
import type { Writer } from 'protobufjs/minimal.js';
import { ConnectorError } from '../../base/errors.ts';

/**
 * A decoded Avro value as a `google.protobuf.Struct`, with the texts that the Go SDK's decoder and Go's JSON give: times as
 * RFC 3339 in UTC, durations as nanoseconds, bytes as base64, decimals as fractions in lowest terms, fixed as a list of numbers.
 */

/** Tags of google.protobuf.Value, Struct and ListValue. */
const NULL_VALUE = 8;
const NUMBER_VALUE = 17;
const STRING_VALUE = 26;
const BOOL_VALUE = 32;
const STRUCT_VALUE = 42;
const LIST_VALUE = 50;
const ITEM = 10;
const ENTRY_KEY = 10;
const ENTRY_VALUE = 18;
/**
 * Ours: field 15 of a Value, a varint, an integer that a double cannot hold. The component prints all its digits, as Go does;
 * a reader that does not know the field sees a Value without a kind. It never leaves this process.
 */
export const INTEGER_VALUE = 120;

const MAX_DEPTH = 200;

/** Named in avsc as `logical:<name>` by the classes of `avro-codec.ts`. */
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

/** Content of a Struct message. False if the type is neither record nor map: only those have fields. */
export function writeStruct(writer: Writer, type: Type, value: unknown): boolean {
  return writeFields(writer, type, value, 0);
}

function writeFields(writer: Writer, type: Type, value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) throw new ConnectorError('input.invalid', `expected Avro data nested at most ${MAX_DEPTH} levels deep, got more`);
  const entries = value as Record<string, unknown>;
  if (isRecord(type)) {
    for (const field of (type as unknown as Fields).fields) writeEntry(writer, field.name, field.type, entries[field.name], true, depth);
    return true;
  }
  if (type.typeName !== 'map') return false;
  const { valuesType } = type as unknown as Values;
  for (const [key, item] of Object.entries(entries)) writeEntry(writer, key, valuesType, item, false, depth);
  return true;
}

function isRecord(type: Type): boolean {
  return type.typeName === 'record' || type.typeName === 'error';
}

function writeEntry(writer: Writer, key: string, type: Type, value: unknown, ofRecord: boolean, depth: number): void {
  writer.uint32(ITEM).fork().uint32(ENTRY_KEY).string(key).uint32(ENTRY_VALUE).fork();
  writeValue(writer, type, value, ofRecord, depth);
  writer.ldelim().ldelim();
}

function writeValue(writer: Writer, type: Type, value: unknown, ofRecord: boolean, depth: number): void {
  switch (type.typeName) {
    case 'null':
      writer.uint32(NULL_VALUE).int32(0);
      return;
    case 'boolean':
      writer.uint32(BOOL_VALUE).bool(value as boolean);
      return;
    case 'int':
    case 'double':
      writer.uint32(NUMBER_VALUE).double(value as number);
      return;
    case 'float':
      writer.uint32(NUMBER_VALUE).double(shortestFloat(value as number));
      return;
    case 'abstract:long': // avsc's name for its customized longs
      writeDecoded(writer, type, value);
      return;
    case 'string':
    case 'enum':
      writer.uint32(STRING_VALUE).string((value as string).toWellFormed());
      return;
    case 'bytes':
      writer.uint32(STRING_VALUE).string((value as Buffer).toString('base64'));
      return;
    case 'fixed':
      writeList(writer, () => {
        for (const byte of value as Buffer) writer.uint32(ITEM).fork().uint32(NUMBER_VALUE).double(byte).ldelim();
      });
      return;
    case 'array':
      writeList(writer, () => {
        const { itemsType } = type as unknown as Items;
        for (const item of value as unknown[]) {
          writer.uint32(ITEM).fork();
          writeValue(writer, itemsType, item, false, depth + 1);
          writer.ldelim();
        }
      });
      return;
    case 'union:wrapped':
      writeUnion(writer, type as unknown as Branches, value, ofRecord, depth);
      return;
    default:
      if (type.typeName.startsWith('logical:')) {
        writeDecoded(writer, type, value);
        return;
      }
      writer.uint32(STRUCT_VALUE).fork();
      if (!writeFields(writer, type, value, depth + 1))
        throw new ConnectorError('internal', `Avro type ${type.typeName} is not known here`);
      writer.ldelim();
  }
}

/** The Go SDK unwraps the unions of maps and arrays, and of record fields those of null and one other type. */
function writeUnion(writer: Writer, union: Branches, value: unknown, ofRecord: boolean, depth: number): void {
  if (value === null) {
    writer.uint32(NULL_VALUE).int32(0);
    return;
  }
  const [name, content] = Object.entries(value as Record<string, unknown>)[0]!;
  const branch = union.types.find((candidate) => candidate.branchName === name)!;
  const unwrapped = !ofRecord || (union.types.length === 2 && union.types.some((candidate) => candidate.typeName === 'null'));
  if (unwrapped) {
    writeValue(writer, branch, content, false, depth + 1);
    return;
  }
  writer.uint32(STRUCT_VALUE).fork();
  writeEntry(writer, name, branch, content, false, depth + 1);
  writer.ldelim();
}

/** What `avro-codec.ts` has made of a long or of a logical type. */
function writeDecoded(writer: Writer, type: Type, value: unknown): void {
  if (typeof value === 'bigint') writeInteger(writer, value);
  else if (typeof value === 'string') writer.uint32(STRING_VALUE).string(value);
  else throw new ConnectorError('internal', `Avro ${type.typeName} was decoded to ${typeof value}`);
}

function writeList(writer: Writer, items: () => void): void {
  writer.uint32(LIST_VALUE).fork();
  items();
  writer.ldelim();
}

function writeInteger(writer: Writer, value: bigint): void {
  const double = Number(value);
  if (Number.isSafeInteger(double)) writer.uint32(NUMBER_VALUE).double(double);
  else writer.uint32(INTEGER_VALUE).int64(longOf(value));
}

/** protobufjs takes 64 bits as two halves. */
function longOf(value: bigint): number {
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false } as unknown as number;
}

/** The double with the shortest digits that round to this float: what Go prints for a float32. */
function shortestFloat(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}
