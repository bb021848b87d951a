/** The topics of a cluster, for people. */
import { ConnectorError } from '../../base/errors.ts';
import { connectorError, errorText, faultType } from '../fault.ts';
import type { ClusterMetadata, Lister, LedPartition, OffsetKind, Refusal, TopicMetadata } from './lister.ts';

export interface TopicSummary {
  topic: string;
  isInternal: boolean;
  partitions: number;
  /** Of the partition that has the most. */
  replicas: number;
  /** Offsets between the earliest one and the end, for all partitions; null if they are not known. */
  records: bigint | null;
  /** What is not known, and why. */
  problem: string | null;
}

export interface PartitionReport {
  partition: number;
  /** Node id; null while there is none. */
  leader: number | null;
  replicas: number[];
  inSync: number[];
  earliest: bigint | null;
  end: bigint | null;
  lastStable: bigint | null;
  problem: string | null;
}

/** Sorted by name. What a broker refuses is in the row of its topic. */
export async function summarizeTopics(lister: Lister): Promise<TopicSummary[]> {
  const { topics } = await lister.metadata(null);
  const led = topics.flatMap(ledPartitions);
  const [earliest, end] = await Promise.all([lister.offsets(led, 'earliest'), lister.offsets(led, 'end')]);
  return topics
    .map(({ topic, isInternal, partitions, refusal }): TopicSummary => {
      let records: bigint | null = 0n;
      let problem = refusal === null ? null : errorText(refusal);
      for (const { partition, leader } of partitions) {
        const key = `${topic}/${partition}`;
        const [from, to] = [known(earliest.get(key)), known(end.get(key))];
        records = records === null || from === null || to === null ? null : records + to - from;
        problem ??= problemOf(partition, leader, earliest.get(key), end.get(key));
      }
      const replicas = partitions.reduce((most, partition) => Math.max(most, partition.replicas.length), 0);
      return { topic, isInternal, partitions: partitions.length, replicas, records: refusal === null ? records : null, problem };
    })
    .toSorted((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** Rejects with `config.invalid` if the topic does not exist, and with `kafka.rejected` if the client may not describe it. */
export async function describeTopic(lister: Lister, topic: string): Promise<PartitionReport[]> {
  const found = topicOf(await lister.metadata([topic]), topic);
  const led = ledPartitions(found);
  const kinds: readonly OffsetKind[] = ['earliest', 'end', 'last-stable'];
  const [earliest, end, lastStable] = await Promise.all(kinds.map((kind) => lister.offsets(led, kind)));
  return found.partitions.map(({ partition, leader, replicas, inSync }) => {
    const key = `${topic}/${partition}`;
    const answers = [earliest?.get(key), end?.get(key), lastStable?.get(key)] as const;
    return {
      partition,
      leader: leader < 0 ? null : leader,
      replicas,
      inSync,
      earliest: known(answers[0]),
      end: known(answers[1]),
      lastStable: known(answers[2]),
      problem: problemOf(partition, leader, ...answers),
    };
  });
}

/** The partitions that have a leader, who knows their offsets. */
export function ledPartitions({ topic, partitions }: TopicMetadata): LedPartition[] {
  return partitions.flatMap(({ partition, leader }) => (leader < 0 ? [] : [{ topic, partition, leader }]));
}

export function known(answer: bigint | Refusal | undefined): bigint | null {
  return typeof answer === 'bigint' ? answer : null;
}

function topicOf({ topics }: ClusterMetadata, name: string): TopicMetadata {
  const found = topics.find(({ topic }) => topic === name);
  if (found === undefined || faultType(found.refusal) === 'UNKNOWN_TOPIC_OR_PARTITION')
    throw new ConnectorError('config.invalid', `there is no topic "${name}"`);
  if (found.refusal !== null) throw connectorError(found.refusal, `topic "${name}" cannot be described`);
  return found;
}

function problemOf(partition: number, leader: number, ...answers: (bigint | Refusal | undefined)[]): string | null {
  if (leader < 0) return `partition ${partition} has no leader`;
  const refusal = answers.find((answer) => answer instanceof Error);
  return refusal === undefined ? null : errorText(refusal);
}
