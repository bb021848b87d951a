import { ConnectorError } from '../../base/errors.ts';
import { unless } from '../../base/wait.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Settings } from '../settings/settings.ts';
import { Progress } from '../terminal/progress.ts';
import { Backlog } from './backlog.ts';
import { configure, configureBoth, paramsOf, teardown, type CommandReport, type Context } from './context.ts';
import { LoopGuard } from './loop-guard.ts';
import { ReadingGroup, withGroup } from './reading-group.ts';
import { readInto, type ReadingOptions } from './reading.ts';
import { deadLetterError, deadLetterSettings, RefusedRecords, textOf, type OnError } from './refused-records.ts';
import { SendOutcomes } from './send-outcomes.ts';

export interface PipeOptions extends ReadingOptions {
  source: Settings;
  destination: Settings;
  onError: OnError;
}

/**
 * `pipe`: Kafka to Kafka without Conduit. The destination gets the batches of the source unchanged. A record is acknowledged when it is written, or when it
 * was refused and then skipped or written to the dead-letter topic. The first other record that is not written stops the pipe.
 */
export async function pipe(context: Context, options: PipeOptions): Promise<CommandReport> {
  const { connectors, log } = context;
  const { onError } = options;
  const backlog = new Backlog({ follow: options.idleMs === null, live: context.terminal.showsProgress });
  const { sourceParams, destinationParams } = await connectors.specify();
  const topic = await destinationTopic(context, options.destination);
  const deadLetterTopic = typeof onError === 'string' ? null : onError.topic;
  if (topic === deadLetterTopic) throw deadLetterError(topic);
  const guard = new LoopGuard(deadLetterTopic === null ? [topic] : [topic, deadLetterTopic]);
  const group = new ReadingGroup();
  const outcomes = new SendOutcomes();
  const reading = connectors.source({
    log,
    capabilities: connectors.watched((kafka, parts) => guard.source(group.watch(backlog.watch(kafka, parts), parts), parts)),
  });
  const writing = connectors.destination({
    log,
    capabilities: connectors.watched((kafka, parts) => outcomes.watch(guard.destination(kafka, parts))),
  });
  const deadLetters: Destination | null = deadLetterTopic === null ? null : connectors.destination({ log });
  const refused = new RefusedRecords({ onError, outcomes, deadLetters, log });
  const progress = new Progress(context.terminal, () => backlog.lag);
  let error: ConnectorError | undefined;
  let isDone = false;
  let kept: string | null = null;
  try {
    await configureBoth(
      () => configure(context, 'source', reading, withGroup(options.source, sourceParams)),
      () => configure(context, 'destination', writing, options.destination),
    );
    if (deadLetters !== null && deadLetterTopic !== null)
      await configure(context, 'destination', deadLetters, deadLetterSettings(options.destination, deadLetterTopic, destinationParams));
    await unless(context.stop, writing.open());
    if (!context.stop.aborted && deadLetters !== null) await unless(context.stop, deadLetters.open());
    if (!context.stop.aborted) await unless(context.stop, reading.open(null));
    if (!context.stop.aborted) {
      const done = await readInto(writing, context, reading, options, backlog, progress, undefined, refused.deal);
      if (done.failed !== null) {
        const at = textOf(done.failed.position);
        error = new ConnectorError(
          outcomes.code(outcomes.unknown + outcomes.unsent > 0 ? 'timeout' : 'rejected'),
          `the record at ${at}: ${done.failed.error}; this record and the ones after it are not committed`,
          { fields: { position: at } },
        );
      }
      await context.budget.within(writing.stop(), 'stop');
      isDone = error === undefined;
    }
  } finally {
    await teardown(context, 'source', reading);
    // After a failure its commits are the place to go on from.
    const removal = group.remove({ keepsCommits: !isDone }).then((name) => (kept = name));
    await context.budget.within(removal, 'close');
    if (kept !== null && error === undefined) log('warn', goingOn(kept));
    await Promise.all([teardown(context, 'destination', writing), deadLetters && teardown(context, 'destination', deadLetters)]);
    progress.finish('moved');
  }
  if (error !== undefined && kept !== null)
    error = new ConnectorError(error.code, `${error.message}; ${goingOn(kept)}`, { fields: error.fields });
  const result = { records: progress.records, ...(onError !== 'stop' && { refused: refused.count }) };
  return { summary: progress.finish('moved') + refused.summary, result, ...(error && { error }) };
}

function goingOn(group: string): string {
  return `a pipe with groupID=${group} in its source settings goes on there`;
}

/** The topic of the destination, or its template. */
async function destinationTopic({ connectors }: Context, settings: Settings): Promise<string> {
  const param = paramsOf(await connectors.specify(), 'destination').find(({ name }) => name === 'topic');
  return settings.topic || (param?.defaultValue ?? '');
}
