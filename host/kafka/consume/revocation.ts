/**
 * What happens before a member joins its group again. The eager protocol takes all partitions away, and each is read on from its committed offset. A record
 * that was delivered and is not committed by then comes again, even if its partition stays with this member. So the member first waits, in a bound, for
 * the commits of what it has delivered.
 */
import { Deadline } from '../../base/deadline.ts';
import type { Log } from '../../base/log.ts';
import { sleep } from '../../base/wait.ts';
import type { RecordSet } from '../contract.ts';
import type { Assignment } from './assignment.ts';
import type { RecordQueue } from './record-queue.ts';
import type { SessionTimes } from './session-times.ts';

const LOOK_MS = 10;

export interface Revocation {
  queue: RecordQueue;
  times: Pick<SessionTimes, 'revokeMs' | 'revokeIdleMs' | 'sessionTimeoutMs' | 'rebalanceTimeoutMs'>;
  log: Log;
}

/** Resolves when everything delivered is committed, the time is over, or the assignment has ended. Never rejects. A second call waits for the first one's end. */
export function revoked(assignment: Assignment, parts: Revocation): Promise<void> {
  assignment.ending ??= end(assignment, parts);
  return assignment.ending;
}

async function end(assignment: Assignment, { queue, times, log }: Revocation): Promise<void> {
  assignment.isEnding = true;
  queue.clear(); // these records are not delivered yet: the next owner reads them
  const waiting = assignment.uncommitted();
  if (waiting.length === 0) return;
  // A set without records asks the guest to commit what is acknowledged.
  for (const { topic, partition, delivered } of waiting) {
    queue.push({ topic, partition, epoch: assignment.epoch, records: nothing(delivered) });
  }
  // Nothing sends heartbeats meanwhile, and the coordinator removes a member that joins too late: so the wait must be shorter than both timeouts.
  const deadline = Deadline.after(Math.min(times.revokeMs, times.sessionTimeoutMs / 3, times.rebalanceTimeoutMs / 3));
  let idle = Deadline.after(times.revokeIdleMs);
  let { commits } = assignment;
  while (assignment.live && !deadline.isOver && !idle.isOver) {
    if (assignment.uncommitted().length === 0) return;
    if (assignment.commits !== commits) {
      commits = assignment.commits;
      idle = Deadline.after(times.revokeIdleMs);
    }
    await sleep(LOOK_MS);
  }
  if (!assignment.live) return;
  const partitions = assignment.uncommitted().map(({ topic, partition }) => `${topic}/${partition}`);
  log('info', 'the group rebalances: records that are not acknowledged yet are delivered again', { partitions: partitions.join(' ') });
}

function nothing(baseOffset: bigint): RecordSet {
  return { baseOffset, baseTimestamp: 0n, count: 0, records: new Uint8Array(0), logAppendTime: false };
}
