import { ConnectorError } from '../../base/errors.ts';
import { unzigzag, VarintReader } from '../../base/varint.ts';
import type { RecordSet } from '../../kafka/contract.ts';

/** Calls `each` with the value of every record of a set (a view of the set), null for a null value. */
export function eachValue(set: RecordSet, each: (value: Uint8Array | null) => void): void {
  const cursor = new Cursor(set.records);
  for (let i = 0; i < set.count; i++) {
    const end = cursor.signed() + cursor.at;
    cursor.skip(1); // attributes
    cursor.signed(); // timestamp delta
    cursor.signed(); // offset delta
    cursor.sized(); // key
    each(cursor.sized());
    cursor.seek(end); // past the headers
  }
}

/** The offset of the last record of a set that is not empty. */
export function lastOffset(set: RecordSet): bigint {
  const cursor = new Cursor(set.records);
  for (let i = 1; i < set.count; i++) cursor.skip(cursor.signed());
  cursor.signed(); // length
  cursor.skip(1); // attributes
  cursor.signed(); // timestamp delta
  return set.baseOffset + BigInt(cursor.signed());
}

/** Reads the fields of Kafka's record encoding, magic 2. */
class Cursor extends VarintReader {
  signed(): number {
    const value = this.next();
    if (value < 0) throw corrupt();
    return unzigzag(value);
  }

  sized(): Uint8Array | null {
    const length = this.signed();
    if (length < 0) return null;
    const start = this.at;
    this.skip(length);
    return this.bytes.subarray(start, this.at);
  }

  skip(count: number): void {
    this.seek(this.at + count);
  }

  seek(position: number): void {
    if (position < this.at || position > this.bytes.length) throw corrupt();
    this.at = position;
  }
}

function corrupt(): ConnectorError {
  return new ConnectorError('guest.contract', 'the connector built a record set that cannot be read; this is a bug of the connector');
}
