import { VarintReader } from '../base/varint.ts';
import { FRAME_TAG } from './frames.ts';
import { RECORD } from './tags.ts';

const KEY_SUBJECT_BYTES = 'opencdc.key.schema.subject'.length;
const PAYLOAD_SUBJECT_BYTES = 'opencdc.payload.schema.subject'.length;
const LAST_OF_SUBJECT = 't'.charCodeAt(0);
const LENGTH_DELIMITED = 2;

/**
 * False if no record of the batch carries schema metadata; true may be a false alarm. It looks only at lengths and at one letter of a key, so that
 * records without a schema cost next to nothing. False also for a malformed batch: the component reports that.
 */
export function mayHaveSchema(batch: Uint8Array): boolean {
  const reader = new VarintReader(batch);
  while (reader.at < batch.length) {
    if (batch[reader.at++] !== FRAME_TAG) return true; // the batch has unknown fields: the decoder must look
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
      // An entry begins with tag, length and content of its key; the value follows.
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
