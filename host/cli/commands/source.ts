import { ConnectorError } from '../../base/errors.ts';
import { parseBool } from '../../base/settings.ts';
import { Backlog } from './backlog.ts';
import { configure, teardown, type Context, type CommandReport } from './context.ts';
import { LineOutput } from '../lines/line-output.ts';
import { unless } from '../../base/wait.ts';
import { positionFrom } from './position.ts';
import { Progress } from '../terminal/progress.ts';
import { readInto, type ReadingOptions } from './reading.ts';
import type { Settings } from '../settings/settings.ts';
import { withKafka } from '../../capability/index.ts';
import { PRINTING, stdoutKafka } from '../lines/stdout-kafka.ts';

/** A reader may pause as long as it likes (`less`); the longest that a timer can wait. */
const PRINT_AHEAD = { requests: 2 }; // a reader that pauses needs no more, and what it never takes comes again
const PATIENT = { writeMs: 2 ** 31 - 1 };

export interface SourceOptions extends ReadingOptions {
  settings: Settings;
  position?: string | undefined;
}

/**
 * `source`: records as OpenCDC JSON lines on stdout. A batch of the source goes through a destination of the same component whose
 * producer is stdout, so the bytes are those that a destination writes to Kafka.
 */
export async function source(context: Context, options: SourceOptions): Promise<CommandReport> {
  const output = new LineOutput(context.io.stdout);
  const backlog = new Backlog({ follow: options.idleMs === null, live: context.terminal.showsProgress });
  const reading = context.connectors.source({
    log: context.log,
    capabilities: context.connectors.watched((...from) => backlog.watch(...from)),
  });
  const printing = context.connectors.destination({
    log: context.log,
    capabilities: withKafka(() => stdoutKafka(output)),
    limits: PATIENT,
  });
  const progress = new Progress(context.terminal, () => backlog.lag);
  let failed: ConnectorError | undefined;
  try {
    await configure(context, 'source', reading, options.settings);
    await configure(context, 'destination', printing, await printingSettings(context));
    await printing.open();
    await unless(context.stop, reading.open(options.position === undefined ? null : positionFrom(options.position)));
    if (!context.stop.aborted) {
      const done = await readInto(printing, context, reading, options, backlog, progress, PRINT_AHEAD);
      if (output.error !== null) throw output.error;
      if (done.failed !== null) failed = new ConnectorError('guest.failed', `a record cannot be printed: ${done.failed.error}`);
    }
  } catch (error) {
    // `head` has seen enough: not a failure, and what it did not take is not acknowledged.
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
    parseBool(options.settings.readFromBeginning ?? '') !== true
  ) {
    context.log('warn', 'no record came; a new group starts at the end of its topics, readFromBeginning=true starts it at their beginning');
  }
  // Who closed the output has what they wanted, and a terminal that shows it needs no more words.
  const summary = output.error === null ? progress.finish('read') : '';
  return { summary, result: { records: progress.records }, ...(failed && { error: failed }) };
}

/** Of PRINTING, what this version of the component knows. */
async function printingSettings(context: Context): Promise<Settings> {
  const known = new Set((await context.connectors.specify()).destinationParams.map((param) => param.name));
  return Object.fromEntries(Object.entries(PRINTING).filter(([name]) => known.has(name)));
}
