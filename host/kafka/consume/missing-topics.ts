/** Waits for topics that do not exist yet. A consumer session waits for the first of them, and a new session begins when more exist. */
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

  /** Resolves when at least one of the topics exists, or the signal aborts. Rejects if the client may not read them, or no broker answers. */
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

  /** The topics that exist now; none if no broker answers, or if another look-up is running. Never rejects. */
  async look(missing: readonly string[]): Promise<string[]> {
    const { lookups, log } = this.#options;
    // While brokers are away, a look-up takes longer than the interval.
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
