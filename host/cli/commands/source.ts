import { ConnectorError } from '../../base/errors.ts';
import { parseBool } from '../../base/settings.ts';
import { Backlog } from './backlog.ts';
import { configure, teardown, type Context, type CommandReport } from './context.ts';
import { LineOutput } from '../lines/line-output.ts';
import { unless } from '../../base/wait.ts';
import { positionFrom } from './position.ts';
import { Progress } from '../terminal/progress.ts';
import { ReadingGroup, withGroup } from './reading-group.ts';
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
}

/**
 * `source`: prints records as OpenCDC JSON lines on stdout. The batches go through a destination of the same component whose producer is stdout, so the
 * bytes are those that a destination writes to Kafka.
 */
export async function source(context: Context, options: SourceOptions): Promise<CommandReport> {
  const output = new LineOutput(context.io.stdout);
  const group = new ReadingGroup({ positioned: options.position !== undefined });
  const isGroupNamed = Boolean(options.settings.groupID);
  const backlog = new Backlog({ follow: options.idleMs === null, live: context.terminal.showsProgress });
  const reading = context.connectors.source({
    log: context.log,
    capabilities: context.connectors.watched((kafka, parts) => group.watch(backlog.watch(kafka, parts), parts)),
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
    // A position names its own group.
    await configure(
      context,
      'source',
      reading,
      options.position === undefined ? withGroup(options.settings, sourceParams) : options.settings,
    );
    await configure(context, 'destination', printing, await printingSettings(context));
    await printing.open();
    await unless(context.stop, reading.open(options.position === undefined ? null : positionFrom(options.position)));
    if (!context.stop.aborted) {
      const done = await readInto(printing, context, reading, options, backlog, progress, PRINT_AHEAD);
      if (output.error !== null) throw output.error;
      if (done.failed !== null) failed = new ConnectorError('guest.failed', `a record cannot be printed: ${done.failed.error}`);
    }
  } catch (error) {
    // A reader such as `head` that closes stdout is no failure. Records that it did not take are not acknowledged.
    if (output.error?.code !== 'cancelled') throw output.error ?? error;
  } finally {
    await Promise.all([teardown(context, 'source', reading), teardown(context, 'output', printing)]);
    await context.budget.within(group.remove(), 'close');
    progress.finish('read');
  }
  if (
    progress.records === 0 &&
    failed === undefined &&
    output.error === null &&
    backlog.outOfRange.length === 0 &&
    !context.stop.aborted &&
    parseBool(options.settings.readFromBeginning ?? '') !== true
  ) {
    const start = 'a new group starts at the end of its topics, with readFromBeginning=true at their beginning';
    const why = isGroupNamed ? `group "${options.settings.groupID}" has read all of them, or it is new: ${start}` : start;
    if (options.position === undefined) context.log('warn', `no record was read: ${why}`);
  }
  // There is no summary if the reader has closed the output.
  const summary = output.error === null ? progress.finish('read') : '';
  return { summary, result: { records: progress.records }, ...(failed && { error: failed }) };
}

/** The settings of PRINTING that this component has. */
async function printingSettings(context: Context): Promise<Settings> {
  const known = new Set((await context.connectors.specify()).destinationParams.map((param) => param.name));
  return Object.fromEntries(Object.entries(PRINTING).filter(([name]) => known.has(name)));
}
