/** Encoded records that wait to be written, with the numbers of their lines, as one `connector.v2.Destination.Run.Request`. */
export class RecordBatch {
  readonly #parts: Uint8Array[] = [];
  readonly lines: number[] = [];
  #bytes = 0;

  add(record: Uint8Array, line: number): void {
    const header = fieldHeader(record.length);
    this.#parts.push(header, record);
    this.lines.push(line);
    this.#bytes += header.length + record.length;
  }

  get full(): boolean {
    return this.lines.length >= MAX_RECORDS || this.#bytes >= MAX_BYTES;
  }

  get empty(): boolean {
    return this.lines.length === 0;
  }

  toBytes(): Uint8Array {
    return Buffer.concat(this.#parts, this.#bytes);
  }
}

const MAX_RECORDS = 1000;
const MAX_BYTES = 1024 * 1024;

/** Tag of `repeated Record records = 1` and the length as a varint. */
function fieldHeader(length: number): Uint8Array {
  const header = [0x0a];
  for (; length > 0x7f; length >>>= 7) header.push((length & 0x7f) | 0x80);
  header.push(length);
  return Uint8Array.from(header);
}
