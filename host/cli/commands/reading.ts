import type { Backlog } from './backlog.ts';
import type { Context } from './context.ts';
import { ReadEnd } from './end-of-read.ts';
import type { Destination } from '../../connector/destination.ts';
import type { Source } from '../../connector/source.ts';
import type { QueueRoom } from '../../sdk/write-queue.ts';
import type { Progress } from '../terminal/progress.ts';
import { transfer, type TransferOptions, type Transferred } from './transfer.ts';

export interface ReadingOptions {
  /** At most so many records. */
  limit?: number | undefined;
  /** Longest time without progress; undefined: the default; null waits for new records until stopped. */
  idleMs: number | null | undefined;
}

const MAX_BATCH_RECORDS = 1000;

/** Moves the records of an open source to a destination until its end, its limit or a stop, and keeps count. */
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
    patience: context.patience,
    // With a small limit there is no need to fetch more than that.
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
  if (!done.drained) context.log('warn', 'the last records were not taken in time; they come again next time');
  const atLimit = options.limit !== undefined && done.records >= options.limit;
  if (!atLimit && !context.stop.aborted && done.failed === null) tellOutOfRange(context, backlog);
  return done;
}

/** Reading has come to its end by itself: says where it did not begin at the offset to go on from. */
function tellOutOfRange({ log }: Context, backlog: Backlog): void {
  for (const { topic, partition, expected, earliest, end } of backlog.outOfRange) {
    log('error', 'offset out of range: the partition does not hold the offset to go on from, and no record came of it', {
      topic,
      partition,
      expectedOffset: String(expected),
      earliestOffset: String(earliest),
      endOffset: String(end),
    });
  }
}
