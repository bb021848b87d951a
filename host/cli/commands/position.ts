/**
 * The bytes of a position as a user gives it: the position itself (JSON, or a bare group id of the first release), or the base64
 * form that a record's "position" has. Only base64 of a JSON position is decoded: a bare group id may look like base64 too.
 */
export function positionFrom(text: string): Uint8Array {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') && /^[A-Za-z0-9+/]+={0,2}$/.test(trimmed) && trimmed.length % 4 === 0) {
    const decoded = Buffer.from(trimmed, 'base64');
    if (decoded[0] === 0x7b) return decoded;
  }
  return Buffer.from(trimmed, 'utf8');
}
