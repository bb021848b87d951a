import { ConnectorError } from '../../base/errors.ts';
import { LineWriter } from '../lines/line-writer.ts';
import { configure, teardown, type Context, type CommandReport } from './context.ts';
import { LineSplitter, lineError, type InputLine } from '../lines/input-lines.ts';
import { unless } from '../../base/wait.ts';
import { Progress } from '../terminal/progress.ts';
import { encodeRecordLine } from '../../conduit/json-record.ts';
import type { Settings } from '../settings/settings.ts';

/** `destination`: OpenCDC JSON lines from stdin, written to Kafka, acks counted. */
export async function destination(context: Context, settings: Settings): Promise<CommandReport> {
  const connector = context.connectors.destination({ log: context.log });
  const progress = new Progress(context.terminal);
  let failed = 0;
  let error: ConnectorError | undefined;
  try {
    await configure(context, 'destination', connector, settings);
    await unless(context.stop, connector.open());
    if (!context.stop.aborted) {
      if (context.io.stdin.isTTY === true) context.log('warn', 'reading OpenCDC JSON lines from the terminal; Ctrl-D ends them');
      const writer = new LineWriter(connector, {
        written: (count) => progress.add(count),
        rejected: (first, last, reason) => {
          failed += last - first + 1;
          const lines = first === last ? `line ${first} was` : `lines ${first} to ${last} were`;
          context.log('error', `${lines} not written: ${reason}`);
        },
      });
      const bad = await readAll(context, writer);
      if (!(await context.patience.within(writer.settled(), 'drain')))
        context.log('warn', 'the last records were not answered in time; whether they were written is not known');
      error = bad;
      await context.patience.within(connector.stop(), 'stop');
    }
  } finally {
    await teardown(context, 'destination', connector);
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
async function readAll(context: Context, writer: LineWriter): Promise<ConnectorError | undefined> {
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
      writer.pause();
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
