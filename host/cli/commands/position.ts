/**
 * The bytes of a position that a user gives. It is the position itself (JSON, or a bare group id of the first release), or base64 as in a record's
 * "position". Base64 is decoded only if it contains JSON, because a bare group id may look like base64.
 */
export function positionFrom(text: string): Uint8Array {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) {
    const decoded = Buffer.from(trimmed, 'base64');
    // Node skips what is not base64. What it decodes must be the base64 of the result.
    if (decoded[0] === 0x7b && decoded.toString('base64') === trimmed) return decoded;
  }
  return Buffer.from(trimmed, 'utf8');
}
