import { ConnectorError } from '../../base/errors.ts';
import { decodeAcks, type Ack } from '../../conduit/acks.ts';
import type { DestinationPort } from '../ports.ts';
import { RecordBatch } from '../../conduit/record-collector.ts';

export interface BatchListener {
  written(count: number): void;
  /** Lines that follow each other and failed for the same reason. */
  rejected(first: number, last: number, reason: string): void;
}

/** Writes one batch while the next one fills. Holds at most these two. */
export class BatchWriter {
  readonly #port: DestinationPort;
  readonly #listener: BatchListener;
  #next = new RecordBatch();
  #writing: Promise<void> | null = null;
  #failure: ConnectorError | null = null;
  /** The input has nothing more at the moment, so a batch that is not full is written too. */
  #paused = false;

  constructor(port: DestinationPort, listener: BatchListener) {
    this.#port = port;
    this.#listener = listener;
  }

  /** Resolves when there is room for another record. Rejects when a write failed as a whole. */
  async add(record: Uint8Array, line: number): Promise<void> {
    while (this.#next.full && this.#writing !== null) await this.#writing;
    if (this.#failure !== null) throw this.#failure;
    this.#paused = false;
    if (this.#next.full) this.#start();
    this.#next.add(record, line);
  }

  /** The input pauses: what is there need not wait for more. */
  noMoreForNow(): void {
    this.#paused = true;
    if (this.#writing === null && this.#failure === null && !this.#next.empty) this.#start();
  }

  async settled(): Promise<void> {
    this.noMoreForNow();
    while (this.#writing !== null) await this.#writing;
    if (this.#failure !== null) throw this.#failure;
  }

  #start(): void {
    const batch = this.#next;
    this.#next = new RecordBatch();
    this.#writing = this.#write(batch)
      .catch((error: unknown) => {
        this.#failure = ConnectorError.from(error);
      })
      .then(() => {
        this.#writing = null;
        if (this.#paused) this.noMoreForNow();
      });
  }

  async #write(batch: RecordBatch): Promise<void> {
    const acks = decodeAcks(await this.#port.write(batch.toBytes()));
    if (acks.length !== batch.lines.length) {
      throw new ConnectorError(
        'guest.contract',
        `the destination answered ${acks.length} acks for ${batch.lines.length} records; this is a bug of the connector`,
      );
    }
    this.#listener.written(acks.filter((ack) => ack.error === '').length);
    for (const { first, last, reason } of rejections(acks, batch.lines)) this.#listener.rejected(first, last, reason);
  }
}

interface Rejection {
  first: number;
  last: number;
  reason: string;
}

/** A broker that is gone fails every record: one message for all of them. */
function rejections(acks: readonly Ack[], lines: readonly number[]): Rejection[] {
  const found: Rejection[] = [];
  acks.forEach(({ error }, index) => {
    if (error === '') return;
    const line = lines[index] ?? 0;
    const previous = found.at(-1);
    if (previous?.last === line - 1 && previous.reason === error) previous.last = line;
    else found.push({ first: line, last: line, reason: error });
  });
  return found;
}
