import avro, { type Schema, type Type } from 'avsc';
import { ConnectorError } from '../errors.ts';

const NS_PER_MS = 1_000_000n;
const NS_PER_US = 1000n;
const NS_PER_SECOND = 1_000_000_000n;
const NS_PER_DAY = 86_400n * NS_PER_SECOND;

/** Longs as bigint: avsc's own are doubles and lose the digits above 2^53. */
const long = avro.types.LongType.__with(
  {
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: (value: number) => BigInt(value),
    toJSON: (value: bigint) => Number(value),
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
  },
  false,
);

/** Logical types that the Go SDK's decoder knows; any other one is its underlying type, there and here. */
const logicalTypes = {
  date: logical('int', (value) => rfc3339(integer(value) * NS_PER_DAY)),
  'time-millis': logical('int', (value) => integer(value) * NS_PER_MS),
  'time-micros': logical('long', (value) => integer(value) * NS_PER_US),
  'timestamp-millis': logical('long', (value) => rfc3339(integer(value) * NS_PER_MS)),
  'timestamp-micros': logical('long', (value) => rfc3339(integer(value) * NS_PER_US)),
  'local-timestamp-millis': logical('long', (value) => rfc3339(integer(value) * NS_PER_MS)),
  'local-timestamp-micros': logical('long', (value) => rfc3339(integer(value) * NS_PER_US)),
  decimal: decimalType(),
};

/** A schema ready to decode with; every union value comes wrapped in the name of its branch. */
export function parseAvro(text: string, what: string): Type {
  try {
    // Defaults play no part in decoding, and avsc would check them against our logical types.
    const schema = JSON.parse(text, (key, value: unknown) => (key === 'default' ? undefined : value)) as Schema;
    return avro.Type.forSchema(schema, { registry: { long }, logicalTypes, wrapUnions: true });
  } catch (cause) {
    throw new ConnectorError('input.invalid', `could not parse the Avro schema ${what}: ${(cause as Error).message}`, { cause });
  }
}

function integer(value: unknown): bigint {
  return BigInt(value as number | bigint);
}

/** A logical type that is only ever decoded. */
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
