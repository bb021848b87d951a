/**
 * What "latest" means to a group: the end of each partition when it was first asked for. A connector keeps it over all its
 * consumers, since one that follows another before anything is committed would skip what was written in between.
 */
import { partitionKey } from './start-offsets.ts';
import type { Admin } from '../kafkajs/kafkajs.ts';
import type { FoundTopics } from './topics.ts';

export class LatestOffsets {
  #group = '';
  #ends = new Map<string, bigint>();
  #topics = new Set<string>();

  /** Looks up the topics that were not looked up before. A topic that is made later has no end: all of it is new. */
  async fix(group: string, admin: Admin, { found, missing }: FoundTopics): Promise<ReadonlyMap<string, bigint>> {
    // A connector reads for one group. Another one begins anew, without touching what was given out for the last.
    if (group !== this.#group) {
      this.#group = group;
      this.#ends = new Map();
      this.#topics = new Set();
    }
    const [ends, topics] = [this.#ends, this.#topics];
    const looked = new Map<string, bigint>();
    for (const topic of found) {
      if (topics.has(topic)) continue;
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) looked.set(partitionKey(topic, partition), BigInt(high));
    }
    // All or nothing: a lookup that fails halfway is repeated.
    for (const [key, end] of looked) ends.set(key, end);
    for (const topic of [...found, ...missing]) topics.add(topic);
    return ends;
  }
}
