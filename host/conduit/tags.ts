/**
 * Tags (field number and wire type) of the messages that the host reads or writes by hand: `opencdc.v1`, `connector.v2` acks and
 * `google.protobuf.Struct`. A test holds them to `proto/`.
 */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const tag = (field: number, wireType: number = LENGTH_DELIMITED): number => (field << 3) | wireType;

/** `opencdc.v1.Record`. */
export const RECORD = { position: tag(1), operation: tag(2, VARINT), metadata: tag(3), key: tag(4), payload: tag(5) } as const;
/** `opencdc.v1.Change`. */
export const CHANGE = { before: tag(1), after: tag(2) } as const;
/** `opencdc.v1.Data`. */
export const DATA = { rawData: tag(1), structuredData: tag(2) } as const;
/** An entry of a map, as protobuf writes it. */
export const ENTRY = { key: tag(1), value: tag(2) } as const;
/** `connector.v2.Destination.Run.Response.Ack`. */
export const ACK = { position: tag(1), error: tag(2) } as const;
/** `google.protobuf.Struct` and `ListValue`. */
export const STRUCT = { fields: tag(1) } as const;
export const LIST_VALUE = { values: tag(1) } as const;
/** `google.protobuf.Value`, and one field of our own. */
export const VALUE = {
  nullValue: tag(1, VARINT),
  numberValue: tag(2, FIXED_64),
  stringValue: tag(3),
  boolValue: tag(4, VARINT),
  structValue: tag(5),
  listValue: tag(6),
  /**
   * Our own field: an integer that a 64-bit float cannot hold. The component prints all its digits, as Go does. A reader that does not know the
   * field would see a Value without a kind, so it must never leave this process.
   */
  integerValue: tag(15, VARINT),
} as const;
