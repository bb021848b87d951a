/**
 * The bytes of a position that a user gives. It is the position itself (JSON, or a bare group id of the first release), or base64 as in a record's
 * "position". Base64 is decoded only if it contains JSON, because a bare group id may look like base64.
 */
export function positionFrom(text: string): Uint8Array {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') && /^[A-Za-z0-9+/]+={0,2}$/.test(trimmed) && trimmed.length % 4 === 0) {
    const decoded = Buffer.from(trimmed, 'base64');
    if (decoded[0] === 0x7b) return decoded;
  }
  return Buffer.from(trimmed, 'utf8');
}
