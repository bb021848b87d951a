import { encodeAcks } from '../../conduit/acks.ts';
import type { Destination } from '../../connector/destination.ts';
import { WriteQueue, type QueueListener } from '../../sdk/index.ts';
import type { LineOutput } from '../lines/line-output.ts';
import type { Format } from './format.ts';
import { printedRecords } from './printed-record.ts';

/** Prints the records of a source, and acknowledges those that standard output has taken. */
export class RecordPrinter implements Pick<Destination, 'queue'> {
  readonly #output: LineOutput;
  readonly #format: Format;

  constructor(output: LineOutput, format: Format) {
    this.#output = output;
    this.#format = format;
  }

  queue(listener: QueueListener): WriteQueue {
    return new WriteQueue({ ...listener, write: (batch) => this.#write(batch), collecting: {} });
  }

  async #write(batch: Uint8Array): Promise<Uint8Array> {
    const records = printedRecords(batch);
    const parts = records.map((record) => this.#format(record)).map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
    await this.#output.write(Buffer.concat(parts));
    return encodeAcks(records.map(({ position }) => position));
  }
}
