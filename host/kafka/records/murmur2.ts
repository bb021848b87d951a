/** The murmur2 of Kafka's Java client over `length` bytes from `start`, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array, start: number, length: number): number {
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  let at = start;
  // `!`: the caller's `length` bytes are there, and the loop keeps to them.
  for (let words = length >> 2; words > 0; words--, at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    hash = Math.imul(hash, m) ^ k;
  }
  const rest = length & 3;
  if (rest === 3) hash ^= bytes[at + 2]! << 16;
  if (rest >= 2) hash ^= bytes[at + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, m);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}

/** The partition that Java's client, librdkafka (murmur2) and franz-go choose for a key. */
export function partitionOf(bytes: Uint8Array, start: number, length: number, partitions: number): number {
  return (murmur2(bytes, start, length) & 0x7fffffff) % partitions;
}
