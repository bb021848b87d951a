import { ConnectorError } from '../../base/errors.ts';
import { parseBool } from '../../base/settings.ts';
import type { Place, Span } from '../../kafka/consume/reading-range.ts';
import { partitionKey } from '../../kafka/consume/start-offsets.ts';
import type { Connection, ConsumerOptions } from '../../kafka/contract.ts';
import { describeGroup } from '../../kafka/listing/groups.ts';
import type { Lister } from '../../kafka/listing/lister.ts';
import { describeTopic, type PartitionReport } from '../../kafka/listing/topics.ts';
import type { Param } from '../../runtime/contract.ts';
import { count } from '../lines/table.ts';
import type { Settings, Side } from '../settings/settings.ts';
import { atCluster } from './cluster.ts';
import { configureBoth, paramsOf, type CommandReport, type Context } from './context.ts';
import { spansAsked, type AskedRange } from './groupless-reading.ts';
import { canBeTopic, loopError } from './loop-guard.ts';
import { positionFrom } from './position.ts';
import { MADE_UP, withGroup } from './reading-group.ts';
import { deadLetterError, type OnError } from './refused-records.ts';
import { checkRange } from './source.ts';
import { KafkaEnds, type EndsParts } from './topic-ends.ts';
import { whatIsWanted, type Wanted } from './wanted.ts';

/** What a command was asked to do. A pipe has both sides. */
export interface DryRun {
  source?: Asked;
  destination?: { settings: Settings; onError?: OnError };
}

interface Asked {
  settings: Settings;
  follow: boolean;
  position?: string | undefined;
  range?: AskedRange | undefined;
}

/** What a side would do, and in which cluster; null where the brokers have no id. */
interface Plan {
  clusterId: string | null;
  lines: string[];
}

/**
 * `--dry-run`: lets the component check the settings, asks the brokers for topics, offsets and group, and says what the command would do. It joins no group,
 * creates no topic, and reads and writes no record.
 */
export async function dryRun(context: Context, { source, destination }: DryRun): Promise<CommandReport> {
  if (source?.range !== undefined) checkRange(source);
  const { sourceParams } = await context.connectors.specify();
  const wanted: Partial<Record<Side, Wanted>> = {};
  await configureBoth(
    async () => {
      if (source !== undefined) wanted.source = await wantedSource(context, source, sourceParams);
    },
    async () => {
      if (destination !== undefined) wanted.destination = await whatIsWanted(context, 'destination', destination.settings);
    },
  );
  const topics = wanted.source?.consumer?.topics ?? [];
  const template = destination && (await destinationTopic(context, destination.settings));
  const deadLetterTopic = typeof destination?.onError === 'object' ? destination.onError.topic : undefined;
  if (deadLetterTopic !== undefined && deadLetterTopic === template) throw deadLetterError(deadLetterTopic);
  const reading = source && wanted.source && (await sourcePlan(context, wanted.source, source, destination !== undefined));
  const writing = destination && template !== undefined ? await destinationPlan(context, template, destination.settings) : undefined;
  for (const written of [template, deadLetterTopic]) {
    if (written === undefined || !reading?.clusterId || reading.clusterId !== writing?.clusterId) continue;
    const topic = topics.find((name) => canBeTopic(written, name));
    if (topic !== undefined) throw loopError(topic, written);
  }
  const lines = [...(reading?.lines ?? []), ...(writing?.lines ?? [])];
  const summary = 'dry run: nothing was read or written';
  return { summary, result: { dryRun: true, would: lines.map((line) => line.trim()) }, text: `${[...lines, summary].join('\n')}\n` };
}

/** With a position the settings name no group of their own, as in a run. */
function wantedSource(context: Context, { settings, position }: Asked, params: readonly Param[]): Promise<Wanted> {
  if (position !== undefined) return whatIsWanted(context, 'source', settings, positionFrom(position));
  return whatIsWanted(context, 'source', withGroup(settings, params));
}

async function sourcePlan(context: Context, { connection, parts, consumer }: Wanted, asked: Asked, isPipe: boolean): Promise<Plan> {
  const { settings, follow, position, range } = asked;
  return atCluster(context, settings, async (lister) => {
    const { clusterId } = await lister.metadata([]);
    if (consumer === null) return { clusterId, lines: [] };
    const found = new Map<string, PartitionReport[] | null>();
    for (const topic of consumer.topics) {
      const partitions = await partitionsOf(lister, topic);
      if (partitions === null && !follow) throw new ConnectorError('config.invalid', `there is no topic "${topic}"`);
      found.set(topic, partitions);
    }
    const look = { ...parts, signal: context.stop };
    const isGroupless = !isPipe && (position !== undefined || !settings['groupID']);
    const isListing = consumer.topics.length === 0;
    // A consumer that lists topics does not say where the source begins.
    const fromBeginning = isListing ? parseBool(settings['readFromBeginning'] ?? '') === true : consumer.fromBeginning;
    const start = startText({ ...consumer, fromBeginning });
    const startsAt = isGroupless
      ? grouplessText(start, asked)
      : await groupText(lister, settings['groupID'] || consumer.group || MADE_UP, start);
    const offsets = isGroupless
      ? await spansAsked(connection, consumer, { ...range, positioned: position !== undefined }, look).then(offsetsOfSpans)
      : await offsetsOfGroup(connection, look, consumer);
    // The component has asked for the topics that match a regular expression, and not yet to read them.
    const lines = isListing ? [`would read the topics that match ${settings['topicsRegex'] ?? ''}`] : [];
    for (const [topic, partitions] of found) {
      if (partitions === null) {
        lines.push(`topic "${topic}" does not exist: would wait for it`);
        continue;
      }
      const read = partitions.filter(({ partition }) => offsets.has(partitionKey(topic, partition)));
      lines.push(`would read topic "${topic}", ${partitionsText(read)}`);
      for (const { partition } of read) {
        const { from, to } = offsets.get(partitionKey(topic, partition)) ?? { from: 0n, to: 0n };
        lines.push(
          from < to
            ? `  partition ${partition}: offsets ${count(from)} to ${count(to)}`
            : `  partition ${partition}: nothing that is there now, from offset ${count(from)}`,
        );
      }
    }
    return { clusterId, lines: [...lines, startsAt] };
  });
}

/** Of a partition, the first offset that is read, and the end of what is there now. */
type Offsets = ReadonlyMap<string, { from: bigint; to: bigint }>;

function offsetsOfSpans(spans: readonly Span[]): Offsets {
  return new Map(
    spans.map(({ topic, partition, start, until, low, high }) => [
      partitionKey(topic, partition),
      { from: start < low ? low : start, to: until ?? high },
    ]),
  );
}

/** As a member of the group that gets all partitions. */
async function offsetsOfGroup(connection: Connection, parts: EndsParts, consumer: ConsumerOptions): Promise<Offsets> {
  const ends = new KafkaEnds(connection, { ...parts, isolation: consumer.fetching?.isolation }, consumer.topics);
  try {
    await ends.missing();
    const ranges = await ends.ranges(consumer);
    return new Map([...ranges].map(([key, { next, high }]) => [key, { from: next, to: high }]));
  } finally {
    await ends.close();
  }
}

async function destinationPlan(context: Context, topic: string, settings: Settings): Promise<Plan> {
  return atCluster(context, settings, async (lister) => {
    const { clusterId } = await lister.metadata([]);
    if (topic.includes('{{')) return { clusterId, lines: [`would write each record to a topic of its own, by the template ${topic}`] };
    const found = await partitionsOf(lister, topic);
    const line =
      found === null
        ? `topic "${topic}" does not exist: would write to it if the brokers, or createTopics, create it`
        : `would write to topic "${topic}", ${partitionsText(found)}`;
    return { clusterId, lines: [line] };
  });
}

/** Where the settings let a partition begin that has no commit. */
function startText({ fromBeginning, start }: ConsumerOptions): string {
  const otherwise =
    start?.timestamp !== undefined
      ? placeText({ at: 'time', timestampMs: Number(start.timestamp) })
      : fromBeginning
        ? 'the beginning'
        : 'the end';
  return (start?.offsets ?? []).length > 0 ? `startOffsets, and of other partitions from ${otherwise}` : otherwise;
}

function grouplessText(start: string, { position, range }: Asked): string {
  if (position !== undefined) return 'would read without a group, behind the position';
  const until = range?.until === undefined ? '' : ` until ${placeText(range.until)}`;
  return `would read without a group, from ${range?.from === undefined ? start : placeText(range.from)}${until}`;
}

async function groupText(lister: Lister, groupID: string, start: string): Promise<string> {
  try {
    const { memberList, lag, state } = await describeGroup(lister, groupID);
    const facts = `${state ?? 'state unknown'}, members: ${count(memberList.length)}, lag: ${count(lag)}`;
    return `would read in group "${groupID}" (${facts}), from its commits, or from ${start} where there is none`;
  } catch (error) {
    const failure = ConnectorError.from(error);
    if (failure.code !== 'config.invalid') throw failure;
    return groupID.startsWith(MADE_UP)
      ? `would read in a group of its own, from ${start}`
      : `would read in group "${groupID}", which is new, from ${start}`;
  }
}

/** Null if the topic does not exist. */
async function partitionsOf(lister: Lister, topic: string): Promise<PartitionReport[] | null> {
  try {
    return await describeTopic(lister, topic);
  } catch (error) {
    const failure = ConnectorError.from(error);
    if (failure.code !== 'config.invalid') throw failure;
    return null;
  }
}

/** The topic of a destination, or its template. */
async function destinationTopic({ connectors }: Context, settings: Settings): Promise<string> {
  const param = paramsOf(await connectors.specify(), 'destination').find(({ name }) => name === 'topic');
  return settings['topic'] || (param?.defaultValue ?? '');
}

function partitionsText(found: readonly PartitionReport[]): string {
  const leaderless = found.filter(({ leader }) => leader === null).map(({ partition }) => partition);
  const without = leaderless.length === 0 ? '' : `, of which these have no leader now: ${leaderless.join(', ')}`;
  return `${found.length === 1 ? '1 partition' : `${found.length} partitions`}${without}`;
}

function placeText(place: Place): string {
  if (place.at === 'offset') return `offset ${place.offset}`;
  if (place.at === 'before-end') return `${place.offsets} offsets before the end`;
  if (place.at === 'time') return `the first record of ${new Date(place.timestampMs).toISOString()} or later`;
  return place.at === 'earliest' ? 'the beginning' : 'the end';
}
