/** Kafka's fixed-width encoding: big endian, strings with an int16 length, bytes and arrays with an int32 length. */

/**
 * Reads bytes that another client wrote. A read beyond the end returns 0, '' or [] and sets `failed`. Once `failed` is set, all values that were read
 * must be ignored.
 */
export class ByteReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** The number of bytes that are not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  int8(): number {
    return this.#take(1) ? this.#view.getInt8(this.#at - 1) : 0;
  }

  int16(): number {
    return this.#take(2) ? this.#view.getInt16(this.#at - 2) : 0;
  }

  int32(): number {
    return this.#take(4) ? this.#view.getInt32(this.#at - 4) : 0;
  }

  /** Null is read as ''. */
  string(): string {
    const length = Math.max(0, this.int16());
    return this.#take(length) ? decoder.decode(this.#bytes.subarray(this.#at - length, this.#at)) : '';
  }

  /** A view, not a copy. Null is read as empty bytes. */
  bytes(): Uint8Array {
    const length = Math.max(0, this.int32());
    return this.#take(length) ? this.#bytes.subarray(this.#at - length, this.#at) : new Uint8Array(0);
  }

  /** Null is read as an empty array. `item` must read at least one byte. */
  array<T>(item: () => T): T[] {
    const items: T[] = [];
    for (let count = Math.max(0, this.int32()); count > 0 && !this.#failed; count--) items.push(item());
    return items;
  }

  #take(length: number): boolean {
    this.#failed ||= length > this.left;
    if (!this.#failed) this.#at += length;
    return !this.#failed;
  }
}

// eslint-disable-next-line no-restricted-globals -- a text that is not UTF-8 is no topic's name, so it matches none
const decoder = new TextDecoder();

export class ByteWriter {
  readonly #parts: Buffer[] = [];

  int8(value: number): void {
    this.#parts.push(Buffer.from([value]));
  }

  int16(value: number): void {
    const part = Buffer.alloc(2);
    part.writeInt16BE(value);
    this.#parts.push(part);
  }

  int32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    this.#parts.push(part);
  }

  /** Writes at most 32767 bytes of UTF-8; topic and group names are much shorter. */
  string(text: string): void {
    const part = Buffer.from(text);
    this.int16(part.length);
    this.#parts.push(part);
  }

  bytes(value: Uint8Array): void {
    this.int32(value.length);
    this.#parts.push(Buffer.from(value));
  }

  array<T>(items: readonly T[], item: (value: T) => void): void {
    this.int32(items.length);
    items.forEach(item);
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
