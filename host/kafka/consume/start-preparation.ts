/** Commits and seeks the start offsets of an assignment. Before that no record of the assignment is handed out. */
import { Backoff } from '../../base/backoff.ts';
import { ConnectorError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { sleep } from '../../base/wait.ts';
import { errorText, isPermanent } from '../fault.ts';
import type { GroupConsumer, GroupJoin } from '../group-consumer.ts';
import type { Assignment } from './assignment.ts';
import type { OffsetCommits } from './offset-commits.ts';
import type { Start, StartOffsets } from './start-offsets.ts';

const TRIES = 6;
const FIRST_BACK_OFF_MS = 200;
const LONGEST_BACK_OFF_MS = 5_000;

export interface StartPreparationOptions {
  consumer: Pick<GroupConsumer, 'lookups' | 'seek'>;
  commits: Pick<OffsetCommits, 'send'>;
  starts: Pick<StartOffsets, 'of' | 'applied'>;
  log: Log;
  signal: AbortSignal;
}

export class StartPreparation {
  readonly #options: StartPreparationOptions;

  constructor(options: StartPreparationOptions) {
    this.#options = options;
  }

  /** Resolves when the offsets are set or the assignment is over. Rejects if only a new session or an operator can help. */
  async prepare(assignment: Assignment, partitions: GroupJoin['assignment']): Promise<void> {
    const { consumer, starts, log, signal } = this.#options;
    const backoff = new Backoff(FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS);
    for (let tries = 1; assignment.live; tries++) {
      try {
        const found = await starts.of(consumer.lookups, partitions);
        if (assignment.live) await this.#apply(assignment, found);
        return;
      } catch (error) {
        if (!assignment.live) return;
        if (isPermanent(error)) throw error;
        // The client for look-ups may have lost its brokers for good while heartbeats go on. Only a new session has a new client.
        if (tries >= TRIES) {
          const text = `failed to set the start offsets: ${errorText(error)}`;
          throw new ConnectorError('kafka.unreachable', text, { cause: error });
        }
        log('warn', 'failed to set the start offsets, trying again...', { error: errorText(error) });
        await sleep(backoff.next(), signal);
      }
    }
  }

  async #apply(assignment: Assignment, found: readonly Start[]): Promise<void> {
    const { consumer, commits, starts, log } = this.#options;
    const moved = found.flatMap(({ topic, partition, start }) => (start === null ? [] : [{ topic, partition, nextOffset: start }]));
    if (moved.length > 0) {
      await commits.send(assignment, moved);
      if (!assignment.live) return;
    }
    for (const { topic, partition, nextOffset } of moved) {
      consumer.seek(topic, partition, nextOffset);
      log('info', 'partition starts at', { topic, partition: String(partition), offset: String(nextOffset) });
    }
    assignment.begin(found);
    starts.applied(found);
  }
}
