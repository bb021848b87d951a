import { crc32c as checksum } from '@platformatic/wasm-utils/bundled';

/** CRC-32C (Castagnoli) as Kafka's record batches carry it, unsigned. */
export function crc32c(data: Uint8Array): number {
  return checksum(data);
}
