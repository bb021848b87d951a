/** How `source` reads without a consumer group: nothing is joined, committed or left behind. */
import { ConnectorError } from '../../base/errors.ts';
import type { Lookups } from '../../kafka/client.ts';
import { spansOf, type ReadingRange, type Span } from '../../kafka/consume/reading-range.ts';
import { findTopics } from '../../kafka/consume/topics.ts';
import type { Connection, ConsumerOptions, PartitionOffset } from '../../kafka/contract.ts';
import { connectorError } from '../../kafka/fault.ts';
import { clientOf, openReaderOf, type Kafka, type OpenContext } from '../../kafka/index.ts';
import { MADE_UP } from './reading-group.ts';
import { KafkaEnds, rangeOf, type EndsFactory, type EndsParts, type Range } from './topic-ends.ts';

const LOOKUP_MS = 10_000;
const CLOSE_MS = 500;

/** What the user has asked for. Without `from` the settings startOffsets, startTimestamp and readFromBeginning decide. */
export type AskedRange = Partial<Pick<ReadingRange, 'from' | 'until' | 'partitions'>>;

export interface GrouplessOptions extends AskedRange {
  /** The source is opened with a position: reading begins behind its record, whatever its group has committed. */
  positioned: boolean;
}

export class GrouplessReading {
  readonly #options: GrouplessOptions;
  #spans: readonly Span[] | null = null;

  constructor(options: GrouplessOptions) {
    this.#options = options;
  }

  /** False until a consumer is opened, and with a component that does not read from Kafka. */
  get isUsed(): boolean {
    return this.#spans !== null;
  }

  /** Stands between a source and Kafka. */
  watch(inner: Kafka, parts: EndsParts): Kafka {
    return {
      openProducer: (...options) => inner.openProducer(...options),
      openConsumer: async (connection, options, context) => {
        if (options.group === '') return inner.openConsumer(connection, options, context); // it only lists topics
        const position = this.#options.positioned ? await positionOf(connection, options, parts, context) : [];
        const asked = rangeAsked(options, this.#options, position);
        const reader = await openReaderOf(connection, options, asked, { ...parts, signal: context.signal });
        this.#spans = reader.spans;
        return reader;
      },
    };
  }

  /** The ends of what is read. */
  readonly ends: EndsFactory = (connection, parts, topics) => new SpanEnds(connection, parts, topics, () => this.#spans ?? []);
}

/** What a reading without a group would read now, found as a run finds it. Rejects as its `open`. */
export async function spansAsked(
  connection: Connection,
  options: ConsumerOptions,
  groupless: GrouplessOptions,
  parts: EndsParts,
): Promise<Span[]> {
  return lookUp(connection, { ...parts, isolation: options.fetching?.isolation }, async (lookups) => {
    const position = groupless.positioned ? await startOf(lookups, options) : [];
    return spansOf(lookups, options.topics, rangeAsked(options, groupless, position));
  });
}

function rangeAsked(options: ConsumerOptions, { from, until, partitions }: GrouplessOptions, position: PartitionOffset[]): ReadingRange {
  const range = from === undefined ? configuredRange(options, position) : { from, resume: position };
  return { ...range, ...(until && { until }), ...(partitions && { partitions }) };
}

/** Where a source begins as its settings say. The partitions of a position begin behind it. */
function configuredRange({ fromBeginning, start }: ConsumerOptions, position: PartitionOffset[]): Pick<ReadingRange, 'from' | 'resume'> {
  const chosen = (start?.offsets ?? []).filter(
    ({ topic, partition }) => !position.some((entry) => entry.topic === topic && entry.partition === partition),
  );
  const resume = [...position, ...chosen];
  if (start?.timestamp !== undefined) return { from: { at: 'time', timestampMs: Number(start.timestamp) }, resume };
  return { from: { at: fromBeginning ? 'earliest' : 'latest' }, resume };
}

/** The ends of the spans that a reader reads. */
class SpanEnds extends KafkaEnds {
  readonly #spans: () => readonly Span[];

  constructor(connection: Connection, parts: EndsParts, topics: string[], spans: () => readonly Span[]) {
    super(connection, parts, topics);
    this.#spans = spans;
  }

  override ranges(): Promise<Map<string, Range>> {
    return Promise.resolve(
      new Map(
        this.#spans().map(({ topic, partition, start, until, low, high }) => [`${topic}/${partition}`, rangeOf(start, low, until ?? high)]),
      ),
    );
  }

  override async highs(): Promise<Map<string, bigint>> {
    const highs = await super.highs();
    for (const { topic, partition, until } of this.#spans()) if (until !== null) highs.set(`${topic}/${partition}`, until);
    return highs;
  }
}

async function positionOf(
  connection: Connection,
  options: ConsumerOptions,
  parts: EndsParts,
  { signal }: OpenContext,
): Promise<PartitionOffset[]> {
  return lookUp(connection, { ...parts, signal }, (lookups) => startOf(lookups, options));
}

async function lookUp<T>(connection: Connection, parts: EndsParts, look: (lookups: Lookups) => Promise<T>): Promise<T> {
  const { signal, isolation, ...rest } = parts;
  const client = clientOf(connection, { ...rest, asker: 'look-up of what to read' });
  await client.reach(signal); // if no broker answers, it rejects with the error that `open` gives
  const lookups = client.lookups({ retries: 1, requestTimeoutMs: LOOKUP_MS, signal, isolation });
  try {
    await lookups.connect();
    return await look(lookups);
  } catch (error) {
    throw connectorError(error);
  } finally {
    await lookups.close(CLOSE_MS);
  }
}

/**
 * Where the partitions begin: that of the position behind its record, the others of the topics at the commits of the position's group. Rejects with
 * `position.invalid` if there can be no such record.
 */
async function startOf(lookups: Lookups, { topics, group, resume }: ConsumerOptions): Promise<PartitionOffset[]> {
  const [position] = resume;
  if (position === undefined) throw invalid(`it names no record of ${topics.map((topic) => `"${topic}"`).join(', ')}`);
  const { topic, partition, nextOffset } = position;
  const { found, missing } = await findTopics(lookups, topics);
  if (missing.includes(topic)) throw invalid(`there is no topic "${topic}"`);
  const ranges = await lookups.ranges(topic);
  const range = ranges.find((entry) => entry.partition === partition);
  if (range === undefined)
    throw invalid(`it names partition ${partition}, and topic "${topic}" has the partitions 0 to ${ranges.length - 1}`);
  if (nextOffset > range.high)
    throw invalid(`it names offset ${nextOffset - 1n}, and partition ${partition} of topic "${topic}" ends before offset ${range.high}`);
  // A group with a made-up name was never joined, or is deleted.
  const commits = group.startsWith(MADE_UP) ? [] : await lookups.committedOffsets(group, found);
  const others = commits.filter((commit) => commit.offset >= 0n && !(commit.topic === topic && commit.partition === partition));
  return [position, ...others.map((commit) => ({ topic: commit.topic, partition: commit.partition, nextOffset: commit.offset }))];
}

function invalid(why: string): ConnectorError {
  return new ConnectorError('position.invalid', `--position cannot be meant: ${why}`);
}
