/** The record batches of a fetched partition as record sets. */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { RecordSet } from '../contract.ts';
import kafkajs from '../kafkajs/kafkajs.ts';
import { MAX_UNCOMPRESSED_BYTES, openBatch, type FetchedBatch } from '../records/record-batch.ts';

/** A batch that cannot be read is fetched again this often before it is called damaged. */
const CORRUPT_TRIES = 3;

/** Either the records of one batch, or why the reading ends at it. */
export type ReadBatch = { records: RecordSet; lastOffset: bigint } | { failure: Error };

export class BatchReader {
  readonly #log: Log;
  /** Failed reads in a row, by partition. */
  readonly #corrupt = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Decompresses one batch at a time, when it is asked for: the others take no memory yet. After a failure nothing follows. The failure is to be
   * thrown to kafkajs: at its own kind of error it fetches again, and a ConnectorError `kafka.corrupt` is final.
   */
  *read(batches: Iterable<FetchedBatch>, partition: string): Generator<ReadBatch> {
    for (const batch of batches) {
      let records: RecordSet;
      try {
        records = openBatch(batch, MAX_UNCOMPRESSED_BYTES);
      } catch (error) {
        yield { failure: this.#failure(partition, ConnectorError.from(error, 'kafka.corrupt')) };
        return;
      }
      this.#corrupt.delete(partition);
      yield { records, lastOffset: batch.lastOffset };
    }
  }

  #failure(partition: string, error: ConnectorError): Error {
    const tries = (this.#corrupt.get(partition) ?? 0) + 1;
    this.#corrupt.set(partition, tries);
    this.#log('error', 'a record batch cannot be read', { partition, error: error.message, tries: String(tries) });
    const text = `partition ${partition}: ${error.message}`;
    return tries >= CORRUPT_TRIES ? new ConnectorError('kafka.corrupt', text) : new kafkajs.KafkaJSError(text);
  }
}
