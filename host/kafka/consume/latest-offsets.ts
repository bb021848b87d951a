/**
 * What "latest" means to a group: the end of each partition when the connector first asked for it. A connector keeps it over all its
 * consumers: a new consumer that asked again, before the first one has committed anything, would skip what was written in between.
 */
import type { Lookups } from '../client.ts';
import { partitionKey } from './start-offsets.ts';
import type { FoundTopics } from './topics.ts';

export class LatestOffsets {
  #group = '';
  #ends = new Map<string, bigint>();
  #topics = new Set<string>();

  /** Looks up the topics that were not looked up before. A topic that is made later has no end: all of it is new. */
  async fix(group: string, lookups: Pick<Lookups, 'ranges'>, { found, missing }: FoundTopics): Promise<ReadonlyMap<string, bigint>> {
    // A connector reads for one group. Another group begins anew, and the ends that were returned for the last group stay as they are.
    if (group !== this.#group) {
      this.#group = group;
      this.#ends = new Map();
      this.#topics = new Set();
    }
    const [ends, topics] = [this.#ends, this.#topics];
    const looked = new Map<string, bigint>();
    for (const topic of found) {
      if (topics.has(topic)) continue;
      for (const { partition, high } of await lookups.ranges(topic)) looked.set(partitionKey(topic, partition), high);
    }
    // All or nothing: a lookup that fails halfway is repeated.
    for (const [key, end] of looked) ends.set(key, end);
    for (const topic of [...found, ...missing]) topics.add(topic);
    return ends;
  }
}
