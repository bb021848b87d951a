import { ConnectorError } from '../../base/errors.ts';
import { sleep } from '../../base/wait.ts';
import type { Place } from '../../kafka/consume/reading-range.ts';
import { faultType } from '../../kafka/fault.ts';
import { describeGroup, type GroupReport } from '../../kafka/listing/groups.ts';
import type { Lister } from '../../kafka/listing/lister.ts';
import { describeTopic, type PartitionReport } from '../../kafka/listing/topics.ts';
import { count } from '../lines/table.ts';
import type { Settings, Side } from '../settings/settings.ts';
import { atCluster } from './cluster.ts';
import { configureBoth, paramsOf, type CommandReport, type Context } from './context.ts';
import type { AskedRange } from './groupless-reading.ts';
import { canBeTopic, loopError } from './loop-guard.ts';
import { withGroup } from './reading-group.ts';
import { checkRange } from './source.ts';
import { whatIsWanted, type Wanted } from './wanted.ts';

const PREPARED_MS = 15_000;
const PREPARING_MS = 250;

/** What a command was asked to do. A pipe has both sides. */
export interface DryRun {
  source?: Asked;
  destination?: { settings: Settings };
}

interface Asked {
  settings: Settings;
  follow: boolean;
  position?: string | undefined;
  range?: AskedRange | undefined;
}

interface Start extends Omit<Asked, 'follow'> {
  fromBeginning: boolean;
  isPipe: boolean;
  stop: AbortSignal;
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
  const see = async (side: Side, settings: Settings): Promise<void> => {
    wanted[side] = await whatIsWanted(context, side, settings);
  };
  await configureBoth(
    async () => source && see('source', withGroup(source.settings, sourceParams)),
    async () => destination && see('destination', destination.settings),
  );
  const topics = wanted.source?.consumer?.topics ?? [];
  const reading =
    source && (await sourcePlan(context, topics, wanted.source?.consumer?.fromBeginning === true, source, destination !== undefined));
  const template = destination && (await destinationTopic(context, destination.settings));
  const writing = destination && template !== undefined ? await destinationPlan(context, template, destination.settings) : undefined;
  if (template !== undefined && reading?.clusterId && reading.clusterId === writing?.clusterId) {
    const topic = topics.find((name) => canBeTopic(template, name));
    if (topic !== undefined) throw loopError(topic, template);
  }
  const lines = [...(reading?.lines ?? []), ...(writing?.lines ?? [])];
  const summary = 'dry run: nothing was read or written';
  return { summary, result: { dryRun: true, would: lines.map((line) => line.trim()) }, text: `${[...lines, summary].join('\n')}\n` };
}

async function sourcePlan(
  context: Context,
  topics: readonly string[],
  fromBeginning: boolean,
  { settings, follow, position, range }: Asked,
  isPipe: boolean,
): Promise<Plan> {
  return atCluster(context, settings, async (lister) => {
    const { clusterId } = await lister.metadata([]);
    const lines: string[] = [];
    for (const topic of topics) {
      const found = await partitionsOf(lister, topic);
      if (found === null && !follow) throw new ConnectorError('config.invalid', `there is no topic "${topic}"`);
      const read = found?.filter(({ partition }) => range?.partitions?.includes(partition) ?? true) ?? [];
      lines.push(
        found === null ? `topic "${topic}" does not exist: would wait for it` : `would read topic "${topic}", ${partitionsText(read)}`,
      );
      for (const { partition, earliest, end } of read) lines.push(`  partition ${partition}: offsets ${count(earliest)} to ${count(end)}`);
    }
    return {
      clusterId,
      lines: [...lines, await startLine(lister, { settings, fromBeginning, position, range, isPipe, stop: context.stop })],
    };
  });
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

/** Where reading would begin. */
async function startLine(lister: Lister, { settings: { groupID }, fromBeginning, position, range, isPipe, stop }: Start): Promise<string> {
  const start = fromBeginning ? 'the beginning' : 'the end';
  if (position !== undefined) return 'would read without a group, behind the position';
  if (isPipe && !groupID) return `would read in a group of its own, from ${start}`;
  if (range !== undefined || !groupID) {
    const until = range?.until === undefined ? '' : ` until ${placeText(range.until)}`;
    return `would read without a group, from ${range?.from === undefined ? start : placeText(range.from)}${until}`;
  }
  try {
    const { memberList, lag, state } = await patientGroup(lister, groupID, stop);
    const facts = `${state ?? 'state unknown'}, members: ${count(memberList.length)}, lag: ${count(lag)}`;
    return `would read in group "${groupID}" (${facts}), from its commits, or from ${start} where there is none`;
  } catch (error) {
    const failure = ConnectorError.from(error);
    if (failure.code !== 'config.invalid') throw failure;
    return `would read in group "${groupID}", which is new, from ${start}`;
  }
}

/** The first question about a group makes a new cluster prepare for groups, which takes it a second or two. */
async function patientGroup(lister: Lister, group: string, stop: AbortSignal): Promise<GroupReport> {
  const deadline = performance.now() + PREPARED_MS;
  for (;;) {
    try {
      return await describeGroup(lister, group);
    } catch (error) {
      const isPrepared = faultType((error as Error).cause) !== 'GROUP_COORDINATOR_NOT_AVAILABLE';
      if (isPrepared || stop.aborted || performance.now() > deadline) throw error;
      await sleep(PREPARING_MS, stop);
    }
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
