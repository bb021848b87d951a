import { KafkaFault } from '../../../../host/kafka/fault.ts';
import type { Lister, TopicMetadata } from '../../../../host/kafka/listing/lister.ts';

export const fault = (type: string): KafkaFault => new KafkaFault('answer', '', { type });

export function topicOf(topic: string, leaders: number[], more: Partial<TopicMetadata> = {}): TopicMetadata {
  const partitions = leaders.map((leader, partition) => ({ partition, leader, replicas: [1, 2], inSync: [leader] }));
  return { topic, isInternal: false, partitions, refusal: null, ...more };
}

/** A cluster of these topics, each partition of which holds the offsets 10 to 30. */
export function fakeLister(topics: TopicMetadata[], fakes: Partial<Lister> = {}): Lister {
  return {
    connect: async () => undefined,
    metadata: async (names) => ({
      clusterId: 'c',
      controllerId: 1,
      brokers: [],
      topics:
        names === null
          ? topics
          : names.map(
              (name) => topics.find(({ topic }) => topic === name) ?? topicOf(name, [], { refusal: fault('UNKNOWN_TOPIC_OR_PARTITION') }),
            ),
    }),
    offsets: async (partitions, kind) =>
      new Map(partitions.map(({ topic, partition }) => [`${topic}/${partition}`, kind === 'earliest' ? 10n : kind === 'end' ? 30n : 25n])),
    groups: async () => ({ names: [], refusals: [] }),
    describe: async (group) => ({ group, state: 'Empty', protocol: '', members: [] }),
    committed: async () => [],
    close: async () => undefined,
    ...fakes,
  };
}
