import { ConnectorError } from '../errors.ts';
import { configure, teardown, type Context, type Outcome } from './context.ts';
import { LineSplitter, lineError, type InputLine } from './input-lines.ts';
import { decodeAcks } from './messages.ts';
import { unless } from './patience.ts';
import type { DestinationPort } from './ports.ts';
import { Progress } from './progress.ts';
import { RecordBatch } from './record-batches.ts';
import { encodeRecordLine } from './record-line.ts';
import type { Settings } from './settings.ts';

/** `destination`: OpenCDC JSON lines from stdin, written to Kafka, acks counted. */
export async function destination(context: Context, settings: Settings): Promise<Outcome> {
  const port = context.connectors.destination({ log: context.log });
  const progress = new Progress(context.terminal);
  let failed = 0;
  let error: ConnectorError | undefined;
  try {
    await configure(context, 'destination', port, settings);
    await unless(context.stop, port.open());
    if (!context.stop.aborted) {
      const writer = new BatchWriter(port, {
        written: (count) => progress.add(count),
        rejected: (line, reason) => {
          failed++;
          context.log('error', `line ${line} was not written: ${reason}`);
        },
      });
      const bad = await readAll(context, writer);
      if (!(await context.patience.within(writer.settled(), 'drain')))
        context.log('warn', 'the last records were not answered in time; whether they were written is not known');
      error = bad;
      await context.patience.within(port.stop(), 'stop');
    }
  } finally {
    await teardown(context, 'destination', port);
    progress.finish('wrote');
  }
  if (error === undefined && failed > 0)
    error = new ConnectorError(
      'kafka.rejected',
      `${failed} of ${failed + progress.records} records were not written; the lines above say why`,
    );
  return { summary: progress.finish('wrote'), result: { records: progress.records, failed }, ...(error && { error }) };
}

/** Reads stdin to its end, a bad line or a stop. Returns what was wrong with the input; what came before is handed to the writer. */
async function readAll(context: Context, writer: BatchWriter): Promise<ConnectorError | undefined> {
  const splitter = new LineSplitter();
  const chunks = context.io.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>;
  try {
    for (;;) {
      const next = await unless(context.stop, chunks.next());
      if (next === undefined) return undefined;
      const lines =
        next.done === true ? splitter.end() : splitter.push(typeof next.value === 'string' ? Buffer.from(next.value) : next.value);
      for (const line of lines) await writer.add(encoded(line), line.number);
      if (next.done === true) return undefined;
      writer.noMoreForNow();
    }
  } catch (error) {
    const failure = ConnectorError.from(error, 'environment');
    if (failure.code === 'input.invalid') return failure;
    throw failure;
  }
}

function encoded(line: InputLine): Uint8Array {
  try {
    return encodeRecordLine(line.text);
  } catch (error) {
    throw error instanceof ConnectorError && error.code === 'input.invalid' ? lineError(line.number, error.message) : error;
  }
}

interface Listener {
  written(count: number): void;
  rejected(line: number, reason: string): void;
}

/** Writes one batch while the next one fills. Holds at most these two. */
class BatchWriter {
  readonly #port: DestinationPort;
  readonly #listener: Listener;
  #next = new RecordBatch();
  #writing: Promise<void> | null = null;
  #failure: ConnectorError | null = null;
  /** The input has nothing more at the moment, so a batch that is not full is written too. */
  #paused = false;

  constructor(port: DestinationPort, listener: Listener) {
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
    let written = 0;
    acks.forEach((ack, index) => {
      if (ack.error === '') written++;
      else this.#listener.rejected(batch.lines[index] ?? 0, ack.error);
    });
    this.#listener.written(written);
  }
}
