/** Where a reading without a consumer group begins and ends in each partition. */
import { ConnectorError } from '../../base/errors.ts';
import type { Lookups, PartitionRange } from '../client.ts';
import type { PartitionOffset } from '../contract.ts';
import { partitionKey } from './start-offsets.ts';
import { findTopics } from './topics.ts';

/** A place in a partition. `before-end`: so many offsets before its end. `time`: the first record with this timestamp or a later one, or the end. */
export type Place =
  | { at: 'earliest' }
  | { at: 'latest' }
  | { at: 'offset'; offset: bigint }
  | { at: 'before-end'; offsets: bigint }
  | { at: 'time'; timestampMs: number };

export interface ReadingRange {
  from: Place;
  /** Offset or time before which the reading ends. */
  until?: Extract<Place, { at: 'offset' | 'time' }>;
  /** Default: all partitions of each topic. */
  partitions?: readonly number[];
  /** Partitions that begin elsewhere than at `from`. */
  resume?: readonly PartitionOffset[];
}

/** What is read of one partition. */
export interface Span {
  topic: string;
  partition: number;
  /** The offset of the first record. The log may not hold it: then reading begins at the earliest offset, and the consumer logs an error. */
  start: bigint;
  /** The offset before which reading ends; null: it goes on. */
  until: bigint | null;
  /** The earliest offset of the log. */
  low: bigint;
  /** The end of what a consumer may read there when it was looked up: the last stable offset, or the end of the log. */
  high: bigint;
}

type Asked = Pick<Lookups, 'partitionCounts' | 'ranges' | 'offsetsAt'>;

/**
 * The spans of the partitions that exist; topics that do not exist have none. Rejects with `config.invalid` for a partition or an offset that does not
 * exist, and for an offset that several partitions would have.
 */
export async function spansOf(lookups: Asked, topics: readonly string[], range: ReadingRange): Promise<Span[]> {
  const { found } = await findTopics(lookups, topics);
  const ranges = await Promise.all(
    found.map(async (topic) => ({ topic, partitions: chosen(topic, await lookups.ranges(topic), range.partitions) })),
  );
  const count = ranges.reduce((sum, { partitions }) => sum + partitions.length, 0);
  for (const place of [range.from, range.until]) {
    if (place?.at === 'offset' && count > 1)
      throw invalid(`offset ${place.offset} is of one partition, and ${count} are read: choose one of them`);
  }
  const spans = await Promise.all(
    ranges.map(async ({ topic, partitions }) => {
      const [starts, ends] = await Promise.all([
        placed(lookups, topic, partitions, range.from),
        placed(lookups, topic, partitions, range.until),
      ]);
      return partitions.map(({ partition, low, high }) => {
        const resumed = range.resume?.find((entry) => entry.topic === topic && entry.partition === partition)?.nextOffset;
        const end = ends.get(partition);
        const until = end === undefined ? null : smaller(end, high);
        return { topic, partition, start: resumed ?? starts.get(partition) ?? low, until, low, high };
      });
    }),
  );
  return spans.flat();
}

/** By `topic/partition`, the offset at which each span starts. */
export function startsOf(spans: readonly Span[]): Map<string, bigint> {
  return new Map(spans.map(({ topic, partition, start }) => [partitionKey(topic, partition), start]));
}

function chosen(topic: string, ranges: readonly PartitionRange[], partitions: readonly number[] | undefined): PartitionRange[] {
  if (partitions === undefined) return [...ranges];
  return partitions.map((number) => {
    const range = ranges.find(({ partition }) => partition === number);
    if (range === undefined)
      throw invalid(`there is no partition ${number}: topic "${topic}" has the partitions 0 to ${ranges.length - 1}`);
    return range;
  });
}

/** The offset of the place in each partition. */
async function placed(
  lookups: Asked,
  topic: string,
  ranges: readonly PartitionRange[],
  place: Place | undefined,
): Promise<ReadonlyMap<number, bigint>> {
  if (place === undefined || ranges.length === 0) return new Map();
  const timed = place.at === 'time' ? await lookups.offsetsAt(topic, place.timestampMs) : [];
  return new Map(
    ranges.map(({ partition, low, high }) => {
      switch (place.at) {
        case 'earliest':
          return [partition, low];
        case 'latest':
          return [partition, high];
        case 'before-end':
          return [partition, larger(high - place.offsets, low)];
        case 'time':
          return [partition, timed.find((entry) => entry.partition === partition)?.offset ?? high];
        case 'offset':
          if (place.offset > high)
            throw invalid(`there is no offset ${place.offset}: partition ${partition} of topic "${topic}" ends before ${high}`);
          return [partition, place.offset];
      }
    }),
  );
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function invalid(message: string): ConnectorError {
  return new ConnectorError('config.invalid', message);
}
