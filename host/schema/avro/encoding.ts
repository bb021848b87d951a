import type { Type } from 'avsc';
import { ConnectorError } from '../../base/errors.ts';
import type { StructValue } from '../../conduit/struct-reader.ts';
import { longName } from './codec.ts';
import { NS_PER_DAY, NS_PER_MS, NS_PER_US, unixNsOf } from './times.ts';

/** Turns structured data into what avsc encodes. The texts for times, decimals and bytes are those that decoding writes (`values.ts`). */
type Convert = (value: StructValue | undefined, path: string) => unknown;

interface Field {
  readonly name: string;
  readonly type: Type;
  defaultValue(): unknown;
}
interface Parts {
  readonly typeName: string;
  readonly fields: readonly Field[];
  readonly itemsType: Type;
  readonly valuesType: Type;
  readonly types: readonly (Type & { readonly branchName: string })[];
  readonly symbols: readonly string[];
  readonly size: number;
  readonly underlyingType: Type;
  readonly scale: number;
}

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;
const INTEGER = /^-?\d{1,19}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Go's big.Rat, or a decimal number. */
const FRACTION = /^(-?\d+)(?:\.(\d+)|\/(\d+))?$/;

/** Makes the function that turns data into avsc's value of the type. It throws ConnectorError `schema.mismatch` with the path of what does not fit. */
export function converterOf(type: Type): (value: StructValue) => unknown {
  const convert = compile(type, new Map());
  return (value) => convert(value, '');
}

function compile(type: Type, known: Map<Type, Convert>): Convert {
  const made = known.get(type);
  if (made !== undefined) return made;
  // A recursive type finds this one while it is being made.
  let convert: Convert = () => undefined;
  known.set(type, (value, path) => convert(value, path));
  convert = make(type, (inner) => compile(inner, known));
  return convert;
}

function make(type: Type, compiled: (type: Type) => Convert): Convert {
  const { typeName, itemsType, valuesType, symbols, size, scale } = type as unknown as Parts;
  const long = longName(type);
  if (long !== undefined) return (value, path) => longOf(long, value, path);
  switch (typeName) {
    case 'null':
      return (value, path) => (value === null || value === undefined ? null : mismatch(path, 'null', value));
    case 'boolean':
      return (value, path) => (typeof value === 'boolean' ? value : mismatch(path, 'a boolean', value));
    case 'int':
      return (value, path) => intOf(value, path);
    case 'float':
    case 'double':
      return (value, path) => (typeof value === 'number' ? value : mismatch(path, 'a number', value));
    case 'string':
      return (value, path) => (typeof value === 'string' ? value : mismatch(path, 'a text', value));
    case 'enum':
      return (value, path) =>
        typeof value === 'string' && symbols.includes(value) ? value : mismatch(path, `one of ${symbols.join(', ')}`, value);
    case 'bytes':
      return (value, path) => bytesOf(value, path);
    case 'fixed':
      return (value, path) => fixedOf(value, size, path);
    case 'array': {
      const item = compiled(itemsType);
      return (value, path) => (Array.isArray(value) ? value.map((one, i) => item(one, `${path}[${i}]`)) : mismatch(path, 'a list', value));
    }
    case 'map': {
      const item = compiled(valuesType);
      return (value, path) => {
        if (!(value instanceof Map)) return mismatch(path, 'an object', value);
        const map = Object.create(null) as Record<string, unknown>;
        for (const [key, one] of value) map[key] = item(one, `${path}.${key}`);
        return map;
      };
    }
    case 'record':
    case 'error':
      return recordOf((type as unknown as Parts).fields, compiled);
    case 'union:wrapped':
      return unionOf((type as unknown as Parts).types, compiled);
    case 'logical:date':
      return (value, path) => (typeof value === 'string' ? Number(nsOf(value, path) / NS_PER_DAY) : intOf(value, path));
    case 'logical:time-millis':
      return (value, path) => intOf(Number(integerOf(value, path) / NS_PER_MS), path);
    case 'logical:decimal':
      return (value, path) => decimalOf(value, scale, path, (type as unknown as Parts).underlyingType);
    default:
      throw new ConnectorError('internal', `Avro type ${typeName} is not known here`);
  }
}

function recordOf(fields: readonly Field[], compiled: (type: Type) => Convert): Convert {
  const converts = fields.map(({ name, type, ...field }, i) => ({
    name,
    convert: compiled(type),
    hasDefault: defaultOf(fields[i]!) !== undefined,
    field,
  }));
  const names = new Set(fields.map(({ name }) => name));
  return (value, path) => {
    if (!(value instanceof Map)) return mismatch(path, 'an object', value);
    const record = Object.create(null) as Record<string, unknown>;
    let found = 0;
    for (const { name, convert, hasDefault } of converts) {
      const one = value.get(name);
      if (one !== undefined) found++;
      else if (hasDefault) continue; // avsc writes the default
      record[name] = convert(one, path === '' ? name : `${path}.${name}`);
    }
    if (found !== value.size) {
      const extra = [...value.keys()].find((key) => !names.has(key)) ?? '';
      throw new ConnectorError('schema.mismatch', `${where(path === '' ? extra : `${path}.${extra}`)} is no field of the schema`);
    }
    return record;
  };
}

function defaultOf(field: Field): unknown {
  return field.defaultValue();
}

/** The value may be in the name of its branch, as decoding writes it. Else the first branch that it fits is taken. */
function unionOf(types: Parts['types'], compiled: (type: Type) => Convert): Convert {
  const branches = types.map((type) => ({ name: type.branchName, convert: compiled(type), isNull: type.typeName === 'null' }));
  const hasNull = branches.some(({ isNull }) => isNull);
  const others = branches.filter(({ isNull }) => !isNull);
  return (value, path) => {
    if (value === null || value === undefined)
      return hasNull ? null : mismatch(path, `one of ${others.map(({ name }) => name).join(', ')}`, value);
    if (others.length === 1) return { [others[0]!.name]: others[0]!.convert(value, path) }; // `!`: there is one
    if (value instanceof Map && value.size === 1) {
      const [[name, content]] = [...value] as [[string, StructValue]];
      const branch = others.find((one) => one.name === name);
      if (branch !== undefined) return { [name]: branch.convert(content, path) };
    }
    for (const { name, convert } of others) {
      try {
        return { [name]: convert(value, path) };
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
      }
    }
    return mismatch(path, `one of ${branches.map(({ name }) => name).join(', ')}`, value);
  };
}

function intOf(value: StructValue | undefined, path: string): number {
  return typeof value === 'number' && (value | 0) === value ? value : mismatch(path, 'an integer of 32 bits', value);
}

function integerOf(value: StructValue | undefined, path: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && INTEGER.test(value)) {
    const integer = BigInt(value);
    if (integer >= MIN_LONG && integer <= MAX_LONG) return integer;
  }
  return mismatch(path, 'an integer of 64 bits, which as a number must be exact (up to 2^53)', value);
}

function longOf(name: string, value: StructValue | undefined, path: string): bigint | number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && name !== 'long.time_micros') return value;
  if (name === 'long') return integerOf(value, path);
  if (name === 'long.time_micros') return integerOf(value, path) / NS_PER_US;
  if (typeof value === 'string' && INTEGER.test(value)) return integerOf(value, path);
  return nsOf(value, path) / (name.endsWith('millis') ? NS_PER_MS : NS_PER_US);
}

function nsOf(value: StructValue | undefined, path: string): bigint {
  return (typeof value === 'string' ? unixNsOf(value) : null) ?? mismatch(path, 'a time such as 2026-01-02T03:04:05Z', value);
}

function bytesOf(value: StructValue | undefined, path: string): Buffer {
  return typeof value === 'string' && BASE64.test(value) ? Buffer.from(value, 'base64') : mismatch(path, 'base64', value);
}

function fixedOf(value: StructValue | undefined, size: number, path: string): Buffer {
  const bytes = Array.isArray(value)
    ? Buffer.from(value.map((one) => (typeof one === 'number' && one === (one & 255) ? one : mismatch(path, 'bytes', value))))
    : bytesOf(value, path);
  return bytes.length === size ? bytes : mismatch(path, `${size} bytes`, value);
}

function decimalOf(value: StructValue | undefined, scale: number, path: string, underlying: Type): Buffer {
  const match = typeof value === 'string' || typeof value === 'number' ? FRACTION.exec(String(value)) : null;
  if (match === null) return mismatch(path, 'a decimal such as 3.14 or 157/50', value);
  const [, whole = '', fraction = '', denominator = '1'] = match;
  const divisor = BigInt(denominator) * 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * 10n ** BigInt(scale);
  if (divisor === 0n || scaled % divisor !== 0n) return mismatch(path, `a decimal with at most ${scale} digits behind the point`, value);
  const unscaled = scaled / divisor;
  const { typeName, size } = underlying as unknown as Parts;
  return twosComplement(unscaled, typeName === 'fixed' ? size : null) ?? mismatch(path, `a decimal that fits into ${size} bytes`, value);
}

/** Big endian, in `size` bytes or as few as it takes; null if it does not fit. */
function twosComplement(value: bigint, size: number | null): Buffer | null {
  let bytes = size ?? 1;
  if (size === null) while (BigInt.asIntN(bytes * 8, value) !== value) bytes++;
  if (BigInt.asIntN(bytes * 8, value) !== value) return null;
  return Buffer.from(
    BigInt.asUintN(bytes * 8, value)
      .toString(16)
      .padStart(bytes * 2, '0'),
    'hex',
  );
}

function where(path: string): string {
  return path === '' ? 'the data' : `"${path}"`;
}

/** The value is named by its kind only: it may be a secret of somebody. */
function mismatch(path: string, expected: string, value: StructValue | undefined): never {
  throw new ConnectorError('schema.mismatch', `${where(path)} is ${kindOf(value)}, the schema expects ${expected}`);
}

function kindOf(value: StructValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Map) return 'an object';
  return typeof value === 'number'
    ? Number.isInteger(value)
      ? 'an integer'
      : 'a number'
    : typeof value === 'string'
      ? 'a text'
      : 'a boolean';
}
