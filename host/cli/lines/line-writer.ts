import { ConnectorError } from '../../base/errors.ts';
import { decodeAcks, type Ack } from '../../conduit/acks.ts';
import { frameHeader } from '../../conduit/stream-message.ts';
import type { Destination } from '../../connector/destination.ts';
import type { WriteQueue } from '../../sdk/write-queue.ts';

export interface LineListener {
  written(count: number): void;
  /** Consecutive lines failed for the same reason: they were refused, or their outcome is unknown. */
  failed(first: number, last: number, reason: string): void;
}

export interface Lines {
  /** Line numbers. Lines between them may be blank, and are not counted. */
  first: number;
  last: number;
  count: number;
}

/** The most records and bytes of one write. */
const MAX_RECORDS = 1000;
const MAX_BYTES = 1024 * 1024;

/** Writes the records of lines, and reports the outcome of each line. It holds at most two writes: one that runs and one that fills. */
export class LineWriter {
  readonly #queue: WriteQueue;
  readonly #listener: LineListener;
  readonly #maxRecords: number;
  /** Numbers of the lines that are not acknowledged, oldest first. */
  #lines: number[] = [];
  /** Framed records that wait to become a request. */
  #parts: Uint8Array[] = [];
  #records = 0;
  #bytes = 0;
  #failure: ConnectorError | null = null;
  #room: PromiseWithResolvers<void> | null = null;

  constructor(destination: Pick<Destination, 'queue'>, listener: LineListener) {
    this.#listener = listener;
    this.#queue = destination.queue({
      acks: (response) => this.#tell(decodeAcks(response)),
      failed: (error) => {
        this.#failure = ConnectorError.from(error);
        this.#setRoom();
      },
      full: (isFull) => {
        if (isFull) this.#room = Promise.withResolvers();
        else this.#setRoom();
      },
      room: { requests: 1 },
    });
    this.#maxRecords = Math.min(MAX_RECORDS, this.#queue.requestRecords);
  }

  /** Resolves when there is room for the next record. Rejects when a write failed as a whole. */
  async add(record: Uint8Array, line: number): Promise<void> {
    await this.#room?.promise;
    if (this.#failure !== null) throw this.#failure;
    this.#lines.push(line);
    const header = frameHeader(record.length);
    this.#parts.push(header, record);
    this.#records++;
    this.#bytes += header.length + record.length;
    if (this.#records >= this.#maxRecords || this.#bytes >= MAX_BYTES) this.pause();
  }

  /** Must be called when the input has no more lines at the moment: the lines that wait are written now. */
  pause(): void {
    if (this.#records === 0) return;
    const request = { bytes: Buffer.concat(this.#parts, this.#bytes), count: this.#records };
    this.#parts = [];
    this.#records = 0;
    this.#bytes = 0;
    this.#queue.push(request);
  }

  /** The lines of a write that was begun and not acknowledged; null if there are none. */
  get unanswered(): Lines | null {
    return linesOf(this.#lines.slice(0, this.#queue.unanswered));
  }

  /** The lines that no write contains yet; null if there are none. */
  get unsent(): Lines | null {
    return linesOf(this.#lines.slice(this.#queue.unanswered));
  }

  /** Resolves when all lines are written. Rejects when a write failed as a whole. */
  async settled(): Promise<void> {
    this.pause();
    await this.#queue.flush();
    if (this.#failure !== null) throw this.#failure;
  }

  #setRoom(): void {
    this.#room?.resolve();
    this.#room = null;
  }

  #tell(acks: readonly Ack[]): undefined {
    const lines = this.#lines.splice(0, acks.length);
    this.#listener.written(acks.filter((ack) => ack.error === '').length);
    for (const { first, last, reason } of runsOfFailures(acks, lines)) this.#listener.failed(first, last, reason);
  }
}

function linesOf(numbers: readonly number[]): Lines | null {
  const [first] = numbers;
  return first === undefined ? null : { first, last: numbers.at(-1) ?? first, count: numbers.length };
}

interface FailedLines {
  first: number;
  last: number;
  reason: string;
}

/** Joins consecutive lines with the same error: if a broker is down, every record fails, and one message is enough. */
function runsOfFailures(acks: readonly Ack[], lines: readonly number[]): FailedLines[] {
  const found: FailedLines[] = [];
  acks.forEach(({ error }, index) => {
    if (error === '') return;
    const line = lines[index] ?? 0;
    const previous = found.at(-1);
    if (previous?.last === line - 1 && previous.reason === error) previous.last = line;
    else found.push({ first: line, last: line, reason: error });
  });
  return found;
}
