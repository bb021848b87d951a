import { ConnectorError } from '../../base/errors.ts';
import { trimmedSettings } from '../../base/settings.ts';
import { Backlog } from './backlog.ts';
import { configure, paramsOf, teardown, type Context, type CommandReport } from './context.ts';
import { LoopGuard } from './loop-guard.ts';
import { unless } from '../../base/wait.ts';
import { SendOutcomes } from './send-outcomes.ts';
import { Progress } from '../terminal/progress.ts';
import { readInto, type ReadingOptions } from './reading.ts';
import type { Settings } from '../settings/settings.ts';

export interface PipeOptions extends ReadingOptions {
  source: Settings;
  destination: Settings;
}

/**
 * `pipe`: Kafka to Kafka without Conduit. A batch of the source is given to the destination as it is; a record is acknowledged when the
 * destination has it. The first record that cannot be written stops the pipe.
 */
export async function pipe(context: Context, options: PipeOptions): Promise<CommandReport> {
  const backlog = new Backlog({ follow: options.idleMs === null, live: context.terminal.showsProgress });
  const guard = new LoopGuard(await destinationTopic(context, options.destination));
  const { connectors, log } = context;
  const reading = connectors.source({
    log,
    capabilities: connectors.watched((kafka, parts) => guard.source(backlog.watch(kafka, parts), parts)),
  });
  const outcomes = new SendOutcomes();
  const writing = connectors.destination({
    log,
    capabilities: connectors.watched((kafka, parts) => outcomes.watch(guard.destination(kafka, parts))),
  });
  const progress = new Progress(context.terminal, () => backlog.lag);
  let error: ConnectorError | undefined;
  try {
    await configure(context, 'source', reading, options.source);
    await configure(context, 'destination', writing, options.destination);
    await unless(context.stop, writing.open());
    if (!context.stop.aborted) await unless(context.stop, reading.open(null));
    if (!context.stop.aborted) {
      const done = await readInto(writing, context, reading, options, backlog, progress);
      if (done.failed !== null) {
        const at = new TextDecoder().decode(done.failed.position);
        error = new ConnectorError(
          outcomes.unknown + outcomes.unsent > 0 ? 'kafka.timeout' : 'kafka.rejected',
          `the record at ${at}: ${done.failed.error}; it and what follows is not committed`,
          { fields: { position: at } },
        );
      }
      await context.patience.within(writing.stop(), 'stop');
    }
  } finally {
    await teardown(context, 'source', reading);
    await teardown(context, 'destination', writing);
    progress.finish('moved');
  }
  return { summary: progress.finish('moved'), result: { records: progress.records }, ...(error && { error }) };
}

/** The topic, or its template, that the destination writes to. */
async function destinationTopic({ connectors }: Context, settings: Settings): Promise<string> {
  const param = paramsOf(await connectors.specify(), 'destination').find(({ name }) => name === 'topic');
  return trimmedSettings(settings).topic || (param?.defaultValue ?? '');
}
