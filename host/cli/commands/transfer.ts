import { ConnectorError } from '../../base/errors.ts';
import type { Batch, Credit } from '../../runtime/contract.ts';
import { decodeAcks, encodeAckRequest, firstRecords, type Ack } from '../../conduit/acks.ts';
import { unless } from '../../base/wait.ts';
import type { Patience } from './shutdown-budget.ts';
import type { SourcePort } from '../ports.ts';

/** Batches that wait while one is written: enough to keep both sides busy, and all that is held. */
const MAX_WAITING = 2;

export interface TransferOptions {
  /** Writes a batch and resolves with a `connector.v2.Destination.Run.Response`. */
  write(batch: Uint8Array): Promise<Uint8Array>;
  /** At most so many records. */
  limit?: number | undefined;
  /** True once there is nothing more to wait for; asked while no record comes. */
  ended: () => Promise<boolean>;
  stop: AbortSignal;
  patience: Patience;
  credit: Partial<Credit>;
  /** Told after each write how many records were written. */
  written: (count: number) => void;
}

export interface Transferred {
  records: number;
  /** The first record that could not be written. Nothing after it is acknowledged. */
  failed: Ack | null;
  /** False if a write was still under way when the time to stop was over. */
  drained: boolean;
}

/**
 * Moves the batches of an open source to `write`, one after the other, and acknowledges what was written, in order. The caller tears
 * the source down, which commits. Batches that were not written when the transfer ends are not acknowledged: they come again.
 */
export async function transfer(source: SourcePort, options: TransferOptions): Promise<Transferred> {
  const waiting: Batch[] = [];
  let failure: ConnectorError | null = null;
  let wake = (): void => {};
  const stop = (): void => wake();
  options.stop.addEventListener('abort', stop, { once: true });
  source.run(
    {
      batch(batch) {
        waiting.push(batch);
        wake();
        return waiting.length < MAX_WAITING;
      },
      failed(error) {
        failure = error;
        wake();
      },
    },
    { credit: options.credit },
  );

  const result: Transferred = { records: 0, failed: null, drained: true };
  const limit = options.limit ?? Infinity;
  try {
    while (!options.stop.aborted && result.records < limit && result.failed === null) {
      const batch = waiting.shift();
      if (batch !== undefined) {
        if (waiting.length === MAX_WAITING - 1) source.resume();
        await writeOne(source, batch, limit, options, result);
      } else if (failure !== null) {
        throw failure as ConnectorError;
      } else if (await ended(options, waiting)) {
        break;
      } else {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 50);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  } finally {
    options.stop.removeEventListener('abort', stop);
  }
  if (failure === null) {
    await options.patience.within(source.stop(), 'stop');
    await options.patience.within(source.settled(), 'settle');
  }
  return result;
}

/** A batch that came while the question was asked counts. */
async function ended(options: TransferOptions, waiting: readonly Batch[]): Promise<boolean> {
  const answer = await unless(options.stop, options.ended());
  return answer === true && waiting.length === 0;
}

async function writeOne(source: SourcePort, batch: Batch, limit: number, options: TransferOptions, result: Transferred): Promise<void> {
  const room = limit - result.records;
  const count = Math.min(batch.count, room);
  const records = count < batch.count ? firstRecords(batch.data, count) : batch.data;
  const writing = options.write(records);
  let response = await unless(options.stop, writing);
  if (response === undefined) {
    result.drained = await options.patience.within(writing, 'drain');
    if (!result.drained) return;
    response = await writing;
  }
  const acks = decodeAcks(response);
  if (acks.length !== count) {
    throw new ConnectorError(
      'guest.contract',
      `the destination answered ${acks.length} acks for ${count} records; this is a bug of the connector`,
    );
  }
  const failedAt = acks.findIndex((ack) => ack.error !== '');
  const good = failedAt < 0 ? acks : acks.slice(0, failedAt);
  if (good.length > 0) source.ack(encodeAckRequest(good));
  result.records += good.length;
  result.failed = acks[failedAt] ?? null;
  options.written(good.length);
}
