import avro, { type Schema, type Type } from 'avsc';
import { ConnectorError } from '../../base/errors.ts';

const NS_PER_MS = 1_000_000n;
const NS_PER_US = 1000n;
const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_DAY = 86_400n * NS_PER_SECOND;

/** An Avro long that `of` decodes from a bigint. avsc's own longs are doubles, which lose digits above 2^53. */
function longOf(of: (value: bigint) => bigint | string): Type {
  return avro.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => of(buffer.readBigInt64LE()),
    toBuffer: encodesNothing,
    fromJSON: encodesNothing,
    toJSON: encodesNothing,
    isValid: () => true,
    compare: encodesNothing,
  });
}

function encodesNothing(): never {
  throw new ConnectorError('internal', 'this Avro type only decodes');
}

/** The types for the names that `plainLongs` puts into a schema. */
const registry: Record<string, Type> = {
  long: longOf((value) => value),
  'long.time_micros': longOf((value) => value * NS_PER_US),
  'long.timestamp_millis': longOf((value) => rfc3339(value * NS_PER_MS)),
  'long.timestamp_micros': longOf((value) => rfc3339(value * NS_PER_US)),
  'long.local_timestamp_millis': longOf((value) => rfc3339(value * NS_PER_MS)),
  'long.local_timestamp_micros': longOf((value) => rfc3339(value * NS_PER_US)),
};

/** Logical types whose underlying type is not long. One that is not listed is decoded as its underlying type, as the Go SDK's decoder does. */
const logicalTypes = {
  date: logical('int', (value) => rfc3339(BigInt(value as number) * NS_PER_DAY)),
  'time-millis': logical('int', (value) => BigInt(value as number) * NS_PER_MS),
  decimal: decimalType(),
};

/**
 * Replaces `{ "type": "long" }` by a name, because avsc looks only names up in the registry and would use its own long otherwise. Defaults are
 * dropped: decoding does not use them.
 */
function plainLongs(key: string, value: unknown): unknown {
  if (key === 'default') return undefined;
  const { type, name, logicalType } = (value ?? {}) as Record<string, unknown>;
  if (type !== 'long' || name !== undefined) return value;
  const known = `long.${String(logicalType).replaceAll('-', '_')}`;
  return known in registry ? known : 'long';
}

/** Parses a schema for decoding. Every union value comes wrapped in the name of its branch. */
export function parseAvro(text: string, what: string): Type {
  try {
    return avro.Type.forSchema(JSON.parse(text, plainLongs) as Schema, { registry: { ...registry }, logicalTypes, wrapUnions: true });
  } catch (cause) {
    throw new ConnectorError('input.invalid', `could not parse the Avro schema ${what}: ${(cause as Error).message}`, { cause });
  }
}

/** A logical type that only decodes. */
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
    override _toValue(): undefined {
      return undefined;
    }
  };
}

/** Go's big.Rat as text: `157/50`, or `3` for a whole number. */
function decimalType(): new (schema: Schema, options?: object) => avro.types.LogicalType {
  return class extends avro.types.LogicalType {
    readonly #scale: bigint;
    constructor(schema: Schema, options?: object) {
      super(schema, options);
      this.#scale = BigInt((schema as { scale?: number }).scale ?? 0);
    }
    override _fromValue(value: Buffer): string {
      const unscaled = value.length === 0 ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString('hex')}`));
      const denominator = 10n ** this.#scale;
      const divisor = gcd(unscaled < 0n ? -unscaled : unscaled, denominator);
      return denominator === divisor ? String(unscaled / divisor) : `${unscaled / divisor}/${denominator / divisor}`;
    }
    override _toValue(): undefined {
      return undefined;
    }
  };
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** Go's time.RFC3339Nano in UTC: as many fractional digits as there are, none if there are none. */
function rfc3339(unixNs: bigint): string {
  const fraction = ((unixNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND;
  const seconds = Number((unixNs - fraction) / NS_PER_SECOND);
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime()))
    throw new ConnectorError('input.invalid', `expected an Avro time within 8.64e15 ms of 1970, got ${unixNs} ns`);
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
  return `${date.toISOString().slice(0, -5)}${digits}Z`;
}
