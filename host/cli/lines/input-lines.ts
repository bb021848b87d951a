import { ConnectorError } from '../../base/errors.ts';
import { decodeUtf8 } from '../../base/utf8.ts';

/** Longest line. It is bounded because a line is held in memory several times. The line of the largest record that a source reads fits. */
export const MAX_LINE_BYTES = 144 * 1024 * 1024;
const LF = 0x0a;

export interface InputLine {
  /** From 1. */
  number: number;
  text: string;
}

/** Cuts chunks of bytes into lines. Blank lines are skipped, but counted. */
export class LineSplitter {
  readonly #kind: string;
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #number = 0;

  /** `kind`: what a line should be, for errors. */
  constructor(kind: string) {
    this.#kind = kind;
  }

  /** The lines that end in this chunk. Throws `input.invalid` for a line that is too long or not UTF-8. */
  *push(chunk: Uint8Array): Generator<InputLine> {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      yield* this.#line();
    }
    this.#keep(chunk.subarray(start));
  }

  /** The last line, if it has no newline at its end. */
  *end(): Generator<InputLine> {
    if (this.#restBytes > 0) yield* this.#line();
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#rest.push(part);
    this.#restBytes += part.length;
    if (this.#restBytes > MAX_LINE_BYTES) throw lineError(this.#number + 1, this.#kind, `it is longer than ${MAX_LINE_BYTES} bytes`);
  }

  *#line(): Generator<InputLine> {
    this.#number++;
    const [first] = this.#rest;
    const bytes = this.#rest.length === 1 && first !== undefined ? first : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    const text = decodeUtf8(bytes, ({ column, reason }) => lineError(this.#number, this.#kind, `column ${column}: ${reason}`));
    if (text.trim() !== '') yield { number: this.#number, text };
  }
}

/** An error about one line of the input. */
export function lineError(number: number, kind: string, reason: string): ConnectorError {
  return new ConnectorError('input.invalid', `line ${number} is not ${kind}: ${reason}`, { fields: { line: String(number) } });
}
