import { ConnectorError } from '../errors.ts';
import { Backlog } from './backlog.ts';
import { configure, teardown, type Context, type Outcome } from './context.ts';
import { IdleEnd } from './ending.ts';
import { unless } from './patience.ts';
import { Progress } from './progress.ts';
import type { Settings } from './settings.ts';
import { transfer } from './transfer.ts';

export interface PipeOptions {
  source: Settings;
  destination: Settings;
  limit?: number | undefined;
  /** Null: wait for new records until stopped. */
  idleMs: number | null;
}

/**
 * `pipe`: Kafka to Kafka without Conduit. A batch of the source is given to the destination as it is; a record is acknowledged when the
 * destination has it. The first record that cannot be written stops the pipe.
 */
export async function pipe(context: Context, options: PipeOptions): Promise<Outcome> {
  const backlog = new Backlog({ follow: options.idleMs === null, live: context.terminal.showsProgress });
  const reading = context.connectors.source({ log: context.log, capabilities: context.connectors.watched(backlog) });
  const writing = context.connectors.destination({ log: context.log });
  const progress = new Progress(context.terminal, () => backlog.lag);
  let error: ConnectorError | undefined;
  try {
    await configure(context, 'source', reading, options.source);
    await configure(context, 'destination', writing, options.destination);
    await unless(context.stop, writing.open());
    if (!context.stop.aborted) await unless(context.stop, reading.open(null));
    if (!context.stop.aborted) {
      const end = new IdleEnd(options.idleMs);
      end.begin();
      const done = await transfer(reading, {
        write: (batch) => writing.write(batch),
        limit: options.limit,
        ended: () => end.ended || (options.idleMs !== null && backlog.reached),
        stop: context.stop,
        patience: context.patience,
        credit: options.limit === undefined ? {} : { maxRecords: Math.min(options.limit, 1000) },
        written: (count) => {
          end.restart();
          backlog.received(count);
          progress.add(count);
        },
      });
      if (done.failed !== null) {
        const at = new TextDecoder().decode(done.failed.position);
        error = new ConnectorError(
          'kafka.rejected',
          `the record at ${at} was not written: ${done.failed.error}; it and what follows is not committed`,
          { fields: { position: at } },
        );
      }
      if (!done.drained) context.log('warn', 'the last records were not answered in time; they come again next time');
      await context.patience.within(writing.stop(), 'stop');
    }
  } finally {
    await teardown(context, 'source', reading);
    await teardown(context, 'destination', writing);
    progress.finish('moved');
  }
  return { summary: progress.finish('moved'), result: { records: progress.records }, ...(error && { error }) };
}
