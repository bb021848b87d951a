/** Looks up the partition counts of topics to which a consumer does not subscribe. */
import type { Broker, Cluster } from './kafkajs.ts';

/**
 * Fills `counts`, and leaves out topics that do not exist, may not be described, or have a partition without a leader at the moment. It asks a broker
 * directly. The topics must not become target topics of kafkajs: if one of them is deleted or forbidden, every later metadata request would fail. Never
 * creates a topic. Rejects if no broker answers.
 */
export async function lookUpCounts(
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
  counts: Map<string, number>,
): Promise<void> {
  const broker = await cluster.findGroupCoordinator({ groupId });
  if (await ask(broker, topics, counts)) return;
  // The error does not name the topic, so each topic is requested alone.
  for (const topic of topics) await ask(broker, [topic], counts);
}

/** False if the broker refuses: kafkajs turns an answer with an error for one topic into one error. */
async function ask(broker: Broker, topics: readonly string[], counts: Map<string, number>): Promise<boolean> {
  try {
    const { topicMetadata } = await broker.metadata([...topics]);
    for (const { topic, partitionMetadata } of topicMetadata) counts.set(topic, partitionMetadata.length);
    return true;
  } catch (error) {
    if ((error as { type?: unknown }).type === undefined) throw error;
    return false;
  }
}
