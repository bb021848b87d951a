import avro, { type Schema, type Type } from 'avsc';

/** avsc's cursor. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string;
}
interface Reads {
  _read(tap: Tap): unknown;
}
interface Parts {
  readonly typeName: string;
  readonly fields?: readonly { readonly type: Type }[];
  readonly itemsType?: Type;
  readonly valuesType?: Type;
  readonly types?: readonly Type[];
  readonly underlyingType?: Type;
  readonly size?: number;
}
type Class = new (schema: Schema, options: object) => Type;
const { ArrayType, MapType } = avro.types as unknown as { ArrayType: Class; MapType: Class };

/**
 * Arrays and maps that check their counts against the bytes that are left. avsc's own believe a count, so that a few damaged bytes would make them
 * allocate without a bound. To be given to avsc as `typeHook`.
 */
export function boundedTypes(schema: Schema, options: object): Type | undefined {
  const { type } = (schema ?? {}) as { type?: unknown };
  if (type === 'array') return new BoundedArray(schema, options);
  return type === 'map' ? new BoundedMap(schema, options) : undefined;
}

class BoundedArray extends ArrayType {
  _read(tap: Tap): unknown[] {
    return readArray(tap, (this as unknown as { itemsType: Reads }).itemsType);
  }
}

class BoundedMap extends MapType {
  _read(tap: Tap): Record<string, unknown> {
    return readMap(tap, (this as unknown as { valuesType: Reads }).valuesType);
  }
}

/** Throws for arrays of items that take no bytes, because nothing bounds their count. */
export function checkItems(type: Type, seen = new Set<Type>()): void {
  if (seen.has(type)) return;
  seen.add(type);
  const { fields = [], itemsType, valuesType, types = [], underlyingType } = type as unknown as Parts;
  if (itemsType !== undefined && leastBytes(itemsType) === 0) throw new Error('arrays of items that take no bytes are not supported');
  for (const part of [itemsType, valuesType, underlyingType, ...types, ...fields.map((field) => field.type)]) {
    if (part !== undefined) checkItems(part, seen);
  }
}

/** 0 only if no value of the type takes a byte. */
function leastBytes(type: Type, seen = new Set<Type>()): number {
  if (seen.has(type)) return 1; // a recursion ends in a union, an array or a map
  seen.add(type);
  const { typeName, fields, underlyingType, size } = type as unknown as Parts;
  if (underlyingType !== undefined) return leastBytes(underlyingType, seen);
  if (typeName === 'null') return 0;
  if (typeName === 'fixed') return size ?? 0;
  if (fields === undefined) return 1;
  return fields.some((field) => leastBytes(field.type, new Set(seen)) > 0) ? 1 : 0;
}

function readArray(tap: Tap, items: Reads): unknown[] {
  const values: unknown[] = [];
  for (let count = blockCount(tap); count > 0; count = blockCount(tap)) {
    for (let i = 0; i < count; i++) values.push(items._read(tap));
  }
  return values;
}

function readMap(tap: Tap, values: Reads): Record<string, unknown> {
  // The object has no prototype because a key may have any name.
  const map = Object.create(null) as Record<string, unknown>;
  for (let count = blockCount(tap); count > 0; count = blockCount(tap)) {
    for (let i = 0; i < count; i++) {
      const key = tap.readString();
      map[key] = values._read(tap);
    }
  }
  return map;
}

/** A negative count stands before the size of the block in bytes. */
function blockCount(tap: Tap): number {
  let count = tap.readLong();
  if (count < 0) {
    count = -count;
    tap.skipLong();
  }
  if (count > tap.buf.length - tap.pos) throw new Error('truncated buffer');
  return count;
}
