const DECODER = new TextDecoder('utf-8', { fatal: true });

/** Where a text ceases to be UTF-8, and why. It never quotes the text. */
export interface Utf8Fault {
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  readonly reason: string;
}

/** The text of bytes that must be UTF-8, without a byte order mark at their beginning. Throws what `refused` makes of the fault. */
export function decodeUtf8(bytes: Uint8Array, refused: (fault: Utf8Fault) => Error): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw refused(firstFault(bytes));
  }
}

/** A fault of a whole file, for people: `line 3, column 12: it is not UTF-8 (byte 0xfc)`. */
export function utf8Problem({ line, column, reason }: Utf8Fault): string {
  return `line ${line}, column ${column}: ${reason}`;
}

function firstFault(bytes: Uint8Array): Utf8Fault {
  let at = 0;
  let line = 1;
  let column = 1;
  // A decoder that forgives puts U+FFFD where it finds a fault; one that the bytes hold stands for itself.
  for (const character of new TextDecoder().decode(bytes)) {
    if (at === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
    if (character === '\ufffd' && !(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) break;
    at += Buffer.byteLength(character);
    column++;
    if (character === '\n') [line, column] = [line + 1, 1];
  }
  // The byte order mark of UTF-16, as some Windows programs save text.
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const byte = `0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
  return { line, column, reason: isUtf16 ? 'it is UTF-16, expected UTF-8' : `it is not UTF-8 (byte ${byte})` };
}
