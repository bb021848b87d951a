import type { Backlog } from './backlog.ts';
import type { Context } from './context.ts';
import { ReadEnd } from './end-of-read.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Source } from '../../connector/source.ts';
import type { QueueRoom } from '../../sdk/write-queue.ts';
import type { Progress } from '../terminal/progress.ts';
import { transfer, type TransferOptions, type Transferred } from './transfer.ts';

export interface ReadingOptions {
  /** Most records that are read. */
  limit?: number | undefined;
  /** Longest time without progress. Undefined: the default. Null: wait for new records until stopped. */
  idleMs: number | null | undefined;
}

const MAX_BATCH_RECORDS = 1000;

/** Moves the records of an open source to a destination until the end of reading, the limit or a stop, and counts them. */
export async function readInto(
  destination: Pick<Destination, 'queue'>,
  context: Context,
  source: Source,
  options: ReadingOptions,
  backlog: Backlog,
  progress: Progress,
  readAhead?: QueueRoom,
  failures?: TransferOptions['failures'],
): Promise<Transferred> {
  const end = new ReadEnd(options.idleMs, backlog);
  end.begin();
  const done = await transfer(source, {
    destination,
    readAhead,
    failures,
    limit: options.limit,
    ended: () => end.ended(),
    stop: context.stop,
    budget: context.budget,
    // A read needs no more records than the limit.
    credit: options.limit === undefined ? {} : { maxRecords: Math.min(options.limit, MAX_BATCH_RECORDS) },
    taken: (count) => {
      end.progress();
      backlog.received(count);
    },
    written: (count) => {
      end.progress();
      progress.add(count);
    },
  });
  if (!done.drained) context.log('warn', 'the last records were not written in time; the next run reads them again');
  const atLimit = options.limit !== undefined && done.records >= options.limit;
  if (!atLimit && !context.stop.aborted && done.failed === null) tellOutOfRange(context, backlog);
  return done;
}

/** Logs the partitions that did not begin at the offset at which the group resumes. Called when reading has come to its end. */
function tellOutOfRange({ log }: Context, backlog: Backlog): void {
  for (const { topic, partition, expected, earliest, end } of backlog.outOfRange) {
    log('error', 'offset out of range: the partition does not have the offset at which the group resumes, and no record of it was read', {
      topic,
      partition,
      expectedOffset: String(expected),
      earliestOffset: String(earliest),
      endOffset: String(end),
    });
  }
}
