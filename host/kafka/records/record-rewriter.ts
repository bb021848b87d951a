import { varintBytes, writeVarint, zigzag } from '../../base/varint.ts';
import type { RecordCursor } from './record-set.ts';

/** Most bytes of a record's lengths and numbers. */
const OVERHEAD = 40;

/** Builds a records section of the records of another one with other keys and values. */
export class RecordRewriter {
  #bytes: Buffer;
  #at = 0;
  count = 0;

  /** `expectedBytes`: a guess of the size of the whole section. */
  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /** Appends the current record, whose value must have been read, with this key and value; null stays null. `offsetDelta`: default is the record's own. */
  append(cursor: RecordCursor, key: Uint8Array | null, value: Uint8Array | null, offsetDelta = cursor.offsetDelta): void {
    const { bytes, bodyStart, offsetDeltaStart, end, valueStart, valueLength } = cursor;
    const keyBytes = key === null ? -1 : key.length;
    const valueBytes = value === null ? -1 : value.length;
    const restStart = valueStart + Math.max(0, valueLength);
    const size =
      offsetDeltaStart -
      bodyStart +
      varintBytes(zigzag(offsetDelta)) +
      varintBytes(zigzag(keyBytes)) +
      Math.max(0, keyBytes) +
      varintBytes(zigzag(valueBytes)) +
      Math.max(0, valueBytes) +
      (end - restStart);
    this.#room(size + OVERHEAD);
    const target = this.#bytes;
    let at = writeVarint(target, this.#at, zigzag(size));
    for (let from = bodyStart; from < offsetDeltaStart; from++) target[at++] = bytes[from]!; // `!`: within the record; attributes and timestamp
    at = writeVarint(target, at, zigzag(offsetDelta));
    at = this.#put(writeVarint(target, at, zigzag(keyBytes)), key);
    at = this.#put(writeVarint(target, at, zigzag(valueBytes)), value);
    if (end - restStart === 1)
      target[at++] = bytes[restStart]!; // `!`: within the record; no headers
    else {
      target.set(bytes.subarray(restStart, end), at);
      at += end - restStart;
    }
    this.#at = at;
    this.count++;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #put(at: number, part: Uint8Array | null): number {
    if (part === null) return at;
    this.#bytes.set(part, at);
    return at + part.length;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
