import { ConnectorError } from '../../base/errors.ts';
import { LineWriter } from '../lines/line-writer.ts';
import { configure, teardown, type Context, type CommandReport } from './context.ts';
import { LINE_KINDS, lineEncoder, type LineFormat } from '../lines/input-format.ts';
import { LineSplitter, lineError } from '../lines/input-lines.ts';
import { SendOutcomes } from './send-outcomes.ts';
import { unless } from '../../base/wait.ts';
import { Progress } from '../terminal/progress.ts';
import type { Settings } from '../settings/settings.ts';

const RECORD_FORMAT = 'sdk.record.format';
/** What a terminal is read for. */
const LINES: Readonly<Record<LineFormat['format'], string>> = {
  opencdc: 'OpenCDC JSON lines',
  text: 'lines of text',
  'key-value': 'lines of key and value',
  json: 'lines of JSON',
};

/** `destination`: writes the lines of stdin to Kafka, and counts acks. */
export async function destination(context: Context, given: Settings, input: LineFormat): Promise<CommandReport> {
  const { connectors, log, io, budget } = context;
  const outcomes = new SendOutcomes();
  const connector = connectors.destination({ log, capabilities: connectors.watched((kafka) => outcomes.watch(kafka)) });
  const progress = new Progress(context.terminal);
  let failed = 0;
  let unanswered = 0;
  let unsent = 0;
  let error: ConnectorError | undefined;
  try {
    await configure(context, 'destination', connector, await settingsFor(input, given, context));
    await unless(context.stop, connector.open());
    if (!context.stop.aborted) {
      if (io.stdin.isTTY === true) log('warn', `reading ${LINES[input.format]} from the terminal; Ctrl-D ends them`);
      const writer = new LineWriter(connector, {
        written: (count) => progress.add(count),
        failed: (first, last, reason) => {
          failed += last - first + 1;
          log('error', `${linesText(first, last)}: ${reason}`);
        },
      });
      try {
        error = await readAll(context, writer, input);
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
async function readAll(context: Context, writer: LineWriter, input: LineFormat): Promise<ConnectorError | undefined> {
  const kind = LINE_KINDS[input.format];
  const splitter = new LineSplitter(kind);
  const encode = lineEncoder(input);
  const chunks = context.io.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>;
  try {
    for (;;) {
      const next = await unless(context.stop, chunks.next());
      if (next === undefined) return undefined;
      const lines =
        next.done === true ? splitter.end() : splitter.push(typeof next.value === 'string' ? Buffer.from(next.value) : next.value);
      for (const { text, number } of lines) await writer.add(numbered(encode, text, number, kind), number);
      if (next.done === true) return undefined;
      writer.pause();
    }
  } catch (error) {
    const failure = ConnectorError.from(error, 'environment');
    if (failure.code === 'input.invalid') return failure;
    throw failure;
  }
}

/** Encodes a line. Its error names the number of the line. */
function numbered(encode: (line: string) => Uint8Array, text: string, number: number, kind: string): Uint8Array {
  try {
    return encode(text);
  } catch (error) {
    throw error instanceof ConnectorError && error.code === 'input.invalid' ? lineError(number, kind, error.message) : error;
  }
}

/** Plain lines become values as they are, unless the settings say otherwise. Other components than Kafka's do not have this setting. */
async function settingsFor({ format }: LineFormat, given: Settings, { connectors }: Context): Promise<Settings> {
  if (format === 'opencdc' || given[RECORD_FORMAT]) return given;
  const hasFormat = (await connectors.specify()).destinationParams.some(({ name }) => name === RECORD_FORMAT);
  return hasFormat ? { ...given, [RECORD_FORMAT]: 'raw' } : given;
}
