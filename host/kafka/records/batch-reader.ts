/** A batch of kafkajs, on either records path, as record sets. */
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { RecordSet } from '../../runtime/contract.ts';
import kafkajs, { MAX_UNCOMPRESSED_BYTES, type EachBatchPayload } from '../kafkajs/kafkajs.ts';
import type { RawMessage } from '../kafkajs/raw-records.ts';
import { openBatch } from './record-batch.ts';
import { packMessages } from './stock-records.ts';

/** A batch that cannot be read is fetched again this often before it is called damaged. */
const CORRUPT_TRIES = 3;

export interface ReadSets {
  sets: RecordSet[];
  /** Offset to resolve when the sets are handed out. */
  last: string;
  /** Why nothing follows: to be thrown. kafkajs fetches again after its own kind of error. */
  failure?: Error;
}

export class BatchReader {
  readonly #log: Log;
  /** Failed reads in a row, by partition. */
  readonly #corrupt = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Uncompresses one record batch at a time, so that the rest takes no memory yet. */
  *recordSets({ messages }: EachBatchPayload['batch'], partition: string): Generator<ReadSets> {
    if (messages.length === 0) return;
    if (!('batch' in messages[0]!)) {
      yield { sets: packMessages(messages), last: messages[messages.length - 1]!.offset };
      return;
    }
    for (const { batch, offset } of messages as unknown as RawMessage[]) {
      let set: RecordSet;
      try {
        set = openBatch(batch, MAX_UNCOMPRESSED_BYTES);
      } catch (error) {
        yield { sets: [], last: offset, failure: this.#failure(partition, ConnectorError.from(error, 'kafka.corrupt')) };
        return;
      }
      this.#corrupt.delete(partition);
      yield { sets: [set], last: offset };
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
