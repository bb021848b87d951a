/** Look-ups through kafkajs' admin client. */
import { settles } from '../../base/wait.ts';
import type { CommittedOffset, Lookups, PartitionRange } from '../client.ts';
import type { Topic, TopicCreation } from '../contract.ts';
import { faultOf, rootCause, withFaults } from './errors.ts';
import type { Admin } from './kafkajs.ts';

/** Kafka's internal topics. kafkajs does not pass on the mark that brokers give them. */
const INTERNAL: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state', '__cluster_metadata']);

export class KafkajsLookups implements Lookups {
  readonly #admin: Admin;
  readonly #destroy: () => void;
  readonly #signal: AbortSignal | undefined;

  /** `destroy` ends the sockets of the client; the signal ends the grace of `close`. */
  constructor(admin: Admin, destroy: () => void, signal?: AbortSignal) {
    this.#admin = admin;
    this.#destroy = destroy;
    this.#signal = signal;
  }

  connect(): Promise<void> {
    return withFaults(this.#admin.connect());
  }

  async partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    const found = await withFaults(this.#admin.fetchTopicMetadata({ topics: [...topics] }));
    return new Map(found.topics.map(({ name, partitions }) => [name, partitions.length]));
  }

  async ranges(topic: string): Promise<PartitionRange[]> {
    const ranges = await withFaults(this.#admin.fetchTopicOffsets(topic));
    return ranges.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
  }

  async offsetsAt(topic: string, timestampMs: number): Promise<{ partition: number; offset: bigint }[]> {
    const found = await withFaults(this.#admin.fetchTopicOffsetsByTimestamp(topic, timestampMs));
    return found.map(({ partition, offset }) => ({ partition, offset: BigInt(offset) }));
  }

  async topics(): Promise<Topic[]> {
    const { topics } = await withFaults(this.#admin.fetchTopicMetadata());
    return topics
      .filter(({ name }) => !INTERNAL.has(name))
      .map(({ name, partitions }) => ({ name, partitions: partitions.length }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async createTopic(topic: string, { partitions, replicationFactor, configs }: TopicCreation): Promise<boolean> {
    const created = { topic, numPartitions: partitions, replicationFactor, configEntries: configs };
    try {
      return await this.#admin.createTopics({ topics: [created], waitForLeaders: false });
    } catch (error) {
      // kafkajs gathers one error for each topic.
      throw faultOf(rootCause(error).errors?.[0] ?? error);
    }
  }

  async committedOffsets(group: string, topics: readonly string[]): Promise<CommittedOffset[]> {
    const found = await withFaults(this.#admin.fetchOffsets({ groupId: group, topics: [...topics] }));
    return found.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset, metadata }) => ({ topic, partition, offset: BigInt(offset), metadata })),
    );
  }

  async clusterId(): Promise<string | null> {
    const { clusterId } = await withFaults(this.#admin.describeCluster());
    return clusterId || null;
  }

  async groups(): Promise<string[]> {
    const { groups } = await withFaults(this.#admin.listGroups());
    return groups.map(({ groupId }) => groupId);
  }

  async deleteGroup(group: string): Promise<void> {
    await withFaults(this.#admin.deleteGroups([group]));
  }

  async close(graceMs: number): Promise<void> {
    await settles(this.#admin.disconnect(), graceMs, this.#signal);
    this.#destroy();
  }
}
