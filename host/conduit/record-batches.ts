import { ConnectorError } from '../base/errors.ts';
import { eachFrame } from './frames.ts';

/** Tag of field 1, length-delimited: `records` of Source.Run.Response and Destination.Run.Request, `acks` of Destination.Run.Response. */
const ITEM_TAG = 0x0a;
const OPERATION_TAG = 0x10;
const METADATA_TAG = 0x1a;
const KEY_SUBJECT_SIZE = 'opencdc.key.schema.subject'.length;
const PAYLOAD_SUBJECT_SIZE = 'opencdc.payload.schema.subject'.length;
const LAST_OF_SUBJECT = 't'.charCodeAt(0);

function eachItem(batch: Uint8Array, visit: (body: number, end: number, start: number) => void): void {
  if (!eachFrame(batch, visit)) throw malformed();
}

/** The records of a batch, each as a view of its own content. */
export function recordsOf(batch: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  eachItem(batch, (body, end) => records.push(batch.subarray(body, end)));
  return records;
}

/** The batch as batches of at most `maxRecords`, as views. */
export function splitBatch(batch: Uint8Array, maxRecords: number): { bytes: Uint8Array; count: number }[] {
  const parts: { bytes: Uint8Array; count: number }[] = [];
  let from = 0;
  let count = 0;
  eachItem(batch, (_body, _end, start) => {
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

/**
 * False if no record carries schema metadata. Looks at the lengths of fields and of metadata keys and at nothing else, so that
 * records without a schema cost next to nothing; true may be a false alarm. What it cannot read it leaves to the component.
 */
export function mayHaveSchema(batch: Uint8Array): boolean {
  const end = batch.length;
  let at = 0;
  /** A varint of up to four bytes, all that a length here may have; -1: another one. */
  const length = (): number => {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = batch[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return -1;
  };
  while (at < end) {
    if (batch[at++] !== ITEM_TAG) return true; // a batch with unknown fields: let the decoder look
    const size = length();
    const recordEnd = at + size;
    if (size < 0 || recordEnd > end) return false;
    while (at < recordEnd) {
      const tag = batch[at++]!;
      if (tag === OPERATION_TAG) {
        at++;
        continue;
      }
      if ((tag & 7) !== 2) return true;
      const fieldSize = length();
      if (fieldSize < 0) return false;
      // An entry is its key's tag, length and content, and the value after that.
      if (tag === METADATA_TAG) {
        const keySize = batch[at + 1];
        if ((keySize === KEY_SUBJECT_SIZE || keySize === PAYLOAD_SUBJECT_SIZE) && batch[at + 1 + keySize] === LAST_OF_SUBJECT) return true;
      }
      at += fieldSize;
    }
    at = recordEnd;
  }
  return false;
}

function malformed(): ConnectorError {
  return new ConnectorError(
    'input.invalid',
    'expected a protobuf message with records, got bytes that end early or have an unknown wire type',
  );
}
