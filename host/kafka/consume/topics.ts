/** Finds out which topics a cluster has. */
import type { Lookups } from '../client.ts';
import { faultType } from '../fault.ts';

export interface FoundTopics {
  found: string[];
  missing: string[];
}

/** Divides topics into existing and missing ones. Never creates a topic. Rejects if the client may not read them, or no broker answers. */
export async function findTopics(lookups: Pick<Lookups, 'partitionCounts'>, topics: readonly string[]): Promise<FoundTopics> {
  if (topics.length === 0) return { found: [], missing: [] }; // the client would look up all topics
  try {
    await lookups.partitionCounts(topics);
    return { found: [...topics], missing: [] };
  } catch (error) {
    if (faultType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    // The answer does not name the topic that is missing, so each topic is asked for alone.
    if (topics.length === 1) return { found: [], missing: [...topics] };
  }
  const result: FoundTopics = { found: [], missing: [] };
  for (const topic of topics) {
    const one = await findTopics(lookups, [topic]);
    result.found.push(...one.found);
    result.missing.push(...one.missing);
  }
  return result;
}
