import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import * as tags from '../../../host/conduit/tags.ts';
import { protocol } from '../../support/protocol.ts';

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;

function tagOf(field: protobuf.Field): number {
  field.resolve();
  const isVarint = !field.map && (field.resolvedType instanceof protobuf.Enum || field.type === 'bool');
  return (field.id << 3) | (isVarint ? VARINT : field.type === 'double' ? FIXED_64 : LENGTH_DELIMITED);
}

test.each([
  ['opencdc.v1.Record', tags.RECORD],
  ['opencdc.v1.Change', tags.CHANGE],
  ['opencdc.v1.Data', tags.DATA],
  ['connector.v2.Destination.Run.Response.Ack', tags.ACK],
  ['google.protobuf.Struct', tags.STRUCT],
  ['google.protobuf.ListValue', tags.LIST_VALUE],
  ['google.protobuf.Value', Object.fromEntries(Object.entries(tags.VALUE).filter(([name]) => name !== 'integerValue'))],
])('the tags of %s are those of proto/', (type, written) => {
  const camelCase = (name: string): string => name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
  expect(written).toEqual(Object.fromEntries(protocol.lookupType(type).fieldsArray.map((field) => [camelCase(field.name), tagOf(field)])));
});

test('the field of our own is one that google.protobuf.Value does not have', () => {
  expect(protocol.lookupType('google.protobuf.Value').fieldsById[tags.VALUE.integerValue >>> 3]).toBeUndefined();
});
