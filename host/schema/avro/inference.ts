import avro, { type Schema, type Type } from 'avsc';
import { ConnectorError } from '../../base/errors.ts';
import type { StructValue } from '../../conduit/struct-reader.ts';

/** The schemas that can be inferred. The union of the items of a list or map always begins with null, as in the Go SDK. */
type Inferred =
  'null' | 'boolean' | 'double' | 'string' | Inferred[] | { type: 'array'; items: Inferred } | { type: 'map'; values: Inferred };

export interface InferredRecord {
  /** The schema as JSON, as the Go SDK would register it. */
  readonly text: string;
  encode(fields: ReadonlyMap<string, StructValue>): Buffer;
}

/** Infers the schema that the Go SDK infers from the same data: a record with sorted fields; maps and lists hold the union of their items' types. */
export function inferRecord(fields: ReadonlyMap<string, StructValue>): InferredRecord {
  const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ name, type: inferred(value) }));
  const text = JSON.stringify({ name: 'record', type: 'record', fields: sorted });
  let type: Type;
  try {
    type = avro.Type.forSchema(JSON.parse(text) as Schema, { wrapUnions: true });
  } catch (cause) {
    throw new ConnectorError('input.invalid', `failed to create schema for value: record: ${(cause as Error).message}`, { cause });
  }
  return { text, encode: (data) => encodeRecord(type, sorted, data) };
}

/** Encodes with a schema that may have been inferred from other data: `before` is encoded with the schema of `after`. */
function encodeRecord(type: Type, fields: { name: string; type: Inferred }[], data: ReadonlyMap<string, StructValue>): Buffer {
  try {
    return type.toBuffer(Object.fromEntries(fields.map((field) => [field.name, wrapped(field.type, data.get(field.name) ?? null)])));
  } catch (cause) {
    throw new ConnectorError('input.invalid', `failed to marshal data with schema: ${(cause as Error).message}`, { cause });
  }
}

function inferred(value: StructValue): Inferred {
  if (value === null) return ['string', 'null'];
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return { type: 'array', items: unionOf(value) };
  return { type: 'map', values: unionOf([...value.values()]) };
}

/** Null, then the types of the values. For a list or a map without items it is null and string. */
function unionOf(values: readonly StructValue[]): Inferred[] {
  return values.length === 0 ? ['null', 'string'] : merged(['null', ...values.map(inferred)]);
}

/** Each type once. Several lists, or several maps, become one whose union holds the item types of all. Changes the types that it is given. */
function merged(types: readonly Inferred[]): Inferred[] {
  const union: Inferred[] = [];
  for (const type of types.flatMap((one) => (Array.isArray(one) ? one : [one]))) {
    const same = union.find((known) => kindOf(known) === kindOf(type));
    if (same === undefined) union.push(type);
    else if (isList(same) && isList(type)) same.items = merged([same.items, type.items]);
    else if (isMap(same) && isMap(type)) same.values = merged([same.values, type.values]);
  }
  return union;
}

function isList(type: Inferred): type is { type: 'array'; items: Inferred } {
  return kindOf(type) === 'array';
}

function isMap(type: Inferred): type is { type: 'map'; values: Inferred } {
  return kindOf(type) === 'map';
}

function kindOf(type: Inferred): string {
  if (typeof type === 'string') return type;
  return Array.isArray(type) ? 'union' : type.type;
}

/** The branch of a union that holds this value. */
function branchOf(value: Exclude<StructValue, null>): string {
  if (typeof value === 'object') return Array.isArray(value) ? 'array' : 'map';
  return typeof value === 'number' ? 'double' : typeof value;
}

/** avsc wants the values of a union wrapped in the name of their branch. */
function wrapped(type: Inferred, value: StructValue): unknown {
  if (Array.isArray(type)) {
    if (value === null) return null;
    const kind = branchOf(value);
    return { [kind]: wrapped(type.find((branch) => kindOf(branch) === kind) ?? 'null', value) };
  }
  if (typeof type === 'object' && type.type === 'array' && Array.isArray(value)) return value.map((item) => wrapped(type.items, item));
  if (typeof type === 'object' && type.type === 'map' && value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [key, wrapped(type.values, item)]));
  return value;
}
