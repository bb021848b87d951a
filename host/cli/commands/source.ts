import { ConnectorError } from '../../base/errors.ts';
import { parseBool } from '../../base/settings.ts';
import { Backlog } from './backlog.ts';
import { configure, teardown, type Context, type CommandReport } from './context.ts';
import type { Format } from '../format/format.ts';
import { RecordPrinter } from '../format/record-printer.ts';
import { LineOutput } from '../lines/line-output.ts';
import { unless } from '../../base/wait.ts';
import { GrouplessReading, type AskedRange } from './groupless-reading.ts';
import { positionFrom } from './position.ts';
import { Progress } from '../terminal/progress.ts';
import { withGroup } from './reading-group.ts';
import { readInto, type ReadingOptions } from './reading.ts';
import type { Settings } from '../settings/settings.ts';
import { withKafka } from '../../capability/index.ts';
import { PRINTING, stdoutKafka } from '../lines/stdout-kafka.ts';

/** Batches that wait to be printed. More would be read again if the reader of stdout never takes them. */
const PRINT_AHEAD = { requests: 2 };
/** The longest time of a timer: a reader such as `less` may pause for any time. */
const PATIENT = { writeMs: 2 ** 31 - 1 };

export interface SourceOptions extends ReadingOptions {
  settings: Settings;
  position?: string | undefined;
  /** Set: read this range, without a consumer group. */
  range?: AskedRange | undefined;
  /** What is printed of a record. `json`: the OpenCDC JSON that the component writes. */
  format: Format | 'json';
}

/**
 * `source`: prints records on stdout. For OpenCDC JSON lines the batches go through a destination of the same component whose producer is stdout, so the
 * bytes are those that a destination writes to Kafka.
 */
export async function source(context: Context, options: SourceOptions): Promise<CommandReport> {
  const output = new LineOutput(context.io.stdout);
  const { settings, position, range, format } = options;
  if (range !== undefined) checkRange(options);
  const isGroupNamed = Boolean(settings.groupID);
  // With a position the commits of its group are only read, so that it begins behind the position whatever they are.
  const groupless = isGroupNamed && position === undefined ? null : new GrouplessReading({ ...range, positioned: position !== undefined });
  const backlog = new Backlog({
    follow: options.idleMs === null,
    live: context.terminal.showsProgress,
    ...(groupless && { ends: groupless.ends }),
  });
  const reading = context.connectors.source({
    log: context.log,
    capabilities: context.connectors.watched((kafka, parts) => backlog.watch(groupless?.watch(kafka, parts) ?? kafka, parts)),
  });
  const printing = context.connectors.destination({
    log: context.log,
    capabilities: withKafka(() => stdoutKafka(output)),
    limits: PATIENT,
  });
  const progress = new Progress(context.terminal, () => backlog.lag);
  let failed: ConnectorError | undefined;
  try {
    const { sourceParams } = await context.connectors.specify();
    // A position names its own group. Without one the positions of the records name a group that nobody joins.
    await configure(context, 'source', reading, position === undefined ? withGroup(settings, sourceParams) : settings);
    if (format === 'json') {
      await configure(context, 'destination', printing, await printingSettings(context));
      await printing.open();
    }
    await unless(context.stop, reading.open(position === undefined ? null : positionFrom(position)));
    if (range !== undefined && groupless?.isUsed === false && !context.stop.aborted) throw notForKafka();
    if (!context.stop.aborted) {
      const printer = format === 'json' ? printing : new RecordPrinter(output, format);
      const done = await readInto(printer, context, reading, options, backlog, progress, PRINT_AHEAD);
      if (output.error !== null) throw output.error;
      if (done.failed !== null) failed = new ConnectorError('guest.failed', `a record cannot be printed: ${done.failed.error}`);
    }
  } catch (error) {
    // A reader such as `head` that closes stdout is no failure. Records that it did not take are not acknowledged.
    if (output.error?.code !== 'cancelled') throw output.error ?? error;
  } finally {
    await Promise.all([teardown(context, 'source', reading), teardown(context, 'output', printing)]);
    progress.finish('read');
  }
  if (
    progress.records === 0 &&
    failed === undefined &&
    output.error === null &&
    backlog.outOfRange.length === 0 &&
    !context.stop.aborted &&
    parseBool(settings.readFromBeginning ?? '') !== true
  ) {
    if (position === undefined) context.log('warn', `no record was read: ${whyNone(settings, range)}`);
  }
  // There is no summary if the reader has closed the output.
  const summary = output.error === null ? progress.finish('read') : '';
  return { summary, result: { records: progress.records }, ...(failed && { error: failed }) };
}

/** Refuses what contradicts a range. */
export function checkRange({ settings, position, range }: Pick<SourceOptions, 'settings' | 'position' | 'range'>): void {
  const refuse = (what: string): never => {
    throw new ConnectorError(
      'config.invalid',
      `--from, --last, --until and --partition read without a consumer group: leave out ${what}, or these options`,
    );
  };
  if (settings.groupID) refuse('the setting groupID');
  const start = ['readFromBeginning', 'startOffsets', 'startTimestamp'].find((name) => settings[name]);
  if (start !== undefined && range?.from !== undefined)
    throw new ConnectorError(
      'config.invalid',
      `--from and --last say where reading begins, and so does ${start}: leave out the setting ${start}, or the option`,
    );
  if (position !== undefined) refuse('--position');
}

function notForKafka(): ConnectorError {
  return new ConnectorError(
    'config.invalid',
    '--from, --last, --until and --partition are for topics of Kafka, and this connector reads none',
  );
}

function whyNone({ groupID }: Settings, range: AskedRange | undefined): string {
  const start = 'starts at the end of its topics, with readFromBeginning=true at their beginning';
  if (groupID) return `group "${groupID}" has read all of them, or it is new: a new group ${start}`;
  return range?.from === undefined ? `reading without a group ${start}` : 'there is none in the range that was asked for';
}

/** The settings of PRINTING that this component has. */
async function printingSettings(context: Context): Promise<Settings> {
  const known = new Set((await context.connectors.specify()).destinationParams.map((param) => param.name));
  return Object.fromEntries(Object.entries(PRINTING).filter(([name]) => known.has(name)));
}
