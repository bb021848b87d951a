/** Topics that do not exist yet: a consumer session waits for the first of them, and begins again when there are more. */
import type { Log } from '../../base/log.ts';
import { sleep } from '../../base/wait.ts';
import type { Lookups } from '../client.ts';
import { errorText } from '../fault.ts';
import { findTopics, type FoundTopics } from './topics.ts';

export interface MissingTopicsOptions {
  lookups: Pick<Lookups, 'partitionCounts'>;
  pollMs: number;
  log: Log;
}

export class MissingTopics {
  readonly #options: MissingTopicsOptions;
  #isLooking = false;

  constructor(options: MissingTopicsOptions) {
    this.#options = options;
  }

  /** Resolves when at least one of the topics is there, or the signal aborts. Rejects if they may not be read, or nobody answers. */
  async waitForFirst(wanted: readonly string[], signal: AbortSignal): Promise<FoundTopics> {
    const { lookups, pollMs, log } = this.#options;
    let topics = await findTopics(lookups, wanted);
    if (topics.missing.length > 0) log('warn', 'waiting for topics that do not exist', { topics: topics.missing.join(',') });
    while (topics.found.length === 0) {
      await sleep(pollMs, signal);
      if (signal.aborted) return topics;
      topics = await findTopics(lookups, wanted);
    }
    return topics;
  }

  /** The topics that exist by now; none if that cannot be found out, or another look is under way. Never rejects. */
  async look(missing: readonly string[]): Promise<string[]> {
    const { lookups, log } = this.#options;
    // While brokers are away a look takes longer than the interval.
    if (this.#isLooking) return [];
    this.#isLooking = true;
    try {
      return (await findTopics(lookups, missing)).found;
    } catch (error) {
      log('debug', 'failed to look for missing topics', { error: errorText(error) });
      return [];
    } finally {
      this.#isLooking = false;
    }
  }
}
