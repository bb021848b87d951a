import { crc32c as checksum } from '@platformatic/wasm-utils/bundled';

/** The unsigned CRC-32C (Castagnoli) of Kafka's record batches. */
export function crc32c(data: Uint8Array): number {
  return checksum(data);
}
