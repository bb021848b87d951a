import avro, { type Schema, type Type } from 'avsc';
import { ConnectorError } from '../../base/errors.ts';
import { boundedTypes, checkItems } from './bounds.ts';
import { NS_PER_DAY, NS_PER_MS, NS_PER_US, rfc3339 } from './times.ts';

/** What an Avro long means: `long`, or the name of its logical type with underscores after `long.`. */
const LONG_NAMES = new WeakMap<object, string>();

/** The name of the kind of a long that `parseAvro` made; undefined for any other type. */
export function longName(type: Type): string | undefined {
  return LONG_NAMES.get(type);
}

/** An Avro long that `of` decodes from 64 bits. avsc's own longs are doubles, which lose digits above 2^53. It encodes bigints and exact numbers. */
function longOf(name: string, of: (value: bigint) => bigint | string): Type {
  const isPlain = name === 'long';
  const type = avro.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => {
      const high = buffer.readInt32LE(4);
      // Below 2^53 in both directions a number is exact, and much faster than a bigint.
      if (isPlain && high >= -0x20_0000 && high < 0x20_0000) return high * 0x1_0000_0000 + buffer.readUInt32LE(0);
      return of(buffer.readBigInt64LE());
    },
    toBuffer: (value: bigint | number) => {
      const buffer = Buffer.allocUnsafe(8);
      buffer.writeBigInt64LE(BigInt(value));
      return buffer;
    },
    // Only the defaults of a schema come in this form.
    fromJSON: (value: number) => value,
    toJSON: (value: unknown) => value,
    isValid: () => true,
    compare: () => 0,
  });
  LONG_NAMES.set(type, name);
  return type;
}

/** The types for the names that `plainLongs` puts into a schema. */
const LONGS: Readonly<Record<string, (value: bigint) => bigint | string>> = {
  long: (value) => value,
  'long.time_micros': (value) => value * NS_PER_US,
  'long.timestamp_millis': (value) => rfc3339(value * NS_PER_MS),
  'long.timestamp_micros': (value) => rfc3339(value * NS_PER_US),
  'long.local_timestamp_millis': (value) => rfc3339(value * NS_PER_MS),
  'long.local_timestamp_micros': (value) => rfc3339(value * NS_PER_US),
};
const registry: Record<string, Type> = Object.fromEntries(Object.entries(LONGS).map(([name, of]) => [name, longOf(name, of)]));

/** Logical types whose underlying type is not long. One that is not listed is decoded as its underlying type, as the Go SDK's decoder does. */
const logicalTypes = {
  date: logical('int', (value) => rfc3339(BigInt(value as number) * NS_PER_DAY)),
  'time-millis': logical('int', (value) => BigInt(value as number) * NS_PER_MS),
  decimal: decimalType(),
};

/**
 * Replaces `{ "type": "long" }` by a name, because avsc looks only names up in the registry and would use its own long otherwise. A field that is
 * called `type` in a default is none, but nothing there has the form of a type.
 */
function plainLongs(_key: string, value: unknown): unknown {
  const { type, name, logicalType } = (value ?? {}) as Record<string, unknown>;
  if (type !== 'long' || name !== undefined) return value;
  const known = `long.${String(logicalType).replaceAll('-', '_')}`;
  return known in registry ? known : 'long';
}

/**
 * Parses a schema. Every union value is wrapped in the name of its branch. `dependencies`: texts of the schemas whose names it uses, each behind those
 * that it uses itself. Throws ConnectorError `input.invalid`.
 */
export function parseAvro(text: string, what: string, dependencies: readonly string[] = []): Type {
  const options = { registry: { ...registry }, logicalTypes, wrapUnions: true, typeHook: boundedTypes };
  const parse = (one: string): Type => avro.Type.forSchema(JSON.parse(one, plainLongs) as Schema, options);
  try {
    for (const dependency of dependencies) parse(dependency);
    const type = parse(text);
    checkItems(type);
    return type;
  } catch (cause) {
    throw new ConnectorError('input.invalid', `could not parse the Avro schema ${what}: ${(cause as Error).message}`, { cause });
  }
}

/** A logical type that decodes. What it encodes must have its underlying type already. */
function logical(
  underlying: string,
  decode: (value: unknown) => bigint | string,
): new (schema: Schema, options?: object) => avro.types.LogicalType {
  return class extends avro.types.LogicalType {
    constructor(schema: Schema, options?: object) {
      super(schema, options);
      if (!this.underlyingType.typeName.endsWith(underlying)) throw new Error(`expected the logical type on ${underlying}`);
    }
    override _fromValue(value: unknown): bigint | string {
      return decode(value);
    }
    override _toValue(value: unknown): unknown {
      return value;
    }
  };
}

/** Go's big.Rat as text: `157/50`, or `3` for a whole number. */
function decimalType(): new (schema: Schema, options?: object) => avro.types.LogicalType {
  return class extends avro.types.LogicalType {
    /** Digits behind the point. */
    readonly scale: number;
    constructor(schema: Schema, options?: object) {
      super(schema, options);
      this.scale = (schema as { scale?: number }).scale ?? 0;
    }
    override _fromValue(value: Buffer): string {
      const unscaled = value.length === 0 ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString('hex')}`));
      const denominator = 10n ** BigInt(this.scale);
      const divisor = gcd(unscaled < 0n ? -unscaled : unscaled, denominator);
      return denominator === divisor ? String(unscaled / divisor) : `${unscaled / divisor}/${denominator / divisor}`;
    }
    override _toValue(value: unknown): unknown {
      return value;
    }
  };
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
