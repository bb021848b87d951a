import { ConnectorError } from '../errors.ts';

/** Tag of field 1, length-delimited: `records` of Source.Run.Response and Destination.Run.Request, `acks` of Destination.Run.Response. */
const ITEM_TAG = 0x0a;
const SCHEMA_KEY = Buffer.from('.schema.subject', 'latin1');

/**
 * Visits each field-1 item of a batch without decoding it: `start` is the offset of its tag, `body` that of its content.
 * Fields that a newer Conduit may add are passed over.
 */
function eachItem(batch: Uint8Array, visit: (start: number, body: number, end: number) => void): void {
  let offset = 0;
  while (offset < batch.length) {
    const start = offset;
    const tag = varint(batch, offset);
    offset = tag.end;
    let end: number;
    switch (tag.value & 7) {
      case 0:
        end = varint(batch, offset).end;
        break;
      case 1:
        end = offset + 8;
        break;
      case 2: {
        const length = varint(batch, offset);
        offset = length.end;
        end = offset + length.value;
        break;
      }
      case 5:
        end = offset + 4;
        break;
      default:
        throw malformed();
    }
    if (end > batch.length) throw malformed();
    if (tag.value === ITEM_TAG) visit(start, offset, end);
    offset = end;
  }
}

/** How many records, or acks, a batch holds. */
export function countRecords(batch: Uint8Array): number {
  let count = 0;
  eachItem(batch, () => count++);
  return count;
}

/** The records of a batch, each as a view of its own content. */
export function recordsOf(batch: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  eachItem(batch, (_, body, end) => records.push(batch.subarray(body, end)));
  return records;
}

/** The batch as batches of at most `maxRecords`, as views. */
export function splitBatch(batch: Uint8Array, maxRecords: number): { bytes: Uint8Array; count: number }[] {
  const parts: { bytes: Uint8Array; count: number }[] = [];
  let from = 0;
  let count = 0;
  eachItem(batch, (start) => {
    if (count === maxRecords) {
      parts.push({ bytes: batch.subarray(from, start), count });
      from = start;
      count = 0;
    }
    count++;
  });
  if (count > 0) parts.push({ bytes: batch.subarray(from), count });
  return parts;
}

/** One batch of several: protobuf messages whose only field is repeated concatenate. */
export function joinBatches(batches: readonly Uint8Array[]): Uint8Array {
  return batches.length === 1 ? batches[0]! : Buffer.concat(batches);
}

/** False if no record can carry schema metadata; true may be a false alarm. One pass over the bytes, nothing decoded. */
export function mayHaveSchema(batch: Uint8Array): boolean {
  return Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength).includes(SCHEMA_KEY);
}

function varint(bytes: Uint8Array, offset: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[offset++];
    if (byte === undefined) throw malformed();
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: offset };
    scale *= 128;
  }
  throw malformed();
}

function malformed(): ConnectorError {
  return new ConnectorError(
    'input.invalid',
    'expected a protobuf message with records, got bytes that end early or have an unknown wire type',
  );
}
