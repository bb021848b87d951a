/**
 * The offsets that "latest" means for a group: the end of each partition when the connector first looked it up. All consumers of a connector share them:
 * a new consumer that looked them up again, before the first one has committed, would skip the records that were written in between.
 */
import type { Lookups } from '../client.ts';
import { partitionKey } from './start-offsets.ts';
import type { FoundTopics } from './topics.ts';

export class LatestOffsets {
  #group = '';
  #ends = new Map<string, bigint>();
  #topics = new Set<string>();

  /** Looks up the topics that were not looked up before. A topic that is created later has no entry: all its records are new. */
  async fix(group: string, lookups: Pick<Lookups, 'ranges'>, { found, missing }: FoundTopics): Promise<ReadonlyMap<string, bigint>> {
    this.#begin(group);
    const [ends, topics] = [this.#ends, this.#topics];
    const looked = new Map<string, bigint>();
    for (const topic of found) {
      if (topics.has(topic)) continue;
      for (const { partition, high } of await lookups.ranges(topic)) looked.set(partitionKey(topic, partition), high);
    }
    // The offsets are added only if all look-ups have succeeded; otherwise all are repeated.
    for (const [key, end] of looked) ends.set(key, end);
    for (const topic of [...found, ...missing]) topics.add(topic);
    return ends;
  }

  /** These topics are new: they have no ends, so that all their records are read. */
  created(group: string, names: readonly string[]): void {
    this.#begin(group);
    for (const topic of names) this.#topics.add(topic);
  }

  /** A connector reads for one group. For another group everything is looked up again, and the map that was returned for the last one is not changed. */
  #begin(group: string): void {
    if (group === this.#group) return;
    this.#group = group;
    this.#ends = new Map();
    this.#topics = new Set();
  }
}
