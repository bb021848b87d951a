import protobuf from 'protobufjs/minimal.js';
import { ConnectorError } from '../base/errors.ts';

/** An empty message. */
export const EMPTY: Uint8Array = new Uint8Array(0);

const LENGTH_DELIMITED = 2;
const tag = (field: number): number => (field << 3) | LENGTH_DELIMITED;

/** `config.v1.Parameter.Type`. */
const PARAM_TYPE = { text: 1, int: 2, float: 3, boolean: 4, file: 5, duration: 6 };
/** `config.v1.Validation.Type`. */
const VALIDATION_TYPE = {
  required: 1,
  'greater-than': 2,
  'less-than': 3,
  inclusion: 4,
  exclusion: 5,
  regex: 6,
};

/**
 * What Conduit is told of a connector. The specification of the WIT has all of it: whether each of its types and validations has a number here is
 * checked by the compiler where one is encoded.
 */
interface SpecificationFields {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly version: string;
  readonly author: string;
  readonly sourceParams: readonly ParamFields[];
  readonly destinationParams: readonly ParamFields[];
}
interface ParamFields {
  readonly name: string;
  readonly description: string;
  readonly defaultValue: string;
  readonly kind: keyof typeof PARAM_TYPE;
  readonly validations: readonly ValidationFields[];
}
interface ValidationFields {
  readonly kind: keyof typeof VALIDATION_TYPE;
  readonly operand: string;
}

/** `connector.v2.Specifier.Specify.Response`. */
export function encodeSpecifyResponse(specification: SpecificationFields): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1)).fork();
  [specification.name, specification.summary, specification.description, specification.version, specification.author].forEach(
    (text, index) => {
      writer.uint32(tag(index + 1)).string(text);
    },
  );
  for (const param of specification.destinationParams) writeParam(writer, 6, param);
  for (const param of specification.sourceParams) writeParam(writer, 7, param);
  return writer.ldelim().finish();
}

function writeParam(writer: protobuf.Writer, field: number, param: ParamFields): void {
  writer.uint32(tag(field)).fork();
  writer.uint32(tag(1)).string(param.name);
  writer.uint32(tag(2)).fork();
  writer.uint32(tag(1)).string(param.defaultValue);
  writer.uint32(tag(2)).string(param.description);
  writer.uint32(3 << 3).int32(PARAM_TYPE[param.kind]);
  for (const validation of param.validations) writeValidation(writer, validation);
  writer.ldelim().ldelim();
}

function writeValidation(writer: protobuf.Writer, validation: ValidationFields): void {
  writer.uint32(tag(4)).fork();
  writer.uint32(1 << 3).int32(VALIDATION_TYPE[validation.kind]);
  writer.uint32(tag(2)).string(validation.operand);
  writer.ldelim();
}

/** `map<string, string>` in field `field`: the configuration in the requests of `Configure` and of the lifecycle events. */
export function decodeConfig(message: Uint8Array, field = 1): Record<string, string> {
  const config: Record<string, string> = Object.create(null) as Record<string, string>;
  eachField(message, (reader, number) => {
    if (number !== field) return false;
    let key = '';
    let value = '';
    eachField(reader.bytes(), (entry, part) => {
      if (part === 1) key = entry.string();
      else if (part === 2) value = entry.string();
      else return false;
      return true;
    });
    config[key] = value;
    return true;
  });
  return config;
}

/** The one `bytes` field of a message, number 1; empty if it is absent. */
export function decodeBytes(message: Uint8Array): Uint8Array {
  let bytes = EMPTY;
  eachField(message, (reader, number) => {
    if (number !== 1) return false;
    bytes = reader.bytes();
    return true;
  });
  return bytes;
}

/** A message with one `bytes` field, number 1. */
export function encodeBytes(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? EMPTY : protobuf.Writer.create().uint32(tag(1)).bytes(bytes).finish();
}

/** The one `string` field of a message, number 1; empty if it is absent. */
export function decodeString(message: Uint8Array): string {
  return Buffer.from(decodeBytes(message)).toString('utf8');
}

/** A message with one integer field, number 1. */
export function encodeInteger(value: number): Uint8Array {
  return protobuf.Writer.create()
    .uint32(1 << 3)
    .int32(value)
    .finish();
}

/** Calls `read` for every length-delimited field; `read` returns true if it has consumed the field. All other fields are skipped. */
function eachField(message: Uint8Array, read: (reader: protobuf.Reader, field: number) => boolean): void {
  const reader = protobuf.Reader.create(message);
  try {
    while (reader.pos < reader.len) {
      const key = reader.uint32();
      if ((key & 7) !== LENGTH_DELIMITED || !read(reader, key >>> 3)) reader.skipType(key & 7);
    }
  } catch (error) {
    throw new ConnectorError('input.invalid', 'expected a protobuf message, got bytes that do not decode as such', { cause: error });
  }
}
