import { VarintReader } from '../base/varint.ts';
import { FRAME_TAG } from './frames.ts';
import { RECORD } from './tags.ts';

const KEY_SUBJECT_BYTES = 'opencdc.key.schema.subject'.length;
const PAYLOAD_SUBJECT_BYTES = 'opencdc.payload.schema.subject'.length;
const LAST_OF_SUBJECT = 't'.charCodeAt(0);
const LENGTH_DELIMITED = 2;

/**
 * False if no record of the batch carries schema metadata. Looks at the lengths of fields and of metadata keys and at nothing else, so that
 * records without a schema cost next to nothing; true may be a false alarm. What it cannot read it leaves to the component.
 */
export function mayHaveSchema(batch: Uint8Array): boolean {
  const reader = new VarintReader(batch);
  while (reader.at < batch.length) {
    if (batch[reader.at++] !== FRAME_TAG) return true; // a batch with unknown fields: let the decoder look
    const recordBytes = reader.next();
    const recordEnd = reader.at + recordBytes;
    if (recordBytes < 0 || recordEnd > batch.length) return false;
    while (reader.at < recordEnd) {
      const tag = batch[reader.at++]!;
      if (tag === RECORD.operation) {
        reader.at++;
        continue;
      }
      if ((tag & 7) !== LENGTH_DELIMITED) return true;
      const fieldBytes = reader.next();
      if (fieldBytes < 0) return false;
      // An entry is its key's tag, length and content, and the value after that.
      if (tag === RECORD.metadata) {
        const keyBytes = batch[reader.at + 1];
        const mayBeSubject = keyBytes === KEY_SUBJECT_BYTES || keyBytes === PAYLOAD_SUBJECT_BYTES;
        if (mayBeSubject && batch[reader.at + 1 + keyBytes] === LAST_OF_SUBJECT) return true;
      }
      reader.at += fieldBytes;
    }
    reader.at = recordEnd;
  }
  return false;
}
