import { describeTopic, summarizeTopics, type PartitionReport, type TopicSummary } from '../../kafka/listing/topics.ts';
import { count, jsonNumber, table, type Column } from '../lines/table.ts';
import type { Settings } from '../settings/settings.ts';
import { atCluster } from './cluster.ts';
import type { CommandReport, Context } from './context.ts';

const TOPICS: readonly Column[] = [
  { name: 'TOPIC' },
  { name: 'PARTITIONS', align: 'right' },
  { name: 'REPLICAS', align: 'right' },
  { name: 'RECORDS', align: 'right' },
  { name: '' },
];
const PARTITIONS: readonly Column[] = [
  { name: 'PARTITION', align: 'right' },
  { name: 'LEADER', align: 'right' },
  { name: 'REPLICAS' },
  { name: 'IN-SYNC' },
  { name: 'EARLIEST', align: 'right' },
  { name: 'END', align: 'right' },
  { name: 'LAST-STABLE', align: 'right' },
  { name: '' },
];

export interface TopicsOptions {
  settings: Settings;
  /** One topic with its partitions; undefined: all topics. */
  topic?: string | undefined;
  /** Also Kafka's own topics. */
  internal: boolean;
}

/** `topics`: lists the topics of a cluster, or the partitions of one. */
export async function topics(context: Context, { settings, topic, internal }: TopicsOptions): Promise<CommandReport> {
  if (topic !== undefined) return partitionsReport(topic, await atCluster(context, settings, (lister) => describeTopic(lister, topic)));
  const found = await atCluster(context, settings, summarizeTopics);
  const shown = found.filter(({ isInternal }) => internal || !isInternal);
  const hidden = found.length - shown.length;
  const summary = `${count(shown.length)} topics${hidden === 0 ? '' : ` (${hidden} internal ones are hidden; --internal shows them)`}`;
  return {
    summary,
    result: { topics: shown.map(topicJson) },
    text: table(
      TOPICS,
      shown.map((row) => [row.topic, count(row.partitions), count(row.replicas), count(row.records), row.problem ?? '']),
    ),
  };
}

function partitionsReport(topic: string, partitions: readonly PartitionReport[]): CommandReport {
  return {
    summary: `topic "${topic}" has ${count(partitions.length)} partitions`,
    result: {
      topic,
      partitions: partitions.map(({ earliest, end, lastStable, ...row }) => ({
        ...row,
        earliest: jsonNumber(earliest),
        end: jsonNumber(end),
        lastStable: jsonNumber(lastStable),
      })),
    },
    text: table(
      PARTITIONS,
      partitions.map(({ partition, leader, replicas, inSync, earliest, end, lastStable, problem }) => [
        String(partition),
        leader === null ? '-' : String(leader),
        replicas.join(','),
        inSync.join(','),
        count(earliest),
        count(end),
        count(lastStable),
        problem ?? '',
      ]),
    ),
  };
}

function topicJson({ topic, isInternal, partitions, replicas, records, problem }: TopicSummary): Record<string, unknown> {
  return { topic, internal: isInternal, partitions, replicas, records: jsonNumber(records), problem };
}
