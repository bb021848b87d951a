/** Sends the guest's commits, only for partitions that are assigned, and never to a lower offset. */
import { Deadline } from '../../base/deadline.ts';
import { ConnectorError } from '../../base/errors.ts';
import { sleep } from '../../base/wait.ts';
import type { PartitionOffset } from '../contract.ts';
import { connectorError, faultType } from '../fault.ts';
import type { GroupConsumer } from '../group-consumer.ts';
import type { Assignment } from './assignment.ts';

/** Answers to a commit which mean that the assignment is over. */
const ASSIGNMENT_IS_OVER: ReadonlySet<string> = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS']);
const REJOIN_WAIT_MS = 2_000;

export class OffsetCommits {
  readonly #consumer: Pick<GroupConsumer, 'commit'>;
  readonly #current: () => Assignment | null;
  readonly #signal: AbortSignal;

  constructor(consumer: Pick<GroupConsumer, 'commit'>, current: () => Assignment | null, signal: AbortSignal) {
    this.#consumer = consumer;
    this.#current = current;
    this.#signal = signal;
  }

  /** Commits these offsets unchanged. Rejects if the assignment is over. */
  send(assignment: Assignment, offsets: readonly PartitionOffset[]): Promise<void> {
    return this.#consumer.commit(offsets, () => assignment.live);
  }

  /**
   * Commits offsets. Ignores partitions that are not assigned or are being reset, offsets that would rewind, and everything if another assignment follows:
   * its records are delivered again, and committed then. Rejects with ConnectorError.
   */
  async commit(assignment: Assignment, offsets: readonly PartitionOffset[]): Promise<void> {
    if (!assignment.ready) return; // no record of this assignment was handed out yet
    const due = offsets.filter(({ topic, partition, nextOffset }) => {
      const state = assignment.partition(topic, partition);
      return state !== undefined && !state.reset && nextOffset > state.committed;
    });
    if (due.length === 0) return;
    try {
      await this.send(assignment, due);
    } catch (error) {
      const type = faultType(error);
      if (type !== null && ASSIGNMENT_IS_OVER.has(type)) {
        const deadline = Deadline.after(REJOIN_WAIT_MS);
        while (assignment.live && !deadline.isOver) await sleep(50, this.#signal);
        if (this.#current() !== assignment) return;
      }
      throw connectorError(error, 'failed to commit records');
    }
    assignment.commits++;
    for (const { topic, partition, nextOffset } of due) {
      const state = assignment.partition(topic, partition);
      if (state !== undefined && !state.reset && nextOffset > state.committed) state.committed = nextOffset;
    }
  }
}

/** The error for a commit while there is no assignment. */
export function reconnecting(): ConnectorError {
  return new ConnectorError('kafka.unreachable', 'offsets are not committed: the consumer is reconnecting');
}
