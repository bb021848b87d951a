/**
 * Replaces kafkajs' decoding of fetched records, which makes an object of every record. Here every record batch becomes one message, and its records stay
 * bytes.
 */
import { controlKey, readBatches, type FetchedBatch } from '../records/record-batch.ts';

/** A whole record batch in the shape of one of kafkajs' messages, with the fields that kafkajs reads. */
export interface BatchMessage {
  /** Last offset of the batch: kafkajs resolves it, and compares it with the fetch position. */
  offset: string;
  isControlRecord: boolean;
  /** The key of a control batch; null for any other batch. */
  key: Buffer | null;
  value: null;
  batchContext: { producerId: string; inTransaction: boolean };
  batch: FetchedBatch;
}

/** The part of kafkajs' decoder that is used here. */
interface Decoder {
  readInt32(): number;
  canReadBytes(size: number): boolean;
  readBytes(size: number): Buffer;
}

/** Reads the records of one partition of a fetch response: their size, then the batches. */
export async function decodeMessages(decoder: Decoder): Promise<BatchMessage[]> {
  const size = decoder.readInt32();
  if (size <= 0 || !decoder.canReadBytes(size)) return [];
  return readBatches(decoder.readBytes(size)).map((batch) => ({
    offset: String(batch.lastOffset),
    isControlRecord: batch.control,
    key: controlKey(batch),
    value: null,
    batchContext: { producerId: String(batch.producerId), inTransaction: batch.transactional },
    batch,
  }));
}
