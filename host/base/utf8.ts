/* eslint no-restricted-globals: 'off' -- this is the one place */
const DECODER = new TextDecoder('utf-8', { fatal: true });

/** The first place where a text is not UTF-8, and the reason. It never quotes the text, which may be a secret. */
export interface Utf8Fault {
  /** From 1. */
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
  readonly reason: string;
}

/** Decodes UTF-8 and drops a byte order mark at the beginning. If the bytes are not UTF-8 it throws the error that `refused` makes of the fault. */
export function decodeUtf8(bytes: Uint8Array, refused: (fault: Utf8Fault) => Error): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw refused(firstFault(bytes));
  }
}

/** A fault in a whole file, for messages: `line 3, column 12: it is not UTF-8 (byte 0xfc)`. */
export function utf8Problem({ line, column, reason }: Utf8Fault): string {
  return `line ${line}, column ${column}: ${reason}`;
}

function firstFault(bytes: Uint8Array): Utf8Fault {
  let at = 0;
  let line = 1;
  let column = 1;
  // The tolerant decoder writes U+FFFD for a fault. A U+FFFD that is in the bytes (ef bf bd) is no fault.
  for (const character of new TextDecoder().decode(bytes)) {
    if (at === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
    if (character === '\ufffd' && !(bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd)) break;
    at += Buffer.byteLength(character);
    column++;
    if (character === '\n') [line, column] = [line + 1, 1];
  }
  // A byte order mark of UTF-16, which some Windows programs write.
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const byte = `0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
  return { line, column, reason: isUtf16 ? 'it is UTF-16, expected UTF-8' : `it is not UTF-8 (byte ${byte})` };
}
