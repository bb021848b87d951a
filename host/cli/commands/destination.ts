import { ConnectorError } from '../../base/errors.ts';
import { LineWriter } from '../lines/line-writer.ts';
import { configure, teardown, type Context, type CommandReport } from './context.ts';
import { LineSplitter, lineError, type InputLine } from '../lines/input-lines.ts';
import { SendOutcomes } from './send-outcomes.ts';
import { unless } from '../../base/wait.ts';
import { Progress } from '../terminal/progress.ts';
import { encodeRecordLine } from '../../conduit/json-record.ts';
import type { Settings } from '../settings/settings.ts';

/** `destination`: writes OpenCDC JSON lines from stdin to Kafka, and counts acks. */
export async function destination(context: Context, settings: Settings): Promise<CommandReport> {
  const { connectors, log, io, budget } = context;
  const outcomes = new SendOutcomes();
  const connector = connectors.destination({ log, capabilities: connectors.watched((kafka) => outcomes.watch(kafka)) });
  const progress = new Progress(context.terminal);
  let failed = 0;
  let unanswered = 0;
  let unsent = 0;
  let error: ConnectorError | undefined;
  try {
    await configure(context, 'destination', connector, settings);
    await unless(context.stop, connector.open());
    if (!context.stop.aborted) {
      if (io.stdin.isTTY === true) log('warn', 'reading OpenCDC JSON lines from the terminal; Ctrl-D ends them');
      const writer = new LineWriter(connector, {
        written: (count) => progress.add(count),
        failed: (first, last, reason) => {
          failed += last - first + 1;
          log('error', `${linesText(first, last)}: ${reason}`);
        },
      });
      try {
        error = await readAll(context, writer);
        await budget.within(writer.settled(), 'drain');
      } catch (thrown) {
        error = ConnectorError.from(thrown);
      }
      const left = writer.unanswered;
      const level = context.stop.aborted && error === undefined ? 'warn' : 'error';
      if (left !== null) {
        unanswered = left.count;
        log(level, `${linesText(left.first, left.last)}: outcome unknown, perhaps written: the write did not end in time, or failed`);
      }
      const behind = writer.unsent;
      if (behind !== null) {
        unsent = behind.count;
        log(level, `${linesText(behind.first, behind.last)}: not written, because the write before did not end in time, or failed`);
      }
      await budget.within(connector.stop(), 'stop');
    }
  } finally {
    await teardown(context, 'destination', connector);
    progress.finish('wrote');
  }
  const unwritten = Math.max(0, failed - outcomes.unknown);
  const unknown = failed - unwritten + unanswered;
  const code = outcomes.code(unwritten > outcomes.unsent ? 'rejected' : 'timeout');
  if (failed > 0)
    error ??= new ConnectorError(code, failureText(unwritten + unsent, unknown, failed + unanswered + unsent + progress.records));
  const result = { records: progress.records, failed: failed + unanswered + unsent, unknown };
  return { summary: progress.finish('wrote'), result, ...(error && { error }) };
}

function linesText(first: number, last: number): string {
  return first === last ? `line ${first}` : `lines ${first} to ${last}`;
}

function failureText(unwritten: number, unknown: number, all: number): string {
  const parts: string[] = [];
  if (unwritten > 0) parts.push(`${unwritten} of ${all} records were not written`);
  if (unknown > 0) parts.push(`the outcome of ${unknown} of ${all} records is unknown`);
  return `${parts.join(', and ')}; see the errors above`;
}

/** Reads stdin to its end, to a bad line or to a stop. Returns the error of a bad line. The writer has got the lines before it. */
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
