/** Which of the wanted topics a cluster has. */
import { protocolType } from '../kafkajs/errors.ts';
import type { Admin } from '../kafkajs/kafkajs.ts';

export interface FoundTopics {
  found: string[];
  missing: string[];
}

/** Never makes a topic. Throws what else goes wrong, among it missing authorization. */
export async function findTopics(admin: Admin, topics: readonly string[]): Promise<FoundTopics> {
  try {
    await admin.fetchTopicMetadata({ topics: [...topics] });
    return { found: [...topics], missing: [] };
  } catch (error) {
    if (protocolType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    // The answer names no topic, so each is asked for alone.
    if (topics.length === 1) return { found: [], missing: [...topics] };
  }
  const result: FoundTopics = { found: [], missing: [] };
  for (const topic of topics) {
    const one = await findTopics(admin, [topic]);
    result.found.push(...one.found);
    result.missing.push(...one.missing);
  }
  return result;
}
