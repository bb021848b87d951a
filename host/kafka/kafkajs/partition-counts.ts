/** How many partitions topics have that a consumer does not subscribe to. */
import type { Broker, Cluster } from './kafkajs.ts';

/**
 * Fills `counts`, and leaves out what does not exist, may not be described, or has a partition without a leader just now. Asks a broker
 * directly: the topics must not become kafkajs' own, since one of them that goes away, or is forbidden, makes every later look at
 * metadata fail. Never makes a topic. Rejects if no broker answers.
 */
export async function lookUpCounts(
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
  counts: Map<string, number>,
): Promise<void> {
  const broker = await cluster.findGroupCoordinator({ groupId });
  if (await ask(broker, topics, counts)) return;
  // The answer does not say which topic it is about, so each is asked for alone.
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
