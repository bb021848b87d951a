import { ConnectorError } from '../../base/errors.ts';
import type { RecordSet } from '../../kafka/contract.ts';

/** Calls `each` with the value of every record of a set (a view of the set), null for a null value. */
export function eachValue(set: RecordSet, each: (value: Uint8Array | null) => void): void {
  const cursor = new Cursor(set.records);
  for (let i = 0; i < set.count; i++) {
    const end = cursor.varint() + cursor.position;
    cursor.skip(1); // attributes
    cursor.varint(); // timestamp delta
    cursor.varint(); // offset delta
    cursor.sized(); // key
    each(cursor.sized());
    cursor.seek(end); // past the headers
  }
}

/** The offset of the last record of a set that is not empty. */
export function lastOffset(set: RecordSet): bigint {
  const cursor = new Cursor(set.records);
  for (let i = 1; i < set.count; i++) cursor.skip(cursor.varint());
  cursor.varint(); // length
  cursor.skip(1); // attributes
  cursor.varint(); // timestamp delta
  return set.baseOffset + BigInt(cursor.varint());
}

/** Reads the fields of Kafka's record encoding, magic 2. */
class Cursor {
  readonly #bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A zigzag varint of up to 64 bits; as a number, for what is skipped or is a length. */
  varint(): number {
    let value = 0;
    for (let scale = 1, i = 0; i < 10; scale *= 128, i++) {
      const byte = this.#bytes[this.position++];
      if (byte === undefined) throw corrupt();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw corrupt();
  }

  sized(): Uint8Array | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.position;
    this.skip(length);
    return this.#bytes.subarray(start, this.position);
  }

  skip(count: number): void {
    this.seek(this.position + count);
  }

  seek(position: number): void {
    if (position < this.position || position > this.#bytes.length) throw corrupt();
    this.position = position;
  }
}

function corrupt(): ConnectorError {
  return new ConnectorError('guest.contract', 'the connector built a record set that cannot be read; this is a bug of the connector');
}
