import { ConnectorError } from '../../base/errors.ts';

/** Confluent's wire format: a zero byte, the identifier of the schema (4 bytes, big endian), the data. */
export const HEADER_BYTES = 5;
const MAGIC = 0;

export function isFramed(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && bytes[0] === MAGIC;
}

/** The identifier of the schema; null if the bytes are not in the format. */
export function schemaIdOf(bytes: Uint8Array): number | null {
  if (!isFramed(bytes)) return null;
  return ((bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!) >>> 0; // `!`: within the header
}

export function notFramed(bytes: Uint8Array): ConnectorError {
  const got = bytes.length < HEADER_BYTES ? `${bytes.length} bytes` : `a first byte 0x${bytes[0]!.toString(16).padStart(2, '0')}`; // `!`: there are five
  return new ConnectorError(
    'schema.mismatch',
    `expected the wire format of Confluent's serializers (a zero byte and the schema's identifier), got ${got}`,
  );
}

/** The header for data of this schema. */
export function headerOf(id: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(id, 1);
  return header;
}
