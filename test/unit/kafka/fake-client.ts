/** A Kafka client that a test controls, in place of kafkajs. */
import type { BatchWriter, KafkaClient, Lookups } from '../../../host/kafka/client.ts';
import { KafkaFault } from '../../../host/kafka/fault.ts';
import type { GroupConsumer } from '../../../host/kafka/group-consumer.ts';

const refused = (what: string) => (): Promise<never> => Promise.reject(new KafkaFault('connection', `${what}: no broker answers`));

export function fakeLookups(fakes: Partial<Lookups> = {}): Lookups {
  return {
    connect: async () => undefined,
    partitionCounts: async (topics) => new Map(topics.map((topic) => [topic, 1])),
    ranges: refused('ranges'),
    offsetsAt: refused('offsets at a time'),
    topics: refused('topics'),
    createTopic: refused('create a topic'),
    committedOffsets: refused('committed offsets'),
    clusterId: refused('cluster id'),
    groups: refused('groups'),
    deleteGroup: refused('delete a group'),
    close: async () => undefined,
    ...fakes,
  };
}

export function fakeWriter(fakes: Partial<BatchWriter> = {}): BatchWriter {
  return {
    connect: async () => undefined,
    createTopic: refused('create a topic'),
    write: refused('write'),
    close: async () => undefined,
    ...fakes,
  };
}

/** Joins and gets nothing. */
export function fakeGroupConsumer(fakes: Partial<GroupConsumer> = {}): GroupConsumer {
  return {
    lookups: fakeLookups(),
    join: async () => undefined,
    seek: () => undefined,
    commit: async () => undefined,
    close: async () => undefined,
    ...fakes,
  };
}

/** Defaults for tests: every call succeeds, except that nothing can be written. */
export function fakeClient(fakes: Partial<KafkaClient> = {}): KafkaClient {
  return {
    log: () => undefined,
    unreachable: null,
    reach: async () => undefined,
    lookups: () => fakeLookups(),
    writer: () => fakeWriter(),
    groupConsumer: () => fakeGroupConsumer(),
    producerId: async () => ({ id: 1n, epoch: 0 }),
    ...fakes,
  };
}
