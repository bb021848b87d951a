/** Tag of a length-delimited field 1, and the length as a varint: what stands before each element of Conduit's stream messages. */
export function fieldHeader(length: number): Uint8Array {
  const header = [0x0a];
  for (; length > 0x7f; length >>>= 7) header.push((length & 0x7f) | 0x80);
  header.push(length);
  return Uint8Array.from(header);
}
