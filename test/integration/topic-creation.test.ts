/** The creation of missing topics by a destination, on real Kafka. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sharedBroker, startBroker, uniqueName, type Broker } from '../support/broker.ts';
import { brokersAreNotOurs, skipped } from '../support/skipped.ts';
import { createTopic, withAdmin } from './kafka-client.ts';
import { Connectors, messages, record } from './support/connector.ts';

const RETENTION = 'retention.ms';
const connectors = new Connectors(sharedBroker().servers);
afterEach(() => connectors.close());

async function described(servers: string, topic: string): Promise<{ partitions: number; replicas: number; configs: Map<string, string> }> {
  return withAdmin(servers, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] });
    const { partitions } = topics[0]!;
    const configs = new Map(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    return { partitions: partitions.length, replicas: partitions[0]!.replicas.length, configs };
  });
}

describe('createTopics', () => {
  const { servers } = sharedBroker();

  test('makes a missing topic with partitions, replicas and configs, and writes to it at once', async () => {
    const topic = uniqueName('made');
    const destination = await connectors.destination({
      topic,
      createTopics: 'true',
      createTopicPartitions: '3',
      createTopicReplicationFactor: '1',
      createTopicConfigs: `${RETENTION}=3600000,cleanup.policy=compact,delete`,
    });
    expect(await destination.write([record('a'), record('b')])).toEqual([null, null]);
    const { partitions, replicas, configs } = await described(servers, topic);
    expect([partitions, replicas, configs.get(RETENTION), configs.get('cleanup.policy')]).toEqual([3, 1, '3600000', 'compact,delete']);
    expect(await messages(servers, topic, 2)).toHaveLength(2);
  });

  test('leaves a topic that exists as it is', async () => {
    const topic = uniqueName('old');
    await createTopic(servers, topic, 2);
    const destination = await connectors.destination({ topic, createTopics: 'true', createTopicPartitions: '5' });
    expect(await destination.write([record('a')])).toEqual([null]);
    expect((await described(servers, topic)).partitions).toBe(2);
  });

  test.each([
    ['INVALID_REPLICATION_FACTOR', { createTopicReplicationFactor: '99' }],
    ['INVALID_CONFIG', { createTopicConfigs: 'no.such.config=1' }],
  ])('fails the records of a topic that brokers refuse to make, with %s', async (type, settings) => {
    const topic = uniqueName('refused');
    const destination = await connectors.destination({ topic, createTopics: 'true', ...settings });
    expect(await destination.write([record('a')])).toEqual([
      expect.stringContaining(`failed to produce record: topic "${topic}" cannot be created: ${type}`),
    ]);
  });
});

// A cluster at KAFKA_SERVERS has the settings that it has.
describe.skipIf(brokersAreNotOurs !== null)(`brokers that make no topics themselves${skipped(brokersAreNotOurs)}`, () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker({ config: { 'auto.create.topics.enable': 'false', 'num.partitions': '4' } });
  });
  afterAll(() => broker.close());

  test('get a topic with their own defaults from createTopics, and none without it', async () => {
    const [made, missing] = [uniqueName('made'), uniqueName('missing')];
    const { servers } = broker;
    const creating = await connectors.destination({ servers, topic: made, createTopics: 'true' });
    expect(await creating.write([record('a')])).toEqual([null]);
    expect((await described(servers, made)).partitions).toBe(4);
    const destination = await connectors.destination({ servers, topic: missing });
    expect(await destination.write([record('a')])).toEqual([expect.stringContaining('UNKNOWN_TOPIC_OR_PARTITION')]);
    expect(await withAdmin(servers, (admin) => admin.listTopics())).not.toContain(missing);
  });
});
